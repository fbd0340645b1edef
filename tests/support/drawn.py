"""Read back from a page what its charts draw: the outlines that Plotly was given, as bars."""

from dataclasses import dataclass

from playwright.sync_api import Page

CANDLE_POINTS = 14
BOX_POINTS = 6

BARS_DRAWN = f"""() => ["price up", "price down", "price even"]
  .map((name) => document.getElementById("charts-plot").data.find((trace) => trace.name === name))
  .reduce((sum, trace) => sum + trace.x.length / {CANDLE_POINTS}, 0)"""
"""How many candles the price row has."""

NEWEST_CANDLE = f"""() => ["price up", "price down", "price even"]
  .map((name) => document.getElementById("charts-plot").data.find((trace) => trace.name === name))
  .filter(({{ x }}) => x.length > 0)
  .map(({{ name, x, y }}) => [
    Math.round((x.at(-{CANDLE_POINTS}) + x.at(6 - {CANDLE_POINTS})) / 2),
    y.at((name === "price up" ? 7 : 1) - {CANDLE_POINTS}),
  ])
  .sort(([one], [other]) => one - other).at(-1)"""
"""The time and the close of the newest candle."""

TRACES = """() => Object.fromEntries(document.getElementById("charts-plot").data.map(
  ({ name, x, y, fillcolor }) => [name, { x, y, fillcolor }]))"""


@dataclass(frozen=True, slots=True)
class Trace:
    """One trace: its points and the colour it is filled with."""

    x: list[float]
    y: list[float | None]
    fillcolor: str | None


def drawn_traces(page: Page) -> dict[str, Trace]:
    """Return the traces of the charts by name."""
    return {name: Trace(**trace) for name, trace in page.evaluate(TRACES).items()}


def drawn_candles(page: Page, row: str) -> list[list[float]]:
    """Return a row's candles as `[time, open, high, low, close]`, oldest first."""
    traces = drawn_traces(page)
    candles = []
    for tone in ("up", "down", "even"):
        for xs, ys in _pieces(traces[f"{row} {tone}"], CANDLE_POINTS):
            bottom, top = ys[1], ys[7]
            middle = (bottom + top) / 2
            open_, close = {"up": (bottom, top), "down": (top, bottom), "even": (middle, middle)}[
                tone
            ]
            candles.append([(xs[0] + xs[6]) / 2, open_, max(ys), min(ys[1:-1]), close])
    return sorted(candles)


def drawn_boxes(page: Page, name: str) -> list[list[float]]:
    """Return the rectangles of a trace as `[time, low, high]`, oldest first."""
    boxes = _pieces(drawn_traces(page)[name], BOX_POINTS)
    return [[(xs[0] + xs[2]) / 2, ys[1], ys[3]] for xs, ys in boxes]


def pixel_of(page: Page, axis: str) -> float:
    """Return the height of a pixel on a y axis, in its values."""
    found: float = page.evaluate(
        """(axis) => {
          const { range, _length } = document.getElementById("charts-plot")._fullLayout[axis];
          return (range[1] - range[0]) / _length;
        }""",
        axis,
    )
    return found


def _pieces(trace: Trace, size: int) -> list[tuple[list[float], list[float]]]:
    assert len(trace.x) % size == 0, f"outlines of {size} points each"
    numbers = [value for value in trace.y if value is not None]
    return [
        (trace.x[start : start + size], numbers[start : start + size])
        for start in range(0, len(trace.x), size)
    ]
