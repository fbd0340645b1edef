"""Lay out the page: header, controls, charts, book, process log; the feed fills them."""

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from shared.clock import format_utc
from shared.job import Job
from visualizer.page import ids

KEYS = (
    ("← →", "move by a tenth of the view; with Shift by a whole one"),
    ("+ −", "zoom in and out"),
    ("Home End", "oldest bar, newest bar"),
    (", .", "finer bars, coarser bars"),
    ("T", "choose how long a bar is"),
    ("G", "go to a moment: 14:37, 2025-07-01 14:37:05, 07-02 10:00, +2h, epoch ms"),
    ("F", "follow the newest bar, or stop following"),
    ("1 2 3", "last 60, 300, 1000 bars"),
    ("C P", "save the visible bars as CSV, the picture as PNG"),
    ("?", "show or close this list"),
)

WORDS = (
    ("O H L C", "open, high, low and close of a bar; beside its time is how long it is"),
    ("Volume, buys", "what was traded, and how much of it takers bought"),
    ("Delta", "buys minus sells of the bar"),
    ("OBI", "order book imbalance, from −1 (asks alone) to 1 (bids alone), of the best levels"),
    ("TOT", "size of both sides of these levels together"),
    ("mean, close", "what the line shows: the mean over the bar's time, or its last value"),
    ("CVD", "running sum of the deltas: of the run, the day (UTC) or the view; in CSV the run's"),
)

ROWS = {"volume": "Volume", "delta": "Delta", "obi": "OBI", "tot": "TOT", "cvd": "CVD"}
"""The rows that can be hidden, by key."""
_MENU_BUTTON: dict[str, Any] = {"aria-haspopup": "true", "aria-expanded": "false"}


def page_layout(job: Job, poll_ms: int) -> Component:
    """Return the page for `job`; the `data-` attributes are what the scripts need to know of it."""
    job_attributes: dict[str, Any] = {
        "data-instrument": job.instrument,
        "data-from-ms": job.time_range.from_ms,
        "data-to-ms": job.time_range.to_ms,
        "data-window-seconds": job.window_seconds,
        "data-poll-ms": poll_ms,
    }
    return html.Div(
        id=ids.PAGE,
        className="page",
        **job_attributes,
        children=[
            _header(job),
            html.Div(id=ids.CONNECTION, className="banner", role="alert", hidden=True),
            html.Div(id=ids.NOTICE, className="notice", role="status", hidden=True),
            html.Div(id=ids.FILE_NOTICES, role="status"),
            html.Div(id=ids.HISTORY_NOTICE, className="notice", role="status", hidden=True),
            _controls(job),
            html.Main(className="desk", children=[_charts(), _book()]),
            _log(),
            _help(),
            html.Dialog(
                id=ids.GO_TO_DIALOG,
                className="go-to",
                **_label("Go to a moment"),
                children=html.P(id=ids.GO_TO_PROBLEM, role="status"),
            ),
        ],
    )


def _header(job: Job) -> Component:
    end = "" if job.time_range.is_open else _short(job.time_range.to_ms)
    day_range = f"{_short(job.time_range.from_ms)} – {end} UTC"
    return html.Header(
        className="masthead",
        children=[
            html.Div(
                className="what",
                children=[
                    html.H1(job.instrument, id=ids.INSTRUMENT),
                    html.Span(_window_name(job.window_seconds), id=ids.WINDOW),
                    html.Span(day_range, id=ids.RANGE),
                    html.Span(
                        "simulated",
                        id=ids.SIMULATED,
                        title="The recording says that its rows are not of a real exchange",
                        hidden=True,
                    ),
                ],
            ),
            html.Div(
                className="when",
                children=[
                    html.Span("no data yet", id=ids.DATA_TIME),
                    html.Span(
                        html.Span(id=ids.PROGRESS_BAR), id=ids.PROGRESS, className="progress"
                    ),
                    html.Span(id=ids.PROGRESS_TEXT),
                    html.Span(id=ids.DATA_AGE),
                ],
            ),
            html.Div(
                className="chips",
                children=[
                    html.Span(id=ids.PROCESSOR_CHIP, className="chip"),
                    html.Span(id=ids.PAGE_CHIP, className="chip"),
                    html.Span(id=ids.SUPERVISOR_CHIP, className="chip"),
                ],
            ),
        ],
    )


