"""Bring trades to the kernel: whole batches as columns, odd rows one by one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from processor.calculation.sink import TradeColumns
from processor.engine.intake.table_intake import TableIntake, only_row_id
from processor.engine.kernels import trade_kernel
from processor.engine.kernels.arguments import Numbers, Sums, TradeRows
from processor.engine.sqlite.columns import Column, ColumnBatch
from processor.engine.sqlite.queries import ODD_SIDE, ODD_TIME, without_odd_codes
from processor.engine.sqlite.reading_order import ReadingOrderError
from processor.rules.bar_edges import bar_start
from shared.recordings.problems import late_trade
from shared.recordings.row_parser import parse_trade_row
from shared.recordings.table_reader import TimedRow
from shared.series import CVD, OHLC

TRADE_ROWS = 8192
"""Trades in a batch."""


@dataclass(frozen=True, slots=True)
class TradeBatch:
    """Some trades, the first of which is `first_row` in reading order."""

    first_row: int
    row_ids: Column
    rows: TradeRows

    def __len__(self) -> int:
        return len(self.row_ids)


class TradeIntake(TableIntake[TradeBatch]):
    """Counts the trades of one file into the state, as far as it is asked to."""

    name = "trades"

    @property
    def _sums(self) -> Sums:
        return self._state.trade_sums

    def _parse(self, columns: ColumnBatch) -> TradeBatch:
        row_ids, codes, prices, sizes = columns.arrays
        codes = without_odd_codes(codes)
        first_row = self._rows_parsed
        self._rows_parsed += len(codes)
        if self._guard.is_suspected(first_row, self._rows_parsed, row_ids):
            codes = np.minimum(codes, ODD_SIDE)
        return self._batch_of(first_row, row_ids, codes, prices, sizes)

    def _bring_in(self, batch: TradeBatch, until_ms: int) -> Iterator[None]:
        closed = trade_kernel.new_closed(len(batch))
        while self._row < len(batch) and not self.is_over:
            first, end = batch.first_row + self._row, batch.first_row + len(batch)
            with self._guard.at(first, end, only_row_id(batch)):
                self._row, outcome = self._count(self._row, until_ms, batch, closed)
            self._move_to(batch, self._row)
            if outcome == trade_kernel.DONE:
                return
            if outcome == trade_kernel.END_OF_RANGE:
                self._end_range()
                return
            if outcome == trade_kernel.LATE:
                late_ms = int(batch.rows.codes[self._row] >> 1)
                self._skip(int(batch.row_ids[self._row]), late_trade(), late_ms)
            elif not self._count_strictly(batch, self._row, until_ms):
                return
            self._row += not self.is_over
            self._move_to(batch, self._row)
            yield

    def _count(
        self, first: int, until_ms: int, batch: TradeBatch, closed: Numbers
    ) -> tuple[int, int]:
        """Count the trades from `first` on; return the row where that stopped, and why."""
        row = self._kernels.count_trades(first, until_ms, batch.rows, self._sums, closed)
        ohlc, cvd = self._state.take_closed_trade_bars(closed)
        sink = self._context.sink
        if sink is not None:
            if ohlc:
                sink.add_bars(OHLC, ohlc)
                sink.add_bars(CVD, cvd)
            sink.add_trades(self._accepted(batch, slice(first, row)))
        outcome = int(self._sums["outcome"][0])
        if outcome == trade_kernel.OUT_OF_ORDER:
            raise ReadingOrderError("its trades are not in the order of time")
        return row, outcome

    def _accepted(self, batch: TradeBatch, part: slice) -> TradeColumns:
        codes = batch.rows.codes[part]
        first = int(np.searchsorted(codes, 2 * self._sums["from_ms"][0]))  # they are in order
        part = slice(part.start + first, part.stop)
        row_ids, codes = batch.row_ids[part], batch.rows.codes[part]
        prices, sizes = batch.rows.prices[part], batch.rows.sizes[part]
        return TradeColumns(row_ids, codes >> 1, prices, sizes, (codes & 1).astype(np.bool_))

    def _count_strictly(self, refusing: TradeBatch, at: int, until_ms: int) -> bool:
        """Count the trade `at` that the fast path refused, and return whether it is before the end.

        A row that cannot be used is skipped.
        """
        row_id, number = int(refusing.row_ids[at]), refusing.first_row + at
        with self._guard.at(number, number + 1, row_id):
            has_odd_time = refusing.rows.codes[at] == ODD_TIME
            batch = self._parse_refused(row_id, number, has_odd_time=has_odd_time)
            if batch is None:
                return True
            if batch.rows.codes[0] >> 1 >= until_ms:
                return False
            _, outcome = self._count(0, until_ms, batch, trade_kernel.new_closed(1))
            if outcome == trade_kernel.LATE:
                self._skip(row_id, late_trade(), int(batch.rows.codes[0] >> 1))
        return True

    def _parse_strictly(self, row: TimedRow, number: int) -> TradeBatch | None:
        if row.timestamp_ms >= self._sums["to_ms"][0]:
            self._end_range()
            return None
        if row.timestamp_ms < self._sums["from_ms"][0]:
            return None
        self._guard.check(row.row_id)
        trade = parse_trade_row(row.row_id, row.timestamp_ms, *row.values)
        return self._batch_of(
            number,
            np.array([row.row_id]),
            np.array([2 * row.timestamp_ms + (trade.side == "buy")]),
            np.array([trade.price]),
            np.array([trade.size]),
        )

    def _batch_of(
        self, first_row: int, row_ids: Column, codes: Column, prices: Numbers, sizes: Numbers
    ) -> TradeBatch:
        rows = TradeRows(codes, bar_start(codes >> 1, self._window_ms), prices, sizes)
        return TradeBatch(first_row, row_ids, rows)
