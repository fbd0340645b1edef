"""What has come and is not settled: rows of seconds that more rows may still belong to."""

import numpy as np

from processor.calculation.book_pieces import STANDS_MS
from processor.calculation.sink import BookSamples, TradeColumns
from processor.history.book_seconds import BookRows
from shared.history.columns import joined
from shared.history.schema import SECOND_MS
from shared.history.trades import Trades, no_trades


def no_book_rows() -> BookRows:
    """Return no rows."""
    integers, numbers = np.empty((7, 0), np.int64), np.empty((6, 0))
    return BookRows(*integers, *numbers)


class RawRows:
    """Trades and book rows that are not settled yet, in the order of their coming.

    A row older than all rows of the files before its own, which have come to `floor_ms`, is counted
    there: only a day file that begins before the end of the last one has such. So what becomes of a
    row depends on the rows alone, and not on what was settled when.
    """

    def __init__(self, trades: Trades | None = None, book: BookRows | None = None) -> None:
        self._trades = [no_trades() if trades is None else trades]
        self._book = [no_book_rows() if book is None else book]
        self.count = 0

    def add_trades(self, file: int, floor_ms: int, trades: TradeColumns) -> int:
        """Take trades of the file of this number, and return the time of the newest."""
        times = np.asarray(trades.times_ms, np.int64)
        self._trades.append(
            Trades(
                ts=np.maximum(times, floor_ms) // SECOND_MS * SECOND_MS,
                files=np.full(len(times), file),
                row_ids=np.asarray(trades.row_ids, np.int64),
                times_ms=times,
                is_buy=np.asarray(trades.is_buy, np.int64),
                prices=np.asarray(trades.prices, np.float64),
                sizes=np.asarray(trades.sizes, np.float64),
            )
        )
        self.count += len(times)
        return int(times[-1]) if len(times) else floor_ms

    def add_samples(self, file: int, floor_ms: int, samples: BookSamples) -> int:
        """Take book rows of the file of this number, and return the time of the newest."""
        times = np.maximum(np.asarray(samples.times_ms, np.int64), floor_ms)
        numbers = (
            *(samples.best_bids, samples.bid_sizes, samples.best_asks, samples.ask_sizes),
            *(samples.obi, samples.tot),
        )
        self._book.append(
            BookRows(
                times,
                times + STANDS_MS,
                np.ones(len(times), np.int64),
                np.full(len(times), file),
                np.asarray(samples.row_ids, np.int64),
                np.asarray(samples.is_reset, np.int64),
                np.asarray(samples.is_gap, np.int64),
                *(np.asarray(column, np.float64) for column in numbers),
            )
        )
        self.count += len(times)
        return int(times[-1]) if len(times) else floor_ms

    def all(self) -> tuple[Trades, BookRows]:
        """Return all rows."""
        return joined(self._trades), joined(self._book)
