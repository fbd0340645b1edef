"""Keep arrays of bars, newest last, at most `MAX_BARS` long, in memory and in their JSON files."""

from collections.abc import Sequence
from pathlib import Path

from shared.errors import BrokenFileError
from shared.run_files.atomic_file import read_json, write_json

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


def add_ohlc_bar(path: Path, bar: Bar, max_bars: int = MAX_BARS) -> None:
    """Append `bar` to the array in `path`, trimmed to the newest `max_bars`.

    Raises BrokenFileError when `path` holds no array; it is then left as it was.
    """
    bars = _read_bars(path)
    append_bar(bars, bar, max_bars)
    write_json(path, bars)


def upsert_ohlc_bar(path: Path, bar: Bar, max_bars: int = MAX_BARS) -> None:
    """Replace the last bar in `path` when its timestamp is that of `bar`, else append and trim.

    Raises BrokenFileError when `path` holds no array; it is then left as it was.
    """
    bars = _read_bars(path)
    upsert_bar(bars, bar, max_bars)
    write_json(path, bars)


def clear_data(path: Path) -> None:
    """Reset the array in `path` to an empty one."""
    write_json(path, [])


def _read_bars(path: Path) -> list[Bar]:
    try:
        bars = read_json(path)
    except FileNotFoundError:
        return []
    if not isinstance(bars, list):
        raise BrokenFileError(path, f"expected an array of bars, found {type(bars).__name__}")
    for bar in bars:
        if not isinstance(bar, list) or not bar:
            raise BrokenFileError(path, f"expected an array of bars, found {bar!r} in it")
    return bars
