"""Mark when the book was not as it should be: crossed, one-sided, or begun anew by a snapshot."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from processor.history.book_seconds import BookRows
from shared.history.columns import part

CROSSED, ONE_SIDED, RESET = "crossed", "one-sided", "reset"


class Mark(NamedTuple):
    """One interval `[from_ms, to_ms)` of a kind, and how many book rows it has.

    It began with the row `row_id` of the file `file`.
    """

    kind: str
    from_ms: int
    to_ms: int
    rows: int
    file: int
    row_id: int


def marks_of(rows: BookRows, still_open: tuple[Mark, ...]) -> tuple[list[Mark], tuple[Mark, ...]]:
    """Return the intervals that end in `rows`, and those that are open after them.

    `still_open` were open before; `to_ms` of an open one is the time of its last row.
    """
    rows = part(rows, rows.is_row == 1)
    crossed = rows.best_bids >= rows.best_asks
    closed, now_open = [], []
    for kind, flags in ((CROSSED, crossed), (ONE_SIDED, np.isnan(rows.obi))):
        before = next((mark for mark in still_open if mark.kind == kind), None)
        ended, unfinished = _runs(kind, flags, rows, before)
        closed += ended
        now_open += [unfinished] if unfinished else []
    closed += [
        Mark(RESET, int(rows.from_ms[row]), int(rows.from_ms[row]), 1, *_name(rows, row))
        for row in np.flatnonzero(rows.is_reset).tolist()
    ]
    return sorted(closed, key=lambda mark: (mark.to_ms, mark.from_ms, mark.kind)), tuple(now_open)


def _runs(
    kind: str, flags: NDArray[np.bool_], rows: BookRows, before: Mark | None
) -> tuple[list[Mark], Mark | None]:
    edges = np.flatnonzero(np.diff(flags, prepend=before is not None))
    closed, run, since = [], before, 0
    for edge in edges.tolist():
        if run is None:
            moment = int(rows.from_ms[edge])
            run, since = Mark(kind, moment, moment, 0, *_name(rows, edge)), edge
        else:
            closed.append(run._replace(to_ms=int(rows.from_ms[edge]), rows=run.rows + edge - since))
            run = None
    if run is not None and len(flags):
        run = run._replace(to_ms=int(rows.from_ms[-1]), rows=run.rows + len(flags) - since)
    return closed, run


def _name(rows: BookRows, row: int) -> tuple[int, int]:
    return int(rows.files[row]), int(rows.row_ids[row])
