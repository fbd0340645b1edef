"""Tell an array of a series' bars from anything else that a file may hold in its place."""

import json
import operator
from itertools import chain
from pathlib import Path
from typing import Any

from shared.clock import FIRST_MS, LAST_MS
from shared.errors import BrokenFileError
from shared.series import Series


def check_bars(path: Path, bars: Any, series: Series) -> None:
    """Raise BrokenFileError unless `bars`, read from `path`, are bars of `series`, oldest first."""
    if not isinstance(bars, list):
        raise BrokenFileError(path, f"expected an array of bars, found {type(bars).__name__}")
    if not _are_bars(bars, series.width):
        raise BrokenFileError(path, _first_fault(bars, series))


def _are_bars(bars: list[Any], width: int) -> bool:
    if not _are_rows(bars, width):
        return False
    times = [bar[0] for bar in bars]
    is_in_order = all(map(operator.lt, times, times[1:]))
    return is_in_order and (not times or FIRST_MS <= times[0] <= times[-1] <= LAST_MS)


# A thousand bars are checked at every update: by the types found among them, which costs a
# twentieth of looking at one number after the other. A truth value is no number here.
def _are_rows(rows: list[Any], width: int) -> bool:
    return (
        set(map(type, rows)) <= {list}
        and set(map(len, rows)) <= {width}
        and set(map(type, chain.from_iterable(rows))) <= {int, float}
    )


def _first_fault(bars: list[Any], series: Series) -> str:
    for index, bar in enumerate(bars):
        if not _are_rows([bar], series.width):
            columns = ", ".join(series.column_names)
            return f"bar {index}: expected {series.width} numbers ({columns}), found {_quoted(bar)}"
        if index > 0 and bar[0] <= bars[index - 1][0]:
            return f"bar {index}: expected a time above {bars[index - 1][0]}, found {bar[0]}"
        if not FIRST_MS <= bar[0] <= LAST_MS:
            return f"bar {index}: expected a time in epoch milliseconds, found {bar[0]}"
    return f"expected bars of {series.width} numbers"


def _quoted(bar: Any) -> str:
    """Return a bar as it stands in its file, or the beginning of it."""
    return f"{json.dumps(bar):.80}"
