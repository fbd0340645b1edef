"""Build the Dash application: its shell, its scripts, its two extra addresses."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import dash
import plotly
from dash.exceptions import DependencyException
from dash.fingerprint import build_fingerprint
from flask import Flask

from shared.job import Job
from shared.run_files.run_directory import RunDirectory
from shared.series import SERIES
from visualizer.page.callbacks import register_callbacks
from visualizer.page.layout import page_layout
from visualizer.serving.feed_endpoint import FeedEndpoint
from visualizer.serving.guard import Access, Guard
from visualizer.serving.health import add_health
from visualizer.serving.history_endpoint import HistoryEndpoint
from visualizer.sources.history_reader import HistoryReader
from visualizer.sources.run_view import RunView

ASSETS = Path(__file__).parents[1] / "assets"
PLOTLY_JS = "package_data/plotly.min.js"

# `main.mjs` imports the others: Dash must not add tags of its own for them, or they would be
# loaded, and run, a second time under another address.
ASSETS_WITHOUT_TAG = r"^(?!main\.mjs$).*\.mjs$"

SERIES_META = "orderflow-series"
"""The meta element by which the scripts know which number of a bar is which."""

INDEX = """<!doctype html>
<html lang="en">
<head>
{%metas%}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark">
<meta name="theme-color" content="#0d1117">
<title>{%title%}</title>
<link rel="icon" type="image/svg+xml" href="/assets/favicon.svg">
{%css%}
</head>
<body>
<noscript>Orderflow draws its charts with JavaScript; please allow it for this page.</noscript>
{%app_entry%}
<footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>"""


@dataclass(frozen=True, slots=True)
class PageSettings:
    """What one page shows and how; `boot_id` is the supervisor's, empty without one."""

    job: Job
    access: Access
    poll_ms: int
    boot_id: str = ""


def create_app(settings: PageSettings) -> dash.Dash:
    """Return the application; `app.server.wsgi_app` is guarded and ready to be served."""
    server = Flask("visualizer")
    app = dash.Dash(
        "visualizer",
        server=server,  # type: ignore[arg-type] # Dash takes one, its annotation does not say so
        title=f"{settings.job.instrument} · Orderflow",
        update_title="",
        index_string=INDEX,
        assets_folder=str(ASSETS),
        assets_ignore=ASSETS_WITHOUT_TAG,
        meta_tags=[{"name": SERIES_META, "content": _columns_by_series()}],
        external_scripts=[{"src": _plotly_url(), "defer": "defer"}],
        add_log_handler=False,
        enable_mcp=False,
    )
    app.layout = page_layout(settings.job, settings.poll_ms)
    register_callbacks(app)
    add_health(server, settings.boot_id)
    server.register_error_handler(DependencyException, _unknown_file)
    run = RunDirectory(settings.job.run_dir)
    history = HistoryEndpoint(server.wsgi_app, HistoryReader(run.history))
    feed = FeedEndpoint(history, RunView(run, settings.job))
    guard = Guard(feed, settings.access, app.csp_hashes())
    # Dash looks for its assets during the first request, and meanwhile answers a second one with
    # a page that lacks them. The supervisor's probe is such a first one, so ask before anybody.
    server.test_client().get("/")
    server.wsgi_app = guard  # type: ignore[method-assign]
    return app


def _unknown_file(_error: Exception) -> tuple[str, int]:
    """Answer who asks for a component's file that there is none of, as scanners do."""
    return "No such file.\n", HTTPStatus.NOT_FOUND


def _columns_by_series() -> str:
    """Return as JSON the names of the columns of every series, by its name."""
    return json.dumps({series.name: series.column_names for series in SERIES})


def _plotly_url() -> str:
    """Return where Dash serves the plotly.js of the plotly package, with a year's caching.

    Dash loads it by itself only for a `dcc.Graph`; the charts here are drawn without one.
    """
    file = Path(plotly.__file__).parent / PLOTLY_JS
    modified = int(file.stat().st_mtime)
    fingerprint = build_fingerprint(PLOTLY_JS, plotly.__version__, modified)  # type: ignore[no-untyped-call] # nor here
    return f"/_dash-component-suites/plotly/{fingerprint}"
