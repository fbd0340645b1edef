"""Serve a run as Dash pages are usually written: whole figures from the server at every tick.

This is what the page is measured against. It reads the same files and draws the same charts, with
the same production server, and nothing else of what the page does.
"""

import argparse
import json
import socket
from pathlib import Path
from typing import Any

import plotly.graph_objects as go  # type: ignore[import-untyped] # it has no types of its own
import waitress  # type: ignore[import-untyped] # nor this one
from dash import Dash, Input, Output, dcc, html
from plotly.subplots import make_subplots  # type: ignore[import-untyped] # nor here

from shared.run_files.run_directory import RunDirectory


def create_app(run: RunDirectory, poll_ms: int) -> Dash:
    """Return an application of two graphs that a timer asks for anew."""
    app = Dash("naive_page", enable_mcp=False)
    app.layout = html.Div(
        [
            dcc.Interval(id="tick", interval=poll_ms),
            dcc.Graph(id="charts", style={"height": "600px"}),
            dcc.Graph(id="depth", style={"height": "300px"}),
        ]
    )

    @app.callback(
        Output("charts", "figure"), Output("depth", "figure"), Input("tick", "n_intervals")
    )
    def draw(_: int | None) -> tuple[Any, Any]:
        return charts(_read(run.ohlc), _read(run.metrics), _read(run.cvd)), book(_read(run.depth))

    return app


def charts(ohlc: Any, metrics: Any, cvd: Any) -> Any:
    """Return candles, volume, OBI, TOT and CVD under one another."""
    figure = make_subplots(rows=5, shared_xaxes=True)
    figure.add_trace(_candles(ohlc), row=1, col=1)
    figure.add_trace(go.Bar(x=_times(ohlc), y=[bar[5] for bar in ohlc]), row=2, col=1)
    figure.add_trace(_candles(metrics), row=3, col=1)
    figure.add_trace(go.Scatter(x=_times(metrics), y=[bar[8] for bar in metrics]), row=4, col=1)
    figure.add_trace(_candles(cvd), row=5, col=1)
    figure.update_layout(template="plotly_dark", showlegend=False, uirevision="kept")
    figure.update_xaxes(rangeslider_visible=False)
    return figure


def book(depth: Any) -> Any:
    """Return the cumulative depth of both sides."""
    figure = go.Figure()
    for side in ("bids", "asks"):
        total, totals = 0.0, []
        for _, size in depth[side]:
            total += size
            totals.append(total)
        prices = [price for price, _ in depth[side]]
        figure.add_trace(go.Scatter(x=prices, y=totals, fill="tozeroy", line_shape="hv"))
    figure.update_layout(template="plotly_dark", showlegend=False)
    return figure


def _candles(bars: Any) -> Any:
    return go.Candlestick(
        x=_times(bars),
        open=[bar[1] for bar in bars],
        high=[bar[2] for bar in bars],
        low=[bar[3] for bar in bars],
        close=[bar[4] for bar in bars],
    )


def _times(bars: Any) -> list[float]:
    return [bar[0] for bar in bars]


def _read(path: Path) -> Any:
    return json.loads(path.read_bytes())


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run-dir", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--poll-ms", type=int, default=500)
    options = parser.parse_args()
    app = create_app(RunDirectory(options.run_dir), options.poll_ms)
    listener = socket.create_server(("127.0.0.1", options.port))
    server = waitress.create_server(app.server, sockets=[listener], threads=4)
    print(f"page at http://localhost:{listener.getsockname()[1]}/", flush=True)
    server.run()


if __name__ == "__main__":
    main()
