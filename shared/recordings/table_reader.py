"""Read the rows of one table in the order (timestamp, id), whatever the storage order."""

import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from shared.clock import NO_MOMENT
from shared.job import TimeRange
from shared.recordings.day_files import DayFile
from shared.recordings.problems import BadRowError, ProblemLog, UnusableFileError
from shared.recordings.recorded_time import parse_timestamp_ms
from shared.recordings.row_parser import check_instrument
from shared.recordings.tables import table_of

BOOK_BATCH = 2048
"""Book rows fetched at a time."""

TRADE_BATCH = 4096
"""Trades fetched at a time, and the most that one step of a stream carries."""

BOOK_COLUMNS = ("bids", "asks", "action", "seq_id", "prev_seq_id")
TRADE_COLUMNS = ("trade_id", "price", "size", "side")


@dataclass(frozen=True, slots=True)
class TimedRow:
    """One raw row: its id, its time and the values of the columns asked for."""

    row_id: int
    timestamp_ms: int
    values: tuple[Any, ...]


class TableReader:
    """Streams one table of one day file.

    Rows without a usable timestamp and, where the range of the run would have them, rows of another
    instrument are skipped and counted in `quality`; damage to the file ends the table there and is
    reported. A column the table lacks reads as None. Raises UnusableFileError when the table cannot
    be used at all.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        file: DayFile,
        table: str,
        columns: Sequence[str],
        quality: ProblemLog,
        time_range: TimeRange,
    ) -> None:
        self.table = table_of(connection, table)
        wanted = [
            f"r.{name}" if name in self.table.columns else "NULL"
            for name in ("instrument", *columns)
        ]
        self._select = f"SELECT r.{self.table.row_id}, r.timestamp, {', '.join(wanted)} FROM "
        self._connection = connection
        self._file = file
        self._quality = quality
        # The book is made of what was before the range, too.
        first_ms = time_range.from_ms if table == "trades" else NO_MOMENT + 1
        self._moments_asked_for = range(first_ms, time_range.to_ms)
        self._damage: sqlite3.DatabaseError | None = None
        self._has_ids_astray = False
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
                    self._quality.skip_row(self._file.path, self.table.name, row[0], error)
                    continue
                if timed is not None:
                    yield timed
        except sqlite3.DatabaseError as error:
            self._report_damage(str(error))

    def row(self, row_id: int) -> TimedRow | None:
        """Return one row, None if it is another instrument's and not in the range.

        Raises BadRowError when its time or instrument cannot be used, UnusableFileError when it is
        not found where it belongs.
        """
        return self._timed(self.raw_row(row_id))

    def raw_row(self, row_id: int) -> Sequence[Any]:
        """Return one row's id, time, instrument and values; raise UnusableFileError without one."""
        try:
            found = self._connection.execute(*self._seek(row_id)).fetchall()
        except sqlite3.DatabaseError as error:
            raise UnusableFileError(f"the file is damaged: {error}") from error
        if len(found) != 1:
            raise self._not_in_place(row_id)
        row: Sequence[Any] = found[0]
        return row

    def count_rows(self) -> int | None:
        """Return how many rows a scan of the whole table meets, None when it cannot be told."""
        try:
            (rows,) = self._connection.execute(
                f"SELECT count(*) FROM {self.table.source} NOT INDEXED"
            ).fetchone()
        except sqlite3.DatabaseError:
            return None
        return int(rows)

    def may_hold_more_before(self, end_ms: int, rows_done: int) -> bool:
        """Say whether more rows than `rows_done` may lie before `end_ms`, wherever stored."""
        # Thirteen bytes that cast to thirteen digits are epoch milliseconds; what a row of another
        # form means is not known here, nor what damage hides.
        count = (
            "count(*) - count(CASE WHEN length(CAST(r.timestamp AS BLOB)) = 13"
            f" AND CAST(r.timestamp AS INTEGER) >= {max(end_ms, 10**12)} THEN 1 END)"
        )
        try:
            (rows,) = self._connection.execute(
                f"SELECT {count} FROM {self.table.source} NOT INDEXED"
            ).fetchone()
        except sqlite3.DatabaseError:
            return True
        return bool(rows > rows_done)

    def _timed(self, raw: Sequence[Any]) -> TimedRow | None:
        row_id, timestamp, instrument, *values = raw
        try:
            check_instrument(instrument, self._file.instrument)
        except BadRowError:
            moment_ms = _moment(timestamp)
            if moment_ms == NO_MOMENT or moment_ms in self._moments_asked_for:
                raise
            return None
        return TimedRow(row_id, parse_timestamp_ms(timestamp), tuple(values))

    def _seek(self, row_id: int) -> tuple[str, tuple[int]]:
        return f"{self._select} {self.table.source} WHERE r.{self.table.row_id} = ?", (row_id,)

    def _by_id(self) -> Iterator[Any]:
        # One by one: rows may be megabytes long. Those before damage come before its error.
        yield from self._connection.execute(f"{self._select} {self._ordered()}")

    def _by_time(self) -> Iterator[Any]:
        row_ids, times = self._keys_by_time()
        if self._damage:  # it cut the list of rows short, so that none of them meets it
            self._report_damage(str(self._damage))
        strays: dict[tuple[int, int], list[Any]] | None = None
        if self._has_ids_astray:
            strays = self._rows_out_of_place(row_ids, times)
        for row_id, time_ms in zip(row_ids, times, strict=True):
            if strays is None:
                found = self._found(row_id, time_ms)
                if found is not None:
                    yield found
                    continue
                strays = self._rows_out_of_place(row_ids, times)
            rows = strays.get((row_id, time_ms))
            if rows is None:
                yield self.raw_row(row_id)
            elif rows:
                yield rows.pop(0)
            else:
                raise self._not_in_place(row_id)

    def _rows_out_of_place(
        self, row_ids: "array[int]", times: "array[int]"
    ) -> dict[tuple[int, int], list[Any]]:
        """Return, by id and time, the rows that a scan meets and that their id alone does not find.

        Those are rows that a search does not meet, or not alone, or another in their place.
        """
        times_met = Counter(row_ids)
        strays: dict[tuple[int, int], list[Any]] = {
            (row_id, time_ms): []
            for row_id, time_ms in zip(row_ids, times, strict=True)
            if times_met[row_id] > 1 or self._found(row_id, time_ms) is None
        }
        out_of_place = {row_id for row_id, _ in strays}
        self._report_damage(f"{len(out_of_place)} rows are not where they belong")
        # The scan ends where that for the keys did, and it has been told why.
        with suppress(sqlite3.DatabaseError):
            for row in self._connection.execute(f"{self._select} {self._ordered()}"):
                rows = strays.get((row[0], _moment(row[1]))) if row[0] in out_of_place else None
                if rows is not None:
                    rows.append(row)
        return strays

    def _found(self, row_id: int, time_ms: int) -> Any | None:
        """Return the row that a search by id meets, None if there is none of that time, or two."""
        try:
            found = self._connection.execute(*self._seek(row_id)).fetchall()
        except sqlite3.DatabaseError:  # on its way
            return None
        return found[0] if len(found) == 1 and _moment(found[0][1]) == time_ms else None

    def _not_in_place(self, row_id: int) -> UnusableFileError:
        return UnusableFileError(
            f"the file is damaged: {self.table.name} row {row_id} is not where it belongs"
        )

    def _ordered(self) -> str:
        # By the table itself: an index that is damaged may lack rows.
        return f"{self.table.source} NOT INDEXED ORDER BY {self.table.key}"

    def _report_damage(self, damage: str) -> None:
        self._quality.report_file(
            self._file.path, f"table {self.table.name}: the file is damaged: {damage}"
        )

    def _keys(self) -> Iterator[tuple[int, int]]:
        """Yield (id, timestamp_ms, NO_MOMENT if it has none) in the order of id, up to damage."""
        select = f"SELECT r.{self.table.row_id}, r.timestamp FROM {self._ordered()}"
        try:
            for row_id, timestamp in self._connection.execute(select):
                yield row_id, _moment(timestamp)
        except sqlite3.DatabaseError as error:
            self._damage = error

    def _is_stored_in_time_order(self) -> bool:
        if not self.table.is_stored_by_key:  # only keys are to be sorted, and never the text
            return False
        previous_ms, previous_id = NO_MOMENT, None
        for row_id, timestamp_ms in self._keys():
            # A row without a time may belong anywhere: sorted first, it is named in any range.
            if timestamp_ms == NO_MOMENT or timestamp_ms < previous_ms:
                return False
            if previous_id is not None and row_id <= previous_id:  # only damage does that
                return False
            previous_ms, previous_id = timestamp_ms, row_id
        return True

    def _keys_by_time(self) -> tuple["array[int]", "array[int]"]:
        """Return row ids and times in the order of time; rows without one first, to be named."""
        row_ids, times = array("q"), array("q")
        for row_id, timestamp_ms in self._keys():
            if self.table.is_stored_by_key and row_ids and row_id <= row_ids[-1]:
                self._has_ids_astray = True  # only damage does that
            row_ids.append(row_id)
            times.append(timestamp_ms)
        order = sorted(range(len(row_ids)), key=times.__getitem__)
        return array("q", (row_ids[i] for i in order)), array("q", (times[i] for i in order))


def _moment(timestamp: Any) -> int:
    """Return the epoch milliseconds of a recorded timestamp, NO_MOMENT where it has no use."""
    try:
        return parse_timestamp_ms(timestamp)
    except BadRowError:
        return NO_MOMENT
