"""Say what the arrays and the book that the processor publishes look like, and refuse the rest."""

import operator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from shared.errors import BrokenFileError
from shared.run_files.atomic_file import read_json

OHLC_WIDTH = 6
METRICS_WIDTH = 9
CVD_WIDTH = 5

Level = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Depth:
    """The book's best levels as (price, size), best first on both sides."""

    bids: list[Level]
    asks: list[Level]


def check_bars(path: Path, bars: Any, width: int) -> None:
    """Raise BrokenFileError unless `bars` is an array of `width` numbers each, oldest first."""
    if not isinstance(bars, list):
        raise BrokenFileError(path, f"expected an array of bars, found {type(bars).__name__}")
    if not _are_bars(bars, width):
        raise BrokenFileError(path, _first_fault(bars, width))


def read_depth(path: Path) -> Depth:
    """Return the book in `path`; raise FileNotFoundError, or BrokenFileError when it is none."""
    document = read_json(path)
    if not isinstance(document, dict):
        raise BrokenFileError(path, f"expected bids and asks, found {type(document).__name__}")
    return Depth(
        bids=_levels(path, document, "bids"),
        asks=_levels(path, document, "asks"),
    )


def _levels(path: Path, document: dict[str, Any], side: str) -> list[Level]:
    levels = document.get(side)
    if not isinstance(levels, list) or not _are_rows(levels, 2):
        raise BrokenFileError(path, f"expected {side} as an array of [price, size]")
    return levels


def _are_bars(bars: list[Any], width: int) -> bool:
    if not _are_rows(bars, width):
        return False
    times = [bar[0] for bar in bars]
    return all(map(operator.lt, times, times[1:]))


# A thousand bars are checked at every update: by the types found among them, which costs a
# twentieth of looking at one number after the other. A truth value is no number here.
def _are_rows(rows: list[Any], width: int) -> bool:
    return (
        set(map(type, rows)) <= {list}
        and set(map(len, rows)) <= {width}
        and set(map(type, chain.from_iterable(rows))) <= {int, float}
    )


def _first_fault(bars: list[Any], width: int) -> str:
    for index, bar in enumerate(bars):
        if not _are_rows([bar], width):
            return f"bar {index}: expected {width} numbers, found {bar!r:.80}"
        if index > 0 and bar[0] <= bars[index - 1][0]:
            return f"bar {index}: expected a time above {bars[index - 1][0]}, found {bar[0]}"
    return f"expected bars of {width} numbers"