def _controls(job: Job) -> Component:
    return html.Div(
        className="controls",
        role="toolbar",
        **_label("Chart controls"),
        children=[
            html.Button(
                _short_window_name(job.window_seconds),
                id=ids.TIMEFRAME,
                className="button timeframe",
                title="How long a bar is (T); , and . for the next finer and coarser",
                **_MENU_BUTTON,
            ),
            html.Div(id=ids.TIMEFRAME_MENU, className="timeframe-menu", **_label("Timeframes")),
            _choice(ids.BARS_CHOICE, "Bars", {"60": "60", "300": "300", "1000": "1000"}, "300"),
            html.Button(
                "Follow",
                id=ids.FOLLOW,
                className="button",
                title="Keep the newest bar in view (F)",
            ),
            html.Button("Go to", id=ids.GO_TO, className="button", title="Go to a moment (G)"),
            html.Button(
                "Newest ⇥",
                id=ids.NEWEST,
                className="button",
                title="Return to the newest bar (End)",
            ),
            _choice(
                ids.PALETTE_CHOICE,
                "Colours",
                {"blue-orange": "Blue / orange", "green-red": "Green / red"},
                "blue-orange",
            ),
            html.Span(className="spring"),
            html.Button(
                "CSV",
                id=ids.SAVE_CSV,
                className="button",
                title="Save the visible bars as CSV (C); CVD counts from the run's start there",
            ),
            html.Button(
                "CSV all",
                id=ids.SAVE_CSV_ALL,
                className="button",
                title="Save all bars of this length as CSV, as far as they are committed",
            ),
            html.Button(
                "PNG", id=ids.SAVE_PNG, className="button", title="Save the picture as PNG (P)"
            ),
            html.Button("?", id=ids.HELP, className="button", title="Help (?)"),
            html.Span(className="line-end"),
            html.Div(
                className="choice",
                children=[
                    html.Span("Rows", className="choice-name"),
                    dcc.Checklist(
                        id=ids.ROWS_CHOICE,
                        options=ROWS,
                        value=list(ROWS),
                        inline=True,
                    ),
                ],
            ),
            _obi_choices(),
            _choice(
                ids.CVD_ANCHOR_CHOICE,
                "CVD from",
                {"run": "Run", "day": "Day", "view": "View"},
                "run",
            ),
        ],
    )


def _choice(component_id: str, name: str, options: dict[str, str], value: str) -> Component:
    return html.Div(
        className="choice segmented",
        children=[
            html.Span(name, className="choice-name"),
            dcc.RadioItems(id=component_id, options=options, value=value, inline=True),
        ],
    )


def _obi_choices() -> Component:
    """Return how OBI is drawn, and beside it on which scale."""
    choices = _choice(ids.OBI_SHAPE_CHOICE, "OBI", {"line": "Line", "candles": "Candles"}, "line")
    choices.children.append(
        dcc.RadioItems(
            id=ids.OBI_SCALE_CHOICE,
            options={"auto": "Auto", "fixed": "−1…1"},
            value="auto",
            inline=True,
        )
    )
    return choices


def _charts() -> Component:
    return html.Section(
        id=ids.CHARTS,
        className="panel charts",
        **_label("Price, volume, order book imbalance and cumulative volume delta"),
        children=[
            html.Div(id=ids.CHARTS_PLOT, className="plot"),
            html.Div(id=ids.CHARTS_OVERLAY, className="overlay"),
            html.Div("Waiting for the first bar", id=ids.CHARTS_EMPTY, className="empty"),
            html.Div(id=ids.OVERVIEW, className="overview", hidden=True),
            html.Div(id=ids.CHARTS_HINT, className="hint", role="status", hidden=True),
        ],
    )


def _book() -> Component:
    return html.Aside(
        className="book",
        **_label("Order book"),
        children=[
            html.Section(
                className="panel depth",
                children=[
                    html.Div(id=ids.DEPTH_FACTS, className="facts"),
                    html.Div(id=ids.DEPTH_PLOT, className="plot"),
                ],
            ),
            html.Section(
                className="panel ladder",
                children=html.Div(id=ids.LADDER, className="ladder-fit"),
            ),
        ],
    )


def _log() -> Component:
    return html.Section(
        className="panel log",
        **_label("Process log"),
        children=[
            html.Div(
                className="log-head",
                children=[
                    html.H2("Process log, UTC"),
                    dcc.Input(
                        id=ids.LOG_FILTER,
                        type="text",
                        placeholder="Filter: worker, event, word",
                        debounce=False,
                    ),
                    _choice(
                        ids.LOG_LEVEL_CHOICE,
                        "Show",
                        {"processes": "Processes", "warnings": "Warnings", "all": "All + files"},
                        "processes",
                    ),
                    html.Span(id=ids.LOG_COUNT, className="quiet"),
                ],
            ),
            html.Ol(id=ids.LOG, className="log-lines"),
        ],
    )


def _help() -> Component:
    return html.Dialog(
        id=ids.HELP_DIALOG,
        className="help",
        **_label("Help"),
        children=[
            html.H2("Keyboard"),
            html.Dl([part for keys, meaning in KEYS for part in (html.Dt(keys), html.Dd(meaning))]),
            html.H2("Words"),
            html.Dl(
                [part for word, meaning in WORDS for part in (html.Dt(word), html.Dd(meaning))]
            ),
            html.H2("Mouse"),
            html.P(
                "Drag to move, turn the wheel to zoom, double-click for the newest 300 bars."
                " Under the charts is all there is: drag the window, or pull at its edges."
            ),
            html.H2("Fingers"),
            html.P("Drag sideways to move, spread two fingers to zoom."),
            html.Button("Close", id=ids.HELP_CLOSE, className="button"),
        ],
    )


def _label(text: str) -> dict[str, Any]:
    """Return the attribute that names a part to a screen reader."""
    return {"aria-label": text}


def _short(timestamp_ms: int) -> str:
    """Return a moment without what is zero in it: `2024-08-08`, `2024-08-08 13:30`."""
    text = format_utc(timestamp_ms).removesuffix(" UTC").removesuffix(" 00:00:00")
    return text.removesuffix(":00") if text.count(":") == 2 else text


def _window_name(seconds: int) -> str:
    return f"{_short_window_name(seconds)} bars"


def _short_window_name(seconds: int) -> str:
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds % length == 0:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
