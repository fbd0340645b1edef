"""Bring trades to the kernel: whole batches as columns, odd rows one by one."""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from processor.day_files import DayFile
from processor.engine import trade_kernel
from processor.engine.columns import Column, ColumnBatch
from processor.engine.kernels import Kernels
from processor.engine.retreat import RetreatError
from processor.engine.state import EngineState
from processor.quality import BadRowError, Quality, late_trade
from processor.row_guard import RowGuard
from processor.row_parser import parse_trade_row
from processor.table_reader import TableReader, TimedRow

TRADE_ROWS = 4096
"""Trades in a batch."""

FOREVER_MS = 2**62

_BATCHES_UNDER_WAY = 2  # one counted and one read


@dataclass(frozen=True, slots=True)
class TradeBatch:
    """Some trades, the first of which is `first_row` in reading order.

    A code is time and side, as in `trades_query`.
    """

    first_row: int
    rowids: Column
    codes: Column
    prices: Column
    sizes: Column


class TradeFeed:
    """Counts the trades of one file into `state`; `rows_done` have been, or were skipped."""

    def __init__(
        self,
        file: DayFile,
        table: TableReader,
        state: EngineState,
        quality: Quality,
        kernels: Kernels,
        guard: RowGuard,
        rows_done: int = 0,
        *,
        is_by_time: bool = False,
    ) -> None:
        self._file = file
        self._table = table
        self._state = state
        self._quality = quality
        self._kernels = kernels
        self._guard = guard
        self._rows_parsed = rows_done
        self._is_by_time = is_by_time
        self._batch: TradeBatch | None = None
        self._row = 0
        self._is_strict = False
        self.rows_done = rows_done
        self.is_over = False

    def batches(
        self, columns: Generator[ColumnBatch, None, None]
    ) -> Generator[TradeBatch, None, None]:
        """Yield a batch for each of the columns of `trades_query`."""
        with closing(columns):
            for batch in columns:
                yield self._parse(batch)

    def _parse(self, columns: ColumnBatch) -> TradeBatch:
        rowids, codes, prices, sizes = columns.arrays
        first_row = self._rows_parsed
        self._rows_parsed += len(codes)
        if self._guard.is_suspected(first_row, self._rows_parsed):
            codes = np.minimum(codes, 1)
        return TradeBatch(first_row, rowids, codes, prices, sizes)

    def strict_batches(self) -> Generator[TradeBatch, None, None]:
        """Yield the table row by row, in the order of time, parsed strictly."""
        self._is_strict = True
        for row in self._table.rows(self.rows_done):
            with self._guard.at(self._table.rows_read - 1, self._table.rows_read):
                batch = self._parse_strictly(row, self._table.rows_read - 1)
            if self.is_over:
                return
            if batch is not None:
                yield batch
        self.rows_done = self._table.rows_read

    def advance(self, batches: Iterator[TradeBatch], until_ms: int) -> Iterator[None]:
        """Count the trades before `until_ms`, taking from `batches` and yielding now and then.

        Raises RetreatError when they are not in the order of time, or may not be.
        """
        while not self.is_over:
            if self._batch is None:
                self._batch, self._row = next(batches, None), 0
                if self._batch is None:
                    self.is_over = True
                    return
            yield from self._count(self._batch, until_ms)
            if self.is_over and not self._is_strict:
                # The first row past the range ends a table in order; in any other, more may follow.
                end_ms = int(self._state.trade_sums["to_ms"][0])
                if self._table.may_hold_more_before(end_ms, self.rows_done):
                    raise RetreatError("its trades go on behind the first one past the range")
            if self._row < len(self._batch.codes):
                return
            self._batch = None
            yield

    def _count(self, batch: TradeBatch, until_ms: int) -> Iterator[None]:
        rows = len(batch.codes)
        closed = np.empty((rows, trade_kernel.BAR_COLUMNS))
        while self._row < rows and not self.is_over:
            first = batch.first_row + self._row
            with self._guard.at(first, first + (rows * _BATCHES_UNDER_WAY if rows > 1 else 1)):
                self._row, outcome = self._count_from(self._row, batch, until_ms, closed)
            self.rows_done = batch.first_row + self._row
            if outcome == trade_kernel.DONE:
                return
            if outcome == trade_kernel.END_OF_RANGE:
                self.is_over = True
                return
            rowid = int(batch.rowids[self._row])
            if outcome == trade_kernel.LATE:
                self._skip_late(rowid)
            else:
                self._count_strictly(
                    rowid, self.rows_done, has_odd_time=batch.codes[self._row] == 0
                )
            self._row += not self.is_over
            self.rows_done = batch.first_row + self._row
            yield

    def _count_from(
        self, row: int, batch: TradeBatch, until_ms: int, closed: Column
    ) -> tuple[int, int]:
        row = self._kernels.count_trades(
            row,
            batch.codes,
            batch.prices,
            batch.sizes,
            until_ms,
            self._state.trade_sums,
            closed,
        )
        self._state.take_closed_trade_bars(closed)
        outcome = int(self._state.trade_sums["outcome"][0])
        if outcome == trade_kernel.OUT_OF_ORDER:
            raise RetreatError("its trades are not in the order of time")
        return row, outcome

    def _count_strictly(self, rowid: int, row: int, *, has_odd_time: bool) -> None:
        with self._guard.at(row, row + 1):
            try:
                raw = self._table.row(rowid)
                if has_odd_time and self._is_by_time:
                    raise RetreatError(f"the time of trade {rowid} is not what it is sorted by")
                batch = self._parse_strictly(raw, row)
            except BadRowError as error:
                self._quality.skip_row(self._file.path, "trades", rowid, error)
                return
            if batch is None:
                return
            _, outcome = self._count_from(
                0, batch, FOREVER_MS, np.empty((1, trade_kernel.BAR_COLUMNS))
            )
            if outcome == trade_kernel.LATE:
                self._skip_late(rowid)

    def _parse_strictly(self, row: TimedRow, number: int) -> TradeBatch | None:
        if row.timestamp_ms >= self._state.trade_sums["to_ms"][0]:
            self.is_over = True
            return None
        if row.timestamp_ms < self._state.trade_sums["from_ms"][0]:
            return None
        try:
            self._guard.check(number)
            trade = parse_trade_row(row.row_id, row.timestamp_ms, *row.values)
        except BadRowError as error:
            self._quality.skip_row(self._file.path, "trades", row.row_id, error)
            return None
        return TradeBatch(
            first_row=number,
            rowids=np.array([row.row_id]),
            codes=np.array([2 * row.timestamp_ms + (trade.side == "buy")]),
            prices=np.array([trade.price]),
            sizes=np.array([trade.size]),
        )

    def _skip_late(self, rowid: int) -> None:
        self._quality.skip_row(self._file.path, "trades", rowid, late_trade())
        self._state.trade_sums["rows"] += 1
