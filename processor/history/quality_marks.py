"""Mark when the book was not as it should be: crossed, one-sided, begun anew, or in a gap."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from processor.history.book_seconds import BookRows
from shared.history.columns import part
from shared.history.schema import SECOND_MS

CROSSED, ONE_SIDED, RESET, GAP = "crossed", "one-sided", "reset", "gap"


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


class SkippedRow(NamedTuple):
    """A row of a table that could not be used, counted at `ts`."""

    ts: int
    table: str
    file: int
    row_id: int


def skipped_marks(skipped: list[SkippedRow]) -> list[Mark]:
    """Return skipped rows as marks: those of one table, file and second are one.

    All rows of each second must be there.
    """
    marks: dict[tuple[str, int, int], Mark] = {}
    for ts, table, file, row_id in sorted(skipped):
        name = table, file, ts // SECOND_MS
        before = marks.get(name) or Mark(f"skipped {table}", ts, ts, 0, file, row_id)
        marks[name] = before._replace(
            from_ms=min(before.from_ms, ts), to_ms=max(before.to_ms, ts), rows=before.rows + 1
        )
    return list(marks.values())


def in_order(marks: list[Mark]) -> list[Mark]:
    """Return marks in the order in which they ended."""
    return sorted(marks, key=lambda mark: (mark.to_ms, mark.from_ms, mark.kind, mark.row_id))


def marks_of(rows: BookRows, still_open: tuple[Mark, ...]) -> tuple[list[Mark], tuple[Mark, ...]]:
    """Return the intervals that end in `rows`, and those that are open after them.

    `still_open` were open before; `to_ms` of an open one is the time of its last row.
    """
    rows = part(rows, rows.is_row == 1)
    crossed = rows.best_bids >= rows.best_asks
    closed, now_open = [], []
    is_gap_open = any(mark.kind == GAP for mark in still_open)
    flagged = (
        (CROSSED, crossed),
        (ONE_SIDED, np.isnan(rows.obi)),
        (GAP, _until_reset(rows, is_gap_open)),
    )
    for kind, flags in flagged:
        before = next((mark for mark in still_open if mark.kind == kind), None)
        ended, unfinished = _runs(kind, flags, rows, before)
        closed += ended
        now_open += [unfinished] if unfinished else []
    closed += [
        Mark(RESET, int(rows.from_ms[row]), int(rows.from_ms[row]), 1, *_name(rows, row))
        for row in np.flatnonzero(rows.is_reset).tolist()
    ]
    return closed, tuple(now_open)


def _until_reset(rows: BookRows, is_open: bool) -> NDArray[np.bool_]:
    """Return which rows are in a gap, which is over with the next reset."""
    is_gap, is_reset = rows.is_gap == 1, rows.is_reset == 1
    newest = np.maximum.accumulate(np.where(is_gap | is_reset, np.arange(len(is_gap)), -1))
    return np.where(newest >= 0, is_gap[newest], is_open)


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
