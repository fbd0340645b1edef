"""What was wrong with the book."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orderflow.tables.table import Counts, Moments, Table
from shared.history.repository import QualityMark


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Quality(Table):
    """One row an interval `[from_ms, to_ms)` in which the book was not as it should be.

    `kind` is text: `crossed`, `one-sided`, or `reset` where a snapshot replaced the book. `rows`
    book rows are in it; the first is `row_id` of the file with the number `file` in `run.files`.
    """

    kind: NDArray[np.str_]
    from_ms: Moments
    to_ms: Moments
    rows: Counts
    file: Counts
    row_id: Counts


def quality_table(marks: Sequence[QualityMark]) -> Quality:
    """Return marks as a table."""
    numbers = [(mark.from_ms, mark.to_ms, mark.rows, mark.file, mark.row_id) for mark in marks]
    columns = np.array(numbers, np.int64).reshape(-1, 5).T
    return Quality(np.array([mark.kind for mark in marks], np.str_), *columns)
