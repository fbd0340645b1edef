"""Decode the arrays and the book that the processor publishes, and refuse what is none."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.atomic_file import read_json
from shared.errors import BrokenFileError
from shared.viz_io import Bar

OHLC_WIDTH = 6
METRICS_WIDTH = 9
CVD_WIDTH = 5

Level = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Depth:
    """The book's best levels as (price, size), best first on both sides."""

    bids: list[Level]
    asks: list[Level]


def read_bars(path: Path, width: int) -> list[Bar]:
    """Return the bars in `path`, oldest first, each of `width` numbers.

    Raises FileNotFoundError, or BrokenFileError when it is no such array.
    """
    bars = read_json(path)
    if not isinstance(bars, list):
        raise BrokenFileError(path, f"expected an array of bars, found {type(bars).__name__}")
    previous = float("-inf")
    for index, bar in enumerate(bars):
        if not _are_numbers(bar, width):
            raise BrokenFileError(path, f"bar {index}: expected {width} numbers, found {bar!r:.80}")
        if bar[0] <= previous:
            raise BrokenFileError(path, f"bar {index}: expected a time above {previous}")
        previous = bar[0]
    return bars


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
    if not isinstance(levels, list) or not all(_are_numbers(level, 2) for level in levels):
        raise BrokenFileError(path, f"expected {side} as an array of [price, size]")
    return levels


def _are_numbers(row: Any, width: int) -> bool:
    # `type(...) in` rather than isinstance: five times as fast, and a bool is no number here
    return (
        type(row) is list
        and len(row) == width
        and all(type(value) in (int, float) for value in row)
    )
