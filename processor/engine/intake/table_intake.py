"""What the intakes of both tables have in common: how rows become batches, and where one stands."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Generic, Protocol, TypeVar

import numpy as np

from processor.engine.file_progress import START, Bookmark
from processor.engine.kernels.arguments import Sums
from processor.engine.replay_context import ReplayContext
from processor.engine.sqlite.columns import Column, ColumnBatch
from processor.engine.sqlite.reading_order import OutOfPlaceError, ReadingOrder, ReadingOrderError
from processor.poison.row_guard import RowGuard
from shared.recordings.day_files import DayFile
from shared.recordings.problems import BadRowError, UnusableFileError
from shared.recordings.table_reader import TableReader, TimedRow

FOREVER_MS = 2**62


class RowBatch(Protocol):
    """Some rows of a table, the first of which is `first_row` in reading order."""

    @property
    def first_row(self) -> int:
        """Its place in reading order."""
        ...

    @property
    def row_ids(self) -> Column:
        """The rows' ids."""
        ...

    def __len__(self) -> int: ...


Batch = TypeVar("Batch", bound=RowBatch)


class TableIntake(ABC, Generic[Batch]):
    """Brings the rows of one table of one file into the state; it has come to `bookmark`.

    `name` is the table's. `is_over` once the table or the range has come to its end,
    `has_passed_range` once a row behind the range was met.
    """

    name: str

    def __init__(
        self,
        file: DayFile,
        table: TableReader,
        context: ReplayContext,
        order: ReadingOrder,
        start: Bookmark = START,
    ) -> None:
        self._file = file
        self._table = table
        self._context = context
        self._state = context.state
        self._kernels = context.kernels
        self._order = order
        self._guard = RowGuard(file.day, order, self.name, context.recorder, context.suspects)
        self._window_ms = context.job.window_seconds * 1000
        self._rows_parsed = start.rows
        self._batches: Generator[Batch, None, None] = _nothing()
        self._batch: Batch | None = None
        self._row = 0
        self._last_id: int | None = start.row_id
        self._is_counted = False
        self.bookmark = start
        self.is_over = False
        self.has_passed_range = False

    def take_columns(
        self, columns: Generator[ColumnBatch, None, None], *, is_counted: bool = False
    ) -> None:
        """Take the rows from `columns`, the result of the table's query.

        With `is_counted` it may miss rows that are not where they belong: at the end their number
        is compared with that of a scan.
        """
        self._is_counted = is_counted
        self._batches = self._parsed(columns)

    def take_rows_strictly(self) -> None:
        """Take the table row by row, in the order of time, parsed strictly."""
        self._batches = self._strict_batches()

    def close(self) -> None:
        """Let go of what the rows come from."""
        self._batches.close()

    def advance(self, until_ms: int = FOREVER_MS) -> Iterator[None]:
        """Bring in the rows before `until_ms`, yielding after every batch and every odd row.

        Raises ReadingOrderError when they are not in the order of time, or may not be.
        """
        while not self.is_over:
            if self._batch is None:
                self._batch, self._row = next(self._batches, None), 0
                if self._batch is None:
                    self._check_count()
                    self.is_over = True
                    return
            yield from self._bring_in(self._batch, until_ms)
            self._check_end()
            if self._row < len(self._batch):
                return
            self._batch = None
            yield

    @property
    @abstractmethod
    def _sums(self) -> Sums:
        """The table's record of the state."""

    @abstractmethod
    def _parse(self, columns: ColumnBatch) -> Batch: ...

    @abstractmethod
    def _parse_strictly(self, row: TimedRow, number: int) -> Batch | None:
        """Return a batch of that row alone, None past the range or without use.

        Raises BadRowError when it cannot be used.
        """

    @abstractmethod
    def _bring_in(self, batch: Batch, until_ms: int) -> Iterator[None]: ...

    def _parsed(self, columns: Generator[ColumnBatch, None, None]) -> Generator[Batch, None, None]:
        with closing(columns):
            for batch in columns:
                self._check_ids(batch.arrays[0])
                yield self._parse(batch)

    def _check_ids(self, row_ids: Column) -> None:
        """Raise OutOfPlaceError when ids come as only damage makes them.

        Rows stored by their ids must come in that order. Sorted by time, two rows of one id, of
        which a search finds but one, are neighbours or not in the order of time.
        """
        if not len(row_ids):
            return
        ids = row_ids if self._last_id is None else np.insert(row_ids, 0, self._last_id)
        if self._order is ReadingOrder.STORED and self._table.table.is_stored_by_key:
            is_astray = bool((ids[1:] <= ids[:-1]).any())
        else:
            is_astray = bool((ids[1:] == ids[:-1]).any())
        if is_astray:
            raise OutOfPlaceError(f"rows of its table {self.name} are not where they belong")
        self._last_id = int(row_ids[-1])

    def _check_count(self) -> None:
        """Raise OutOfPlaceError when a scan of the whole table meets more rows, or fewer."""
        # By a scan, and not by the least and the greatest id: those are found by a search, too.
        if self._is_counted and self._table.count_rows() != self._rows_parsed:
            raise OutOfPlaceError(f"rows of its table {self.name} are not where they belong")

    def _strict_batches(self) -> Generator[Batch, None, None]:
        for row in self._table.rows(self.bookmark.rows):
            number = self._table.rows_read - 1
            with self._guard.at(number, number + 1, row.row_id):
                batch = self._parse_or_skip(row, number)
            if self.is_over:
                self.bookmark = Bookmark(number)  # past those before it that were skipped
                return
            if batch is not None:
                yield batch
        self.bookmark = Bookmark(self._table.rows_read)

    def _parse_or_skip(self, row: TimedRow, number: int) -> Batch | None:
        try:
            return self._parse_strictly(row, number)
        except BadRowError as error:
            self._skip(row.row_id, error, row.timestamp_ms)
            return None

    def _parse_alone(self, row: TimedRow, number: int) -> Batch | None:
        """Return a batch of a row that the fast path refused, as `_parse_strictly` does."""
        return self._parse_strictly(row, number)

    def _parse_refused(self, row_id: int, number: int, *, has_odd_time: bool) -> Batch | None:
        """Return a batch of a row that the fast path refused, None where it cannot be used."""
        row: TimedRow | None = None
        try:
            row = self._table.row(row_id)
            if row is None:
                return None
            if has_odd_time and self._order is ReadingOrder.BY_TIME:
                raise ReadingOrderError(
                    f"the time of {self.name} row {row_id} is not what it is sorted by"
                )
            return self._parse_alone(row, number)
        except UnusableFileError as error:
            raise OutOfPlaceError(str(error)) from error
        except BadRowError as error:
            self._skip(row_id, error, row.timestamp_ms if row else None)
            return None

    def _skip(self, row_id: int, error: BadRowError, timestamp_ms: int | None) -> None:
        is_late = timestamp_ms is not None and timestamp_ms < self._sums["newest_ms"][0]
        if is_late and self._order is not ReadingOrder.STRICT:
            raise ReadingOrderError(f"rows of its table {self.name} are not in the order of time")
        self._context.quality.skip_row(self._file.path, self.name, row_id, error)
        sink, span = self._context.sink, self._context.job.time_range
        if sink is None or timestamp_ms is None:
            return
        if span.from_ms <= timestamp_ms < span.to_ms:
            sink.skip_row(self.name, row_id, timestamp_ms)

    def _end_range(self) -> None:
        self.is_over = self.has_passed_range = True

    def _move_to(self, batch: Batch, row: int) -> None:
        if row:
            self.bookmark = Bookmark(batch.first_row + row, int(batch.row_ids[row - 1]))
        elif batch.first_row > self.bookmark.rows:  # past rows that were skipped
            self.bookmark = Bookmark(batch.first_row)

    def _check_end(self) -> None:
        """Raise ReadingOrderError when rows of the range may lie behind the first one past it.

        That row ends a table in order; in any other, more may follow.
        """
        if self._order is ReadingOrder.STRICT or not self.is_over:
            return
        if self._table.may_hold_more_before(int(self._sums["to_ms"][0]), self.bookmark.rows):
            raise ReadingOrderError("it goes on behind the first row past the range")


def only_row_id(batch: RowBatch) -> int | None:
    """Return the id of the batch's row, if it has but one."""
    return int(batch.row_ids[0]) if len(batch) == 1 else None


def _nothing() -> Generator[Batch, None, None]:
    yield from ()
