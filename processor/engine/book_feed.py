"""Bring book rows to the kernel: whole batches as columns, odd rows one by one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from processor.day_files import DayFile
from processor.engine import book_kernel
from processor.engine.columns import Column, ColumnBatch
from processor.engine.kernels import Kernels
from processor.engine.level_kernel import SHORTEST_LEVEL
from processor.engine.retreat import RetreatError
from processor.engine.state import EngineState
from processor.quality import BadRowError, Quality
from processor.records import OrderbookLevel
from processor.row_parser import parse_book_row
from processor.table_reader import TableReader, TimedRow


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels of one side, row after row; those of row r end at `ends[r]`."""

    prices: Column
    sizes: Column
    ends: Column

    @property
    def capacity(self) -> int:
        """More levels than there are."""
        return len(self.prices)


@dataclass(frozen=True, slots=True)
class BookBatch:
    """Some book rows in the order of the table; the refused ones have no levels yet."""

    rowids: Column
    times: Column
    bids: Levels
    asks: Levels
    is_refused: Column


class BookFeed:
    """Applies the book rows of one file to `state`."""

    def __init__(
        self,
        file: DayFile,
        table: TableReader,
        state: EngineState,
        quality: Quality,
        kernels: Kernels,
    ) -> None:
        self._file = file
        self._table = table
        self._state = state
        self._quality = quality
        self._kernels = kernels
        self.is_over = False

    def parse(self, columns: ColumnBatch) -> BookBatch:
        """Return a batch from the columns of `book_query`; safe beside `apply`."""
        rowids, times, bid_text, bid_offsets, ask_text, ask_offsets = columns.arrays
        is_refused = times == 0
        if not self._kernels.is_ready:
            is_refused[:] = True
        return BookBatch(
            rowids,
            times,
            self._parse_levels(bid_text, bid_offsets, is_refused),
            self._parse_levels(ask_text, ask_offsets, is_refused),
            is_refused,
        )

    def strict_batches(self) -> Iterator[BookBatch]:
        """Yield the table row by row, in the order of time, parsed strictly."""
        for row in self._table.rows():
            batch = self._parse_strictly(row)
            if batch is not None:
                yield batch

    def apply(self, batch: BookBatch) -> Iterator[None]:
        """Apply the rows of `batch`, up to the range's end, yielding after every odd row.

        Raises RetreatError when they are not in the order of time.
        """
        self._state.book.make_room(max(batch.bids.capacity, batch.asks.capacity) + 1)
        closed = np.empty((len(batch.times), book_kernel.BAR_COLUMNS))
        row = 0
        while row < len(batch.times) and not self.is_over:
            row = self._apply_from(row, batch, closed)
            match self._state.book_sums["outcome"][0]:
                case book_kernel.NEEDS_STRICT_PARSER:
                    yield from self._apply_strictly(int(batch.rowids[row]))
                    row += 1
                    yield
                case book_kernel.OUT_OF_ORDER:
                    raise RetreatError("its book rows are not in the order of time")
                case book_kernel.END_OF_RANGE:
                    self.is_over = True

    def _apply_from(self, row: int, batch: BookBatch, closed: Column) -> int:
        book = self._state.book
        row = self._kernels.apply_book_rows(
            row,
            batch.times,
            batch.is_refused,
            batch.bids.prices,
            batch.bids.sizes,
            batch.bids.ends,
            batch.asks.prices,
            batch.asks.sizes,
            batch.asks.ends,
            book.bids,
            book.asks,
            book.bounds,
            self._state.book_sums,
            closed,
        )
        self._state.take_closed_metric_bars(closed)
        return row

    def _apply_strictly(self, row_id: int) -> Iterator[None]:
        try:
            row = self._table.row(row_id)
        except BadRowError as error:
            self._quality.skip_row(self._file.path, "book", row_id, error)
            return
        batch = self._parse_strictly(row)
        if batch is not None:
            yield from self.apply(batch)

    def _parse_strictly(self, row: TimedRow) -> BookBatch | None:
        if row.timestamp_ms >= self._state.book_sums["to_ms"][0]:
            self.is_over = True
            return None
        try:
            update = parse_book_row(row.row_id, row.timestamp_ms, *row.values)
        except BadRowError as error:
            self._quality.skip_row(self._file.path, "book", row.row_id, error)
            return None
        return BookBatch(
            rowids=np.array([row.row_id]),
            times=np.array([row.timestamp_ms]),
            bids=_as_columns(update.bids),
            asks=_as_columns(update.asks),
            is_refused=np.zeros(1, np.bool_),
        )

    def _parse_levels(self, text: Column, offsets: Column, is_refused: Column) -> Levels:
        rows = len(offsets) - 1
        if not self._kernels.is_ready:
            return Levels(np.empty(0), np.empty(0), np.zeros(rows, np.int64))
        most = len(text) // SHORTEST_LEVEL + 1
        levels = Levels(np.empty(most), np.empty(most), np.empty(rows, np.int64))
        self._kernels.parse_levels(
            text, offsets, levels.prices, levels.sizes, levels.ends, is_refused
        )
        return levels


def _as_columns(levels: list[OrderbookLevel]) -> Levels:
    prices = np.array([level.price for level in levels], dtype=np.float64)
    sizes = np.array([level.size for level in levels], dtype=np.float64)
    return Levels(prices, sizes, np.array([len(levels)]))
