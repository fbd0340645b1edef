"""Bring book rows to the kernel: whole batches as columns, odd rows one by one."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from processor.engine.bookmark import Place
from processor.engine.books.book_batch import BookBatch, Levels
from processor.engine.intake.table_intake import TableFeed
from processor.engine.kernels import book_bars
from processor.engine.kernels.level_kernel import SHORTEST_LEVEL
from processor.engine.kernels.level_shapes import no_shapes
from processor.engine.reading_order import RetreatError
from processor.engine.scan.columns import Column, ColumnBatch
from processor.engine.scan.queries import without_odd_times
from shared.recordings.problems import BadRowError
from shared.recordings.records import OrderbookLevel
from shared.recordings.row_parser import parse_book_row
from shared.recordings.table_reader import TimedRow

BOOK_ROWS = 1024
"""Book rows in a batch; smaller ones stay in the processor's cache, larger ones wait less."""


class BookFeed(TableFeed[BookBatch]):
    """Applies the book rows of one file to `state`."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._shapes = no_shapes()
        # Used again and again, for a batch is applied before the next is parsed: what a processor
        # has in its caches it need not get, and the system need not give new memory.
        self._rooms = [np.empty((2, 0)), np.empty((2, 0))]

    def _parse(self, columns: ColumnBatch) -> BookBatch:
        rowids, times, bid_text, bid_offsets, ask_text, ask_offsets = columns.arrays
        times = without_odd_times(times)
        first_row = self._rows_parsed
        self._rows_parsed += len(times)
        is_refused = times == 0
        is_parsed = self._kernels.is_ready and not self._guard.is_suspected(
            first_row, self._rows_parsed, rowids
        )
        if is_parsed:
            with self._guard.at(first_row, self._rows_parsed):
                bids = self._parse_levels(0, bid_text, bid_offsets, is_refused)
                asks = self._parse_levels(1, ask_text, ask_offsets, is_refused)
        else:
            bids = asks = Levels(np.empty(0), np.empty(0), np.zeros(len(times), np.int64))
            is_refused[:] = True
        return BookBatch(first_row, rowids, times, bids, asks, is_refused)

    def apply(self, batch: BookBatch) -> Iterator[None]:
        """Apply the rows of `batch`, up to the range's end, yielding now and then.

        Raises RetreatError when they are not in the order of time, or may not be.
        """
        rows = len(batch.times)
        closed = np.empty((rows, book_bars.BAR_COLUMNS))
        row = 0
        while row < rows and not self.is_over:
            if self._kernels.is_ready and not self._state.book.is_ladder:
                yield from self._kernels.load_sorted()
            with self._guard.at(batch.first_row + row, batch.first_row + rows, batch.only_row_id):
                row = self._apply_from(row, batch, closed)
            self._move_to(batch, row)
            if self._state.book_sums["outcome"][0] == book_bars.NEEDS_STRICT_PARSER:
                yield from self._apply_strictly(
                    int(batch.rowids[row]),
                    batch.first_row + row,
                    has_odd_time=batch.times[row] == 0,
                )
                row += not self.is_over
                self._move_to(batch, row)
                yield
        self._check_end(self._state.book_sums)

    def _move_to(self, batch: BookBatch, row: int) -> None:
        if row:
            self.place = Place(batch.first_row + row, int(batch.rowids[row - 1]))
        elif batch.first_row > self.place.rows:  # past rows that were skipped
            self.place = Place(batch.first_row)

    def _apply_from(self, row: int, batch: BookBatch, closed: Column) -> int:
        state = self._state
        row = state.book.apply(self._kernels, row, batch, state.book_sums, closed)
        state.take_closed_metric_bars(closed)
        outcome = state.book_sums["outcome"][0]
        if outcome == book_bars.OUT_OF_ORDER:
            raise RetreatError("its book rows are not in the order of time")
        self.is_over = bool(outcome == book_bars.END_OF_RANGE)
        return row

    def _apply_strictly(self, rowid: int, row: int, *, has_odd_time: bool) -> Iterator[None]:
        try:
            with self._guard.at(row, row + 1, rowid):
                raw = self._table.row(rowid)
                if has_odd_time and self._is_by_time:
                    raise RetreatError(f"the time of book row {rowid} is not what it is sorted by")
                batch = self._parse_strictly(raw, row)
                if batch is not None:
                    yield from self.apply(batch)
        except BadRowError as error:
            self._quality.skip_row(self._file.path, "book", rowid, error)

    def _parse_strictly(self, row: TimedRow, number: int) -> BookBatch | None:
        if row.timestamp_ms >= self._state.book_sums["to_ms"][0]:
            self.is_over = True
            return None
        try:
            self._guard.check(row.row_id)
            update = parse_book_row(row.row_id, row.timestamp_ms, *row.values)
        except BadRowError as error:
            self._quality.skip_row(self._file.path, "book", row.row_id, error)
            return None
        return BookBatch(
            first_row=number,
            rowids=np.array([row.row_id]),
            times=np.array([row.timestamp_ms]),
            bids=_as_columns(update.bids),
            asks=_as_columns(update.asks),
            is_refused=np.zeros(1, np.bool_),
        )

    def _parse_levels(self, side: int, text: Column, offsets: Column, is_refused: Column) -> Levels:
        most = len(text) // SHORTEST_LEVEL + 1
        if self._rooms[side].shape[1] < most:
            self._rooms[side] = np.empty((2, most))
        prices, sizes = self._rooms[side]
        levels = Levels(prices, sizes, np.empty(len(offsets) - 1, np.int64))
        self._kernels.parse_levels(
            text, offsets, levels.prices, levels.sizes, levels.ends, is_refused, *self._shapes
        )
        return levels


def _as_columns(levels: list[OrderbookLevel]) -> Levels:
    prices = np.array([level.price for level in levels], dtype=np.float64)
    sizes = np.array([level.size for level in levels], dtype=np.float64)
    return Levels(prices, sizes, np.array([len(levels)]))
