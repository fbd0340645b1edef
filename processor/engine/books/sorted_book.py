"""A book of whatever prices, as sorted arrays."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processor.calculation.book_pieces import HeatColumns, Keyframes
from processor.calculation.heat_book import HeatBook
from processor.engine.books.book_batch import BookBatch
from processor.engine.compiling.loading import Kernels
from processor.engine.kernels.arguments import (
    BookOutput,
    LevelColumns,
    Numbers,
    SortedSides,
    Sums,
)
from shared.recordings.records import OrderbookLevel

_FIRST_CAPACITY = 4096


@dataclass(slots=True)
class SortedBook:
    """Both sides as `sorted_kernel` keeps them: each between its bounds, with room around it.

    `heat`, if it keeps time, is the same book once more: so rarely are prices of no ladder met that
    it goes level by level.
    """

    bids: Numbers
    asks: Numbers
    bounds: NDArray[np.int64]
    heat: HeatBook | None = None

    @classmethod
    def of(cls, bids: Numbers, asks: Numbers, time: dict[str, Any] | None) -> "SortedBook":
        """Return the book of two sides like those of `sides`.

        `time` is the document of the time it has kept, None if it keeps none.
        """
        heat = None
        if time is not None:
            heat = HeatBook(_levels(*np.abs(bids)), _levels(*np.abs(asks)), time)
        return cls(bids, asks, np.array([[0, bids.shape[1]], [0, asks.shape[1]]]), heat)

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
        row = int(kernels.apply_to_sorted(first, until_ms, batch.rows, sides, sums, output))
        if self.heat is not None:
            self._keep_time(self.heat, range(first, row), batch, sums, output)
        return row

    def begin_file(self) -> None:
        """Take note that the next rows are those of the next file."""
        if self.heat is not None:
            self.heat.begin_file()

    def take_pieces(self) -> tuple[HeatColumns, Keyframes] | None:
        """Return what time has completed since the last time, None if there is nothing."""
        pieces = self.heat.take() if self.heat is not None else None
        return pieces if pieces and any(len(each.ask_ends) for each in pieces) else None

    @property
    def time(self) -> dict[str, Any] | None:
        """The document of the time it has kept, None if it keeps none; see HeatBook."""
        return self.heat.to_document() if self.heat is not None else None

    @staticmethod
    def _keep_time(
        heat: HeatBook, applied: range, batch: BookBatch, sums: Sums, output: BookOutput
    ) -> None:
        rows = batch.rows
        for row in applied:
            heat.apply(
                int(batch.row_ids[row]),
                int(rows.times[row]),
                _levels_of(row, rows.bids),
                _levels_of(row, rows.asks),
                is_reset=bool(output.samples.is_reset[row]),
                is_in_range=bool(rows.times[row] >= sums["from_ms"][0]),
            )


def _levels_of(row: int, levels: LevelColumns) -> list[OrderbookLevel]:
    part = slice(levels.ends[row - 1] if row else 0, levels.ends[row])
    return _levels(levels.prices[part], levels.sizes[part])


def _levels(prices: Numbers, sizes: Numbers) -> list[OrderbookLevel]:
    return list(map(OrderbookLevel, prices.tolist(), sizes.tolist()))


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
