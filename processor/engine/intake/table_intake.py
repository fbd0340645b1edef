"""What the feeds of both tables have in common: how rows become batches, and where one stands."""

from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import closing
from typing import Generic, TypeVar

from processor.engine.bookmark import START, Place
from processor.engine.kernels.loading import Kernels
from processor.engine.reading_order import RetreatError
from processor.engine.scan.columns import Column, ColumnBatch
from processor.engine.state import EngineState
from processor.poison.row_guard import RowGuard
from processor.reporting.quality import Quality
from shared.recordings.day_files import DayFile
from shared.recordings.table_reader import TableReader, TimedRow

Batch = TypeVar("Batch")


class TableFeed(ABC, Generic[Batch]):
    """Brings the rows of one table of one file into `state`; it has come to `place`.

    `is_over` once the table or the range has come to its end.
    """

    def __init__(
        self,
        file: DayFile,
        table: TableReader,
        state: EngineState,
        quality: Quality,
        kernels: Kernels,
        guard: RowGuard,
        start: Place = START,
        *,
        is_by_time: bool = False,
    ) -> None:
        self._file = file
        self._table = table
        self._state = state
        self._quality = quality
        self._kernels = kernels
        self._guard = guard
        self._rows_parsed = start.rows
        self._is_by_time = is_by_time
        self._is_strict = False
        self.place = start
        self.is_over = False

    def batches(self, columns: Generator[ColumnBatch, None, None]) -> Generator[Batch, None, None]:
        """Yield a batch for each of the columns of the table's query."""
        with closing(columns):
            for batch in columns:
                yield self._parse(batch)

    def strict_batches(self) -> Generator[Batch, None, None]:
        """Yield the table row by row, in the order of time, parsed strictly."""
        self._is_strict = True
        for row in self._table.rows(self.place.rows):
            number = self._table.rows_read - 1
            with self._guard.at(number, number + 1, row.row_id):
                batch = self._parse_strictly(row, number)
            if self.is_over:
                self.place = Place(number)  # past those before it that were skipped
                return
            if batch is not None:
                yield batch
        self.place = Place(self._table.rows_read)

    @abstractmethod
    def _parse(self, columns: ColumnBatch) -> Batch: ...

    @abstractmethod
    def _parse_strictly(self, row: TimedRow, number: int) -> Batch | None: ...

    def _check_end(self, sums: Column) -> None:
        """Raise RetreatError when rows of the range may lie behind the first one past it.

        That row ends a table in order; in any other, more may follow.
        """
        if self._is_strict or not self.is_over:
            return
        if self._table.may_hold_more_before(int(sums["to_ms"][0]), self.place.rows):
            raise RetreatError("it goes on behind the first row past the range")
