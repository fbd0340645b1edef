"""Rebuild one order book from snapshots and updates."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import islice

from processor.calculation.depth import Depth
from processor.rules.snapshots import is_as_large
from shared.recordings.records import BookChange, OrderbookLevel


class OrderbookManager:
    """Both sides of a book, each as sizes by price and its prices in ascending order."""

    def __init__(self) -> None:
        self._bids = _Side()
        self._asks = _Side()
        self.is_snapshot = False
        """Whether the newest row was the whole book."""

    def apply(
        self,
        bids: Sequence[OrderbookLevel],
        asks: Sequence[OrderbookLevel],
        change: BookChange = BookChange.UNTOLD,
    ) -> bool:
        """Set the size of each level given; size 0 removes it, absent or not.

        A snapshot is the whole book: what it does not name is gone. Returns whether it took the
        place of a book that had levels.
        """
        is_snapshot = change is BookChange.SNAPSHOT
        if change is BookChange.UNTOLD:
            is_snapshot = self._is_whole(bids, asks)
        self.is_snapshot = is_snapshot
        is_reset = is_snapshot and bool(self._bids.prices or self._asks.prices)
        if is_snapshot:
            self._bids, self._asks = _Side(), _Side()
        self._bids.apply(bids)
        self._asks.apply(asks)
        return is_reset

    def _is_whole(self, bids: Sequence[OrderbookLevel], asks: Sequence[OrderbookLevel]) -> bool:
        held = len(self._bids.prices), len(self._asks.prices)
        return is_as_large(len(bids), len(asks), *held) and all(
            level.size for level in (*bids, *asks)
        )

    def best(self, levels_per_side: int) -> Depth:
        """Return at most `levels_per_side` levels of each side, best first."""
        return Depth(
            bids=self._bids.levels(islice(reversed(self._bids.prices), levels_per_side)),
            asks=self._asks.levels(self._asks.prices[:levels_per_side]),
        )


class _Side:
    def __init__(self) -> None:
        self.sizes: dict[float, float] = {}
        self.prices: list[float] = []

    def apply(self, levels: Iterable[OrderbookLevel]) -> None:
        for price, size in levels:
            if size:
                if price not in self.sizes:
                    self.prices.insert(bisect_left(self.prices, price), price)
                self.sizes[price] = size
            elif self.sizes.pop(price, None) is not None:
                del self.prices[bisect_left(self.prices, price)]

    def levels(self, prices: Iterable[float]) -> list[OrderbookLevel]:
        return [OrderbookLevel(price, self.sizes[price]) for price in prices]
