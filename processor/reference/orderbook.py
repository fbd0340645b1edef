"""Rebuild one order book from snapshots and updates."""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import islice

from processor.calculation.depth import Depth
from shared.recordings.records import OrderbookLevel


class OrderbookManager:
    """Both sides of a book, each as sizes by price and its prices in ascending order."""

    def __init__(self) -> None:
        self._bids = _Side()
        self._asks = _Side()

    def apply(self, bids: Iterable[OrderbookLevel], asks: Iterable[OrderbookLevel]) -> None:
        """Set the size of each level given; size 0 removes it, absent or not."""
        self._bids.apply(bids)
        self._asks.apply(asks)

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
