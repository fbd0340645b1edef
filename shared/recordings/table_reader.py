"""Read the rows of one table in the order (timestamp, id), whatever the storage order."""

import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from shared.recordings.day_files import DayFile
from shared.recordings.opening import columns_of
from shared.recordings.problems import BadRowError, ProblemLog
from shared.recordings.recorded_time import parse_timestamp_ms
from shared.recordings.row_parser import check_instrument

BOOK_BATCH = 2048
"""Book rows fetched at a time."""

TRADE_BATCH = 4096
"""Trades fetched at a time, and the most that one step of a stream carries."""

BOOK_COLUMNS = ("bids", "asks", "action")
TRADE_COLUMNS = ("trade_id", "price", "size", "side")


@dataclass(frozen=True, slots=True)
class TimedRow:
    """One raw row: its id, its time and the values of the columns asked for."""

    row_id: int
    timestamp_ms: int
    values: tuple[Any, ...]


class TableReader:
    """Streams one table of one day file.

    Rows without a usable timestamp and rows of another instrument are skipped and counted in
    `quality`; damage to the file ends the table there and is reported. A column the table lacks
    reads as None. Raises UnusableFileError when the table cannot be used at all.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        file: DayFile,
        table: str,
        columns: Sequence[str],
        batch_rows: int,
        quality: ProblemLog,
    ) -> None:
        present = columns_of(connection, table)
        wanted = [name if name in present else "NULL" for name in ("instrument", *columns)]
        # SQLite's rowid is the id, where that is the key it should be; else it names rows as well.
        self._select = f"SELECT rowid, timestamp, {', '.join(wanted)} FROM {table}"
        self._connection = connection
        self._file = file
        self._table = table
        self._batch_rows = batch_rows
        self._quality = quality
        self._damage: sqlite3.DatabaseError | None = None
        self.rows_read = 0

    def rows(self, skip: int = 0) -> Iterator[TimedRow]:
        """Yield the rows in the order of time, those of equal time in the order of id.

        The first `skip` are passed over; `rows_read` counts them and all others read.
        """
        self.rows_read = skip
        try:
            raw = self._by_id() if self._is_stored_in_time_order() else self._by_time()
            for row in islice(raw, skip, None):
                self.rows_read += 1
                try:
                    timed = self._timed(row)
                except BadRowError as error:
                    self._quality.skip_row(self._file.path, self._table, row[0], error)
                    continue
                yield timed
        except sqlite3.DatabaseError as error:
            self._report_damage(error)

    def row(self, rowid: int) -> TimedRow:
        """Return one row; raise BadRowError when its time or instrument cannot be used."""
        return self._timed(
            self._connection.execute(f"{self._select} WHERE rowid = ?", (rowid,)).fetchone()
        )

    def may_hold_more_before(self, end_ms: int, rows_done: int) -> bool:
        """Say whether more rows than `rows_done` may lie before `end_ms`, wherever stored."""
        # Thirteen bytes that cast to thirteen digits are epoch milliseconds; what a row of another
        # form means is not known here, nor what damage hides.
        count = (
            "count(*) - count(CASE WHEN length(CAST(timestamp AS BLOB)) = 13"
            f" AND CAST(timestamp AS INTEGER) >= {max(end_ms, 10**12)} THEN 1 END)"
        )
        try:
            (rows,) = self._connection.execute(f"SELECT {count} FROM {self._table}").fetchone()
        except sqlite3.DatabaseError:
            return True
        return bool(rows > rows_done)

    def _timed(self, raw: Sequence[Any]) -> TimedRow:
        row_id, timestamp, instrument, *values = raw
        check_instrument(instrument, self._file.instrument)
        return TimedRow(row_id, parse_timestamp_ms(timestamp), tuple(values))

    def _by_id(self) -> Iterator[Any]:
        cursor = self._connection.execute(f"{self._select} ORDER BY id")
        damage: sqlite3.DatabaseError | None = None
        batch: list[Any] = [None]
        while batch and not damage:
            batch = []
            try:
                batch.extend(islice(cursor, self._batch_rows))
            except sqlite3.DatabaseError as error:
                damage = error  # what the batch holds by now lies before it and is good
            yield from batch
        if damage:
            raise damage

    def _by_time(self) -> Iterator[Any]:
        select = f"{self._select} WHERE rowid = ?"
        rowids = self._rowids_by_time()
        if self._damage:  # it cut the list of rows short, so that none of them meets it
            self._report_damage(self._damage)
        for rowid in rowids:
            yield from self._connection.execute(select, (rowid,)).fetchall()

    def _report_damage(self, error: sqlite3.DatabaseError) -> None:
        self._quality.report_file(
            self._file.path, f"table {self._table}: the file is damaged: {error}"
        )

    def _keys(self) -> Iterator[tuple[int, int | None]]:
        """Yield (rowid, timestamp_ms or None if it has none) in the order of id, up to damage."""
        cursor = self._connection.execute(f"SELECT rowid, timestamp FROM {self._table} ORDER BY id")
        try:
            for rowid, timestamp in cursor:
                try:
                    yield rowid, parse_timestamp_ms(timestamp)
                except BadRowError:
                    yield rowid, None
        except sqlite3.DatabaseError as error:
            self._damage = error

    def _is_stored_in_time_order(self) -> bool:
        previous_ms = 0
        for _, timestamp_ms in self._keys():
            # A row without a time may belong anywhere: sorted first, it is named in any range.
            if timestamp_ms is None or timestamp_ms < previous_ms:
                return False
            previous_ms = timestamp_ms
        return True

    def _rowids_by_time(self) -> "array[int]":
        """Return the row ids in the order of time; those without one, first, so they are named."""
        rowids, times = array("q"), array("q")
        for rowid, timestamp_ms in self._keys():
            rowids.append(rowid)
            times.append(timestamp_ms or 0)
        return array("q", (rowids[i] for i in sorted(range(len(rowids)), key=times.__getitem__)))
