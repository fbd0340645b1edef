"""Bring trades to the kernel: whole batches as columns, odd rows one by one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from processor.day_files import DayFile
from processor.engine import trade_kernel
from processor.engine.columns import Column
from processor.engine.kernels import Kernels
from processor.engine.retreat import RetreatError
from processor.engine.state import EngineState
from processor.quality import BadRowError, Quality, late_trade
from processor.row_parser import parse_trade_row
from processor.table_reader import TableReader, TimedRow

FOREVER_MS = 2**62


@dataclass(frozen=True, slots=True)
class TradeBatch:
    """Some trades in the order of the table; a code is time and side, as in `trades_query`."""

    rowids: Column
    codes: Column
    prices: Column
    sizes: Column


class TradeFeed:
    """Counts the trades of one file into `state`, as far as it is asked to."""

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
        self._batch: TradeBatch | None = None
        self._row = 0
        self.is_over = False

    def strict_batches(self) -> Iterator[TradeBatch]:
        """Yield the table row by row, in the order of time, parsed strictly."""
        for row in self._table.rows():
            batch = self._parse_strictly(row)
            if batch is not None:
                yield batch

    def advance(self, batches: Iterator[TradeBatch], until_ms: int) -> Iterator[None]:
        """Count the trades before `until_ms`, taking from `batches` and yielding after each.

        Raises RetreatError when they are not in the order of time.
        """
        while not self.is_over:
            if self._batch is None:
                self._batch, self._row = next(batches, None), 0
                if self._batch is None:
                    self.is_over = True
                    return
            self._row = self._count(self._batch, self._row, until_ms)
            if self._row < len(self._batch.codes):
                return
            self._batch = None
            yield

    def _count(self, batch: TradeBatch, row: int, until_ms: int) -> int:
        closed = np.empty((len(batch.codes), trade_kernel.BAR_COLUMNS))
        while row < len(batch.codes) and not self.is_over:
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
            match self._state.trade_sums["outcome"][0]:
                case trade_kernel.DONE:
                    break
                case trade_kernel.NEEDS_STRICT_PARSER:
                    self._count_strictly(int(batch.rowids[row]))
                    row += 1
                case trade_kernel.LATE:
                    self._skip(int(batch.rowids[row]), late_trade())
                    self._state.trade_sums["rows"] += 1
                    row += 1
                case trade_kernel.OUT_OF_ORDER:
                    raise RetreatError("its trades are not in the order of time")
                case trade_kernel.END_OF_RANGE:
                    self.is_over = True
        return row

    def _count_strictly(self, row_id: int) -> None:
        try:
            row = self._table.row(row_id)
        except BadRowError as error:
            self._skip(row_id, error)
            return
        batch = self._parse_strictly(row)
        if batch is not None:
            self._count(batch, 0, FOREVER_MS)

    def _parse_strictly(self, row: TimedRow) -> TradeBatch | None:
        if row.timestamp_ms >= self._state.trade_sums["to_ms"][0]:
            self.is_over = True
            return None
        if row.timestamp_ms < self._state.trade_sums["from_ms"][0]:
            return None
        try:
            trade = parse_trade_row(row.row_id, row.timestamp_ms, *row.values)
        except BadRowError as error:
            self._skip(row.row_id, error)
            return None
        return TradeBatch(
            rowids=np.array([row.row_id]),
            codes=np.array([2 * row.timestamp_ms + (trade.side == "buy")]),
            prices=np.array([trade.price]),
            sizes=np.array([trade.size]),
        )

    def _skip(self, row_id: int, error: BadRowError) -> None:
        self._quality.skip_row(self._file.path, "trades", row_id, error)
