"""Rows that a recorder has added, as columns: a few at a time, read by the standard library.

The engine's usual reader has an SQLite of its own. Two of them in one process undo each other's
locks on a file that somebody writes; here there is only one.
"""

import sqlite3
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from processor.engine.file_progress import Bookmark
from processor.engine.sqlite.columns import Column, ColumnBatch
from processor.engine.sqlite.queries import (
    ACTION_FORMAT,
    BOOK_FORMATS,
    CHAIN_FORMAT,
    EARLIEST_MS,
    LATEST_MS,
    TRADE_FORMATS,
    book_query,
    has_chain,
    trades_query,
)
from processor.engine.sqlite.reading_order import ReadingOrderError
from shared.recordings.tables import RecordedTable

_TYPES: dict[str, tuple[type, type]] = {"l": (int, np.int64), "g": (float, np.float64)}


@dataclass(frozen=True, slots=True)
class Moments:
    """Which rows are taken: those from `floor_ms` on, in the order of time, and before `to_ms`."""

    floor_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class NewRows:
    """The next rows of a table, without those that came late and those past the range.

    `end` is the place behind all of them. `is_all` says that there were no more.
    """

    columns: ColumnBatch | None
    end: Bookmark
    late: int = 0
    has_passed_range: bool = False
    is_all: bool = True

    def columns_ahead(self) -> Generator[ColumnBatch, None, None]:
        """Yield the rows, if there are any."""
        if self.columns is not None:
            yield self.columns


def rows_after(
    connection: sqlite3.Connection,
    table: RecordedTable,
    instrument: str,
    start: Bookmark,
    most: int,
    moments: Moments,
) -> NewRows:
    """Return up to `most` rows of `table`, stored by key, that were added after `start`.

    Raises ReadingOrderError when one has a value of another type than the columns take.
    """
    is_book = table.name == "book"
    query = (book_query if is_book else trades_query)(
        connection, table, instrument, is_by_time=False, after=start.row_id
    )
    rows = connection.execute(f"{query} LIMIT {most}").fetchall()
    if not rows:
        return NewRows(None, start)
    kept, late, passed = _sifted(rows, 0 if is_book else 1, moments)
    formats = _book_formats(table) if is_book else TRADE_FORMATS
    return NewRows(
        columns_of(kept, formats) if kept else None,
        Bookmark(start.rows + len(rows), int(rows[-1][0])),
        late,
        passed > 0,
        len(rows) < most,
    )


def columns_of(rows: Sequence[tuple[Any, ...]], formats: str) -> ColumnBatch:
    """Return `rows` as `read_columns` gives them; raise ReadingOrderError where it does."""
    arrays: list[Column] = []
    for values, kind in zip(zip(*rows, strict=True), formats, strict=True):
        expected, stored_as = _TYPES.get(kind, (bytes, np.uint8))
        if any(type(value) is not expected for value in values):
            raise ReadingOrderError(f"expected values of type {expected.__name__} in a column")
        if expected is bytes:
            text = np.frombuffer(b"".join(values) or b" ", np.uint8)
            ends = accumulate(map(len, values), initial=0)
            arrays += text, np.fromiter(ends, np.int32, len(values) + 1)
        else:
            arrays.append(np.array(values, stored_as))
    return ColumnBatch(tuple(arrays))


def _book_formats(table: RecordedTable) -> str:
    action = ACTION_FORMAT if "action" in table.columns else ""
    return BOOK_FORMATS + action + (CHAIN_FORMAT if has_chain(table) else "")


def _sifted(
    rows: Sequence[tuple[Any, ...]], code_bits: int, moments: Moments
) -> tuple[list[tuple[Any, ...]], int, int]:
    """Return the rows to be taken, and how many are late and past the range.

    A row whose time is not plain is taken: the strict parser will say what it is.
    """
    kept, late, passed, newest_ms = [], 0, 0, moments.floor_ms
    for row in rows:
        time_ms = row[1] >> code_bits
        if not EARLIEST_MS <= time_ms <= LATEST_MS:
            kept.append(row)
        elif time_ms >= moments.to_ms:
            passed += 1
        elif time_ms < newest_ms:
            late += 1
        else:
            newest_ms = time_ms
            kept.append(row)
    return kept, late, passed
