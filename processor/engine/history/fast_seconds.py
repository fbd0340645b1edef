"""Make seconds by the compiled kernels, once they are ready."""

import numpy as np

from processor.calculation.book_pieces import STANDS_MS
from processor.engine.compiling.loading import Kernels
from processor.engine.kernels import seconds_kernel
from processor.history.book_seconds import BookRows, rest_of, seconds_of_book
from processor.history.trade_seconds import Cvd, in_decimals, running_cvd, seconds_of_trades
from shared.history.bars import BookBars, TradeBars
from shared.history.decimals import Decimals, snapped
from shared.history.schema import SECOND_MS
from shared.history.trades import Trades

_MOST_SECONDS = STANDS_MS // SECOND_MS + 1
"""In so many a book stands at most."""


class FastSeconds:
    """Does what `seconds_of_trades` and `seconds_of_book` do; its kernels are among `kernels`."""

    def __init__(self, kernels: Kernels) -> None:
        self._kernels = kernels

    def of_trades(self, trades: Trades, cvd: Cvd, decimals: Decimals) -> tuple[TradeBars, Cvd]:
        """See `seconds_of_trades`."""
        kernel = self._kernels.trade_seconds
        if kernel is None:
            return seconds_of_trades(trades, cvd, decimals)
        most = len(trades.ts)
        integers = np.empty((seconds_kernel.TRADES_INTEGERS, most), np.int64)
        numbers = np.empty((seconds_kernel.TRADES_NUMBERS, most))
        running, after = running_cvd(trades, cvd)
        rows, values = np.stack(trades[:5]), np.stack(trades[5:])
        count = kernel(rows, values, running, integers, numbers)
        seconds = TradeBars(*integers[:, :count], *numbers[:, :count])
        return in_decimals(seconds, decimals), after

    def of_book(
        self, rows: BookRows, end_ms: int, price_decimals: Decimals, size_decimals: Decimals
    ) -> tuple[BookBars, BookRows]:
        """See `seconds_of_book`."""
        kernel = self._kernels.book_seconds
        if kernel is None or not len(rows.from_ms):
            return seconds_of_book(rows, end_ms, price_decimals, size_decimals)
        span = (end_ms - int(rows.from_ms[0])) // SECOND_MS + 2
        most = min(span, _MOST_SECONDS * len(rows.from_ms))
        integers = np.empty((seconds_kernel.BOOK_INTEGERS, most), np.int64)
        numbers = np.empty((seconds_kernel.BOOK_NUMBERS, most))
        last = np.empty(most, np.int64)
        columns = np.stack(rows[:7]), np.stack(rows[7:])
        count = kernel(*columns, end_ms, price_decimals, integers, numbers, last)
        seconds = BookBars(*integers[:, :count], *numbers[:, :count])
        ofi = snapped(seconds.ofi, size_decimals[last[:count]])
        return seconds._replace(ofi=ofi), rest_of(rows, end_ms)
