"""Read the rows of one table in the order (timestamp, id), whatever the storage order."""

import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from processor.day_files import DayFile
from processor.quality import BadRowError, Quality
from processor.row_parser import check_instrument
from processor.sqlite_source import columns_of
from processor.timestamps import parse_timestamp_ms


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
        quality: Quality,
    ) -> None:
        present = columns_of(connection, table)
        wanted = [name if name in present else "NULL" for name in ("instrument", *columns)]
        self._select = f"SELECT id, timestamp, {', '.join(wanted)} FROM {table}"
        self._connection = connection
        self._file = file
        self._table = table
        self._batch_rows = batch_rows
        self._quality = quality

    def rows(self) -> Iterator[TimedRow]:
        """Yield the rows in the order of time, those of equal time in the order of id."""
        try:
            ordered_ids = None if self._is_stored_in_time_order() else self._ids_by_time()
            raw = self._in_storage_order() if ordered_ids is None else self._by_id(ordered_ids)
            for row in raw:
                try:
                    timed = self._timed(row)
                except BadRowError as error:
                    self._quality.skip_row(self._file.path, self._table, row[0], error)
                    continue
                yield timed
        except sqlite3.DatabaseError as error:
            self._quality.report_file(
                self._file.path, f"table {self._table}: the file is damaged: {error}"
            )

    def row(self, row_id: int) -> TimedRow:
        """Return one row; raise BadRowError when its time or instrument cannot be used."""
        return self._timed(
            self._connection.execute(f"{self._select} WHERE id = ?", (row_id,)).fetchone()
        )

    def _timed(self, raw: Sequence[Any]) -> TimedRow:
        row_id, timestamp, instrument, *values = raw
        check_instrument(instrument, self._file.instrument)
        return TimedRow(row_id, parse_timestamp_ms(timestamp), tuple(values))

    def _in_storage_order(self) -> Iterator[Any]:
        cursor = self._connection.execute(f"{self._select} ORDER BY id")
        while batch := cursor.fetchmany(self._batch_rows):
            yield from batch

    def _by_id(self, ids: Sequence[int]) -> Iterator[Any]:
        select = f"{self._select} WHERE id = ?"
        for row_id in ids:
            yield from self._connection.execute(select, (row_id,))

    def _keys(self) -> Iterator[tuple[int, int | None]]:
        """Yield (id, timestamp_ms or None if it has none) up to the end or the first damage."""
        cursor = self._connection.execute(f"SELECT id, timestamp FROM {self._table} ORDER BY id")
        try:
            for row_id, timestamp in cursor:
                try:
                    yield row_id, parse_timestamp_ms(timestamp)
                except BadRowError:
                    yield row_id, None
        except sqlite3.DatabaseError:
            return  # reading the rows meets the same damage and reports it

    def _is_stored_in_time_order(self) -> bool:
        previous_ms = 0
        for _, timestamp_ms in self._keys():
            if timestamp_ms is not None:
                if timestamp_ms < previous_ms:
                    return False
                previous_ms = timestamp_ms
        return True

    def _ids_by_time(self) -> "array[int]":
        """Return the ids in the order of time; those without one, first, so that they are named."""
        ids, times = array("q"), array("q")
        for row_id, timestamp_ms in self._keys():
            ids.append(row_id)
            times.append(timestamp_ms or 0)
        return array("q", (ids[i] for i in sorted(range(len(ids)), key=times.__getitem__)))
