"""A book whose prices are ticks, as nearly all are: a ladder with a place for each price."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from processor.engine.books.book_batch import BookBatch
from processor.engine.kernels.arguments import Bits, BookOutput, Ladder, Numbers, Sums
from processor.engine.kernels.loading import Kernels

FEWEST_PLACES = 64 * 64
MOST_PLACES = 2**25
"""Prices up to 335,544.32 at two decimals. The places cost address space, and memory only where
there are levels: the system gives a page when it is first written to."""

MOST_DECIMALS = 15


class LadderBook:
    """Both sides as `ladder_kernel` keeps them, for prices of at most `decimals` decimals."""

    def __init__(self, decimals: int, places: int) -> None:
        self._decimals = decimals
        self._sizes = np.zeros((2, places))
        self._taken = np.zeros((2, places // 64), np.uint64)
        self._taken_words = np.zeros((2, places // 64**2), np.uint64)
        self._starts = np.full(2, places, np.uint64)
        self._counts = np.zeros(2, np.uint64)

    @classmethod
    def of(cls, bids: Numbers, asks: Numbers, prices: Numbers) -> "LadderBook | None":
        """Return the book of two sides like those of `sides`, with a place for `prices` too.

        None if there is no such ladder: the prices have too many decimals, or reach too far, or
        there is not memory for it.
        """
        prices = np.concatenate([np.abs(bids[0]), np.abs(asks[0]), prices])
        highest = prices.max(initial=0.0)
        decimals = _decimals_of(prices) if highest < MOST_PLACES else None
        if decimals is None:
            return None
        places = max(FEWEST_PLACES, 2 ** round(highest * 10**decimals).bit_length())
        if places > MOST_PLACES:
            return None
        try:
            book = cls(decimals, places)
        except MemoryError:  # a system that promises no more memory than it has
            return None
        book._fill(bids, asks)
        return book

    def __deepcopy__(self, memo: Any) -> "LadderBook":
        """Return a copy that takes the memory of its levels, not of all the places."""
        copy = LadderBook(self._decimals, self._sizes.shape[1])
        copy._fill(*self.sides)
        return copy

    @property
    def sides(self) -> tuple[Numbers, Numbers]:
        """Bids and asks, each (2, levels): signed prices in ascending order, and their sizes."""
        bid_places, ask_places = (
            _bits_set(taken, _bits_set(words, np.flatnonzero(words)))
            for taken, words in zip(self._taken, self._taken_words, strict=True)
        )
        bid_ticks = self._sizes.shape[1] - 1 - bid_places
        bids, asks = (
            np.stack([ticks / 10.0**self._decimals, sizes[places]])[:, ::-1]
            for ticks, places, sizes in zip(
                (bid_ticks, -ask_places), (bid_places, ask_places), self._sizes, strict=True
            )
        )
        return bids, asks

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
        ladder = Ladder(
            self._sizes,
            self._taken,
            self._taken_words,
            self._starts,
            self._counts,
            10.0**self._decimals,
        )
        return int(kernels.apply_to_ladder(first, until_ms, batch.rows, ladder, sums, output))

    def _fill(self, bids: Numbers, asks: Numbers) -> None:
        for side, (prices, sizes) in enumerate((bids, asks)):
            places = np.rint(np.abs(prices) * 10.0**self._decimals).astype(np.uint64)
            if side == 0:
                places = self._sizes.shape[1] - np.uint64(1) - places
            words, bits = np.divmod(places, np.uint64(64))
            self._sizes[side, places] = sizes
            np.bitwise_or.at(self._taken[side], words, np.uint64(1) << bits)
            words, bits = np.divmod(words, np.uint64(64))
            np.bitwise_or.at(self._taken_words[side], words, np.uint64(1) << bits)
            self._starts[side] = places.min(initial=self._starts[side])
            self._counts[side] = len(places)


def _bits_set(words: Bits, numbers: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return which bits are set, in ascending order, in the words of these numbers."""
    bits = np.unpackbits(words[numbers].astype("<u8").view(np.uint8), bitorder="little")
    return (64 * numbers[:, None] + np.arange(64)).ravel()[bits.astype(np.bool_)]


def _decimals_of(prices: Numbers) -> int | None:
    """Return how many decimals tell all of `prices`, to the last bit; None if they are many."""
    for decimals in range(MOST_DECIMALS + 1):
        ticks_per_unit = 10.0**decimals
        prices = prices[np.rint(prices * ticks_per_unit) / ticks_per_unit != prices]
        if not len(prices):
            return decimals
    return None
