"""Bring trades to the kernel: whole batches as columns, odd rows one by one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from processor.engine.bookmark import Place
from processor.engine.intake.table_intake import TableFeed
from processor.engine.kernels import trade_kernel
from processor.engine.reading_order import RetreatError
from processor.engine.scan.columns import Column, ColumnBatch
from processor.engine.scan.queries import ODD_SIDE, without_odd_codes
from shared.recordings.problems import BadRowError, late_trade
from shared.recordings.row_parser import parse_trade_row
from shared.recordings.table_reader import TimedRow

TRADE_ROWS = 8192
"""Trades in a batch."""

FOREVER_MS = 2**62


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

    @property
    def only_row_id(self) -> int | None:
        """The id of its row, if it has but one."""
        return int(self.rowids[0]) if len(self.rowids) == 1 else None


class TradeFeed(TableFeed[TradeBatch]):
    """Counts the trades of one file into `state`, as far as it is asked to."""

    _batch: TradeBatch | None = None
    _row = 0

    def _parse(self, columns: ColumnBatch) -> TradeBatch:
        rowids, codes, prices, sizes = columns.arrays
        codes = without_odd_codes(codes)
        first_row = self._rows_parsed
        self._rows_parsed += len(codes)
        if self._guard.is_suspected(first_row, self._rows_parsed, rowids):
            codes = np.minimum(codes, ODD_SIDE)
        return TradeBatch(first_row, rowids, codes, prices, sizes)

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
            self._check_end(self._state.trade_sums)
            if self._row < len(self._batch.codes):
                return
            self._batch = None
            yield

    def _count(self, batch: TradeBatch, until_ms: int) -> Iterator[None]:
        rows = len(batch.codes)
        closed = np.empty((rows, trade_kernel.BAR_COLUMNS))
        while self._row < rows and not self.is_over:
            first = batch.first_row + self._row
            with self._guard.at(first, batch.first_row + rows, batch.only_row_id):
                self._row, outcome = self._count_from(self._row, batch, until_ms, closed)
            self._move_to(batch, self._row)
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
                    rowid, batch.first_row + self._row, has_odd_time=batch.codes[self._row] == 0
                )
            self._row += not self.is_over
            self._move_to(batch, self._row)
            yield

    def _move_to(self, batch: TradeBatch, row: int) -> None:
        if row:
            self.place = Place(batch.first_row + row, int(batch.rowids[row - 1]))
        elif batch.first_row > self.place.rows:  # past rows that were skipped
            self.place = Place(batch.first_row)

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
        with self._guard.at(row, row + 1, rowid):
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
            self._guard.check(row.row_id)
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
