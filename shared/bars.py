"""Keep arrays of bars, newest last, at most `MAX_BARS` long."""

from collections.abc import Sequence

MAX_BARS = 1000
"""How many of the newest bars a file keeps."""

Bar = Sequence[float]
"""Numbers of one bar; the first is its timestamp, epoch ms of the bar's start."""


def append_bar(bars: list[Bar], bar: Bar, max_bars: int = MAX_BARS) -> None:
    """Append `bar` to `bars` in place and drop the oldest above `max_bars`."""
    extend_bars(bars, (bar,), max_bars)


def extend_bars(bars: list[Bar], news: Sequence[Bar], max_bars: int = MAX_BARS) -> None:
    """Append `news` to `bars` in place and drop the oldest above `max_bars`."""
    bars.extend(news)
    if len(bars) > max_bars:
        del bars[: len(bars) - max_bars]


def upsert_bar(bars: list[Bar], bar: Bar, max_bars: int = MAX_BARS) -> None:
    """Replace the last of `bars` when its timestamp is that of `bar`, else append it."""
    if bars and bars[-1][0] == bar[0]:
        bars[-1] = bar
    else:
        append_bar(bars, bar, max_bars)
