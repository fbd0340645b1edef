"""The page's charts as a Plotly figure: price, volume by delta, OBI and CVD over one time axis."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from orderflow.tables.bars import Bars
from orderflow.tables.table import Moments, Numbers

PAPER, GRID, ZERO = "#0d1117", "#1c232d", "#4a5563"
TEXT, AXIS = "#d5dce4", "#9aa6b2"
UP, DOWN, EVEN = "#56a8f5", "#f0883e", AXIS
OBI_UP, OBI_DOWN = "#8fd0ff", "#2f74c0"
"""The page's colours: blue and orange differ to every eye."""

ROWS = ("Price", "Volume", "OBI", "CVD")
_HEIGHTS = (46, 14, 20, 20)


def figure_of(bars: Bars, title: str) -> go.Figure:
    """Return the charts of `bars` under a title; a window without trades, or book, is left out."""
    figure = make_subplots(
        rows=len(ROWS),
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.035,
        row_heights=_HEIGHTS,
        subplot_titles=ROWS,
    )
    times = bars.ts.astype("datetime64[ms]")
    delta = np.nan_to_num(bars.delta)
    before = np.round(bars.cvd - bars.delta, 12)  # or a CVD of 0 begins at 1e-15
    prices = (bars.open, bars.high, bars.low, bars.close)
    obi = (bars.obi_open, bars.obi_high, bars.obi_low, bars.obi_close)
    high = np.maximum(before + bars.delta_high, bars.cvd)
    low = np.minimum(before + bars.delta_low, bars.cvd)
    cvd = (before, np.maximum(high, before), np.minimum(low, before), bars.cvd)
    traces = (
        _candles("price", times, prices, (UP, DOWN)),
        go.Bar(
            name="volume",
            x=times,
            y=bars.volume,
            customdata=bars.delta,
            hovertemplate="%{y:.8~g}, delta %{customdata:.8~g}<extra>volume</extra>",
            marker={"color": np.where(delta > 0, UP, np.where(delta < 0, DOWN, EVEN))},
            marker_line_width=0,
        ),
        _candles("OBI", times, obi, (OBI_UP, OBI_DOWN)),
        _candles("CVD", times, cvd, (UP, DOWN)),
    )
    for row, trace in enumerate(traces, 1):
        figure.add_trace(trace, row=row, col=1)
    figure.update_layout(_LAYOUT, title_text=title)
    figure.update_annotations(x=0, xanchor="left", font={"size": 11, "color": AXIS})
    figure.update_xaxes(_AXIS, rangeslider_visible=False)
    figure.update_yaxes(_AXIS, side="right")
    figure.update_yaxes(tickformat=",", exponentformat="none", row=1, col=1)
    for row in (3, 4):
        figure.update_yaxes(zeroline=True, zerolinecolor=ZERO, row=row, col=1)
    return figure


_LAYOUT: dict[str, Any] = {
    "paper_bgcolor": PAPER,
    "plot_bgcolor": PAPER,
    "font": {"family": "system-ui, sans-serif", "size": 11, "color": TEXT},
    "hoverlabel": {"bgcolor": PAPER, "font": {"color": TEXT}},
    "hovermode": "x unified",
    "showlegend": False,
    "bargap": 0.2,
    "margin": {"l": 16, "r": 78, "t": 48, "b": 38},
    "height": 900,
}

_AXIS: dict[str, Any] = {
    "gridcolor": GRID,
    "zeroline": False,
    "linecolor": GRID,
    "tickfont": {"color": AXIS},
}


def _candles(
    name: str, times: Moments, values: tuple[Numbers, ...], colors: tuple[str, str]
) -> go.Candlestick:
    opens, highs, lows, closes = values
    up, down = ({"fillcolor": color, "line": {"color": color, "width": 1}} for color in colors)
    return go.Candlestick(
        name=name,
        x=times,
        open=opens,
        high=highs,
        low=lows,
        close=closes,
        increasing=up,
        decreasing=down,
    )
