"""A book whose prices are ticks, as nearly all are: a ladder with a place for each price."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from processor.calculation.book_pieces import HeatColumns, Keyframes
from processor.engine.books.book_batch import BookBatch
from processor.engine.books.ladder_heat import LadderHeat, bits_set
from processor.engine.compiling.loading import Kernels
from processor.engine.kernels.arguments import BookOutput, Ladder, Numbers, Sums
from processor.engine.kernels.book_bars import ROOM_FULL

FEWEST_PLACES = 64 * 64
MOST_PLACES = 2**25
"""Prices up to 335,544.32 at two decimals. The places cost address space, and memory only where
there are levels: the system gives a page when it is first written to."""

MOST_DECIMALS = 15


class LadderBook:
    """Both sides as `ladder_kernel` keeps them, for prices of at most `decimals` decimals.

    With `keeps_time` it knows for how long what has rested where.
    """

    def __init__(self, decimals: int, places: int, *, keeps_time: bool) -> None:
        self._decimals = decimals
        self._sizes = np.zeros((2, places))
        self._taken = np.zeros((2, places // 64), np.uint64)
        self._taken_words = np.zeros((2, places // 64**2), np.uint64)
        self._starts = np.full(2, places, np.uint64)
        self._counts = np.zeros(2, np.uint64)
        self._heat = LadderHeat(places) if keeps_time else None

    @classmethod
    def of(
        cls, bids: Numbers, asks: Numbers, prices: Numbers, time: dict[str, Any] | None
    ) -> "LadderBook | None":
        """Return the book of two sides like those of `sides`, with a place for `prices` too.

        `time` is the document of the time it has kept, None if it keeps none. None if there is no
        such ladder: the prices have too many decimals, or reach too far, or there is not memory
        for it.
        """
        owing = [owed[0] for owed in time["dues"]] if time else []
        prices = np.concatenate([np.abs(bids[0]), np.abs(asks[0]), *owing, prices])
        highest = prices.max(initial=0.0)
        decimals = _decimals_of(prices) if highest < MOST_PLACES else None
        if decimals is None:
            return None
        places = max(FEWEST_PLACES, 2 ** round(highest * 10**decimals).bit_length())
        if places > MOST_PLACES:
            return None
        try:
            book = cls(decimals, places, keeps_time=time is not None)
        except MemoryError:  # a system that promises no more memory than it has
            return None
        book._fill(bids, asks, time)
        return book

    def __deepcopy__(self, memo: Any) -> "LadderBook":
        """Return a copy that takes the memory of its levels, not of all the places."""
        time = self.time
        copy = LadderBook(self._decimals, self._sizes.shape[1], keeps_time=time is not None)
        copy._fill(*self.sides, time)
        return copy

    @property
    def sides(self) -> tuple[Numbers, Numbers]:
        """Bids and asks, each (2, levels): signed prices in ascending order, and their sizes."""
        bid_places, ask_places = (
            bits_set(taken, bits_set(words, np.flatnonzero(words)))
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
            self._decimals,
        )
        heat = self._heat.arguments(batch.row_ids) if self._heat else None
        apply = kernels.apply_to_ladder
        row = int(apply(first, until_ms, batch.rows, ladder, heat, sums, output))
        if self._heat and sums["outcome"][0] == ROOM_FULL and self._heat.is_empty:
            self._heat.grow()
        return row

    def begin_file(self) -> None:
        """Take note that the next rows are those of the next file."""
        if self._heat:
            self._heat.begin_file()

    def take_pieces(self) -> tuple[HeatColumns, Keyframes] | None:
        """Return what time has completed since the last time, None if there is nothing.

        It is good until the next rows are applied.
        """
        if self._heat is None or self._heat.is_empty:
            return None
        return self._heat.take()

    @property
    def time(self) -> dict[str, Any] | None:
        """The document of the time it has kept, None if it keeps none; see HeatBook."""
        if self._heat is None:
            return None
        dues = []
        for side in (0, 1):
            places, owed = self._heat.dues(side, self._taken_words[side], self._taken[side])
            ticks = places if side else self._sizes.shape[1] - 1 - places
            dues.append([(ticks / 10.0**self._decimals).tolist(), owed.tolist()])
        return {"clock": self._heat.clock(), "dues": dues}

    def _places(self, side: int, prices: Numbers) -> NDArray[np.uint64]:
        places = np.rint(np.abs(prices) * 10.0**self._decimals).astype(np.uint64)
        return places if side else self._sizes.shape[1] - np.uint64(1) - places

    def _fill(self, bids: Numbers, asks: Numbers, time: dict[str, Any] | None) -> None:
        if self._heat and time:
            self._heat.set_clock(time["clock"])
            for side, (prices, owed) in enumerate(time["dues"]):
                self._heat.set_dues(side, self._places(side, np.array(prices)), np.array(owed))
        for side, (prices, sizes) in enumerate((bids, asks)):
            places = self._places(side, prices)
            words, bits = np.divmod(places, np.uint64(64))
            self._sizes[side, places] = sizes
            np.bitwise_or.at(self._taken[side], words, np.uint64(1) << bits)
            words, bits = np.divmod(words, np.uint64(64))
            np.bitwise_or.at(self._taken_words[side], words, np.uint64(1) << bits)
            self._starts[side] = places.min(initial=self._starts[side])
            self._counts[side] = len(places)


def _decimals_of(prices: Numbers) -> int | None:
    """Return how many decimals tell all of `prices`, to the last bit; None if they are many."""
    for decimals in range(MOST_DECIMALS + 1):
        ticks_per_unit = 10.0**decimals
        prices = prices[np.rint(prices * ticks_per_unit) / ticks_per_unit != prices]
        if not len(prices):
            return decimals
    return None
