"""A book of whatever prices, as sorted arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processor.engine.books.book_batch import BookBatch
from processor.engine.kernels.arguments import BookOutput, Numbers, SortedSides, Sums
from processor.engine.kernels.loading import Kernels

_FIRST_CAPACITY = 4096


@dataclass(slots=True)
class SortedBook:
    """Both sides as `sorted_kernel` keeps them: each between its bounds, with room around it."""

    bids: Numbers
    asks: Numbers
    bounds: NDArray[np.int64]

    @classmethod
    def of(cls, bids: Numbers, asks: Numbers) -> "SortedBook":
        """Return the book of two sides like those of `sides`."""
        return cls(bids, asks, np.array([[0, bids.shape[1]], [0, asks.shape[1]]]))

    @property
    def sides(self) -> tuple[Numbers, Numbers]:
        """Bids and asks, each (2, levels): signed prices in ascending order, and their sizes."""
        return self.bids[:, slice(*self.bounds[0])], self.asks[:, slice(*self.bounds[1])]

    def apply(
        self,
        kernels: Kernels,
        first: int,
        until_ms: int,
        batch: BookBatch,
        sums: Sums,
        output: BookOutput,
    ) -> int:
        """Apply the rows of `batch` from `first` on and return where that stopped."""
        self.bids = _with_room(self.bids, self.bounds[0], batch.most_levels + 1)
        self.asks = _with_room(self.asks, self.bounds[1], batch.most_levels + 1)
        sides = SortedSides(self.bids, self.asks, self.bounds)
        return int(kernels.apply_to_sorted(first, until_ms, batch.rows, sides, sums, output))


def _with_room(side: Numbers, bound: NDArray[np.int64], levels: int) -> Numbers:
    """Return `side` with room for `levels` more at either end of what is within `bound`."""
    low, high = bound
    capacity = side.shape[1]
    if low >= levels and capacity - high >= levels:
        return side
    held = high - low
    needed = 2 * (held + 2 * levels)
    grown = np.empty((2, max(capacity, needed, _FIRST_CAPACITY)))
    start = (grown.shape[1] - held) // 2
    grown[:, start : start + held] = side[:, low:high]
    bound[:] = start, start + held
    return grown
