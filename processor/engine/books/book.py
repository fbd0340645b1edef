"""The book of a replay: on a ladder as long as its prices fit one, else in sorted arrays."""

import numpy as np

from processor.calculation.depth import Depth
from processor.engine.books.book_batch import BookBatch
from processor.engine.books.ladder_book import LadderBook
from processor.engine.books.sorted_book import SortedBook
from processor.engine.kernels.arguments import BookOutput, Numbers, Sums
from processor.engine.kernels.book_bars import OFF_LADDER
from processor.engine.kernels.loading import Kernels
from shared.recordings.records import OrderbookLevel

_NO_LEVELS = np.empty((2, 0))
_NO_PRICES = np.empty(0)


class Book:
    """Takes batches of rows, whatever their prices."""

    def __init__(self, bids: Numbers = _NO_LEVELS, asks: Numbers = _NO_LEVELS) -> None:
        self._form = _form_of(bids, asks, _NO_PRICES)

    @property
    def is_ladder(self) -> bool:
        """Whether all its prices have places on one ladder."""
        return isinstance(self._form, LadderBook)

    def apply(
        self,
        kernels: Kernels,
        first: int,
        until_ms: int,
        batch: BookBatch,
        sums: Sums,
        output: BookOutput,
    ) -> int:
        """Apply the rows of `batch` from `first` on, up to `until_ms`; return where that stopped.

        Why, says `sums["outcome"]`. After OFF_LADDER the book has taken a form that the rest of the
        batch fits: go on from the same row.
        """
        row = self._form.apply(kernels, first, until_ms, batch, sums, output)
        if sums["outcome"][0] == OFF_LADDER:
            self._form = _form_of(*self._form.sides, batch.prices)
        return row

    def begin_file(self) -> None:
        """Go back to a ladder if the levels that did not fit one are gone."""
        if not self.is_ladder:
            self._form = _form_of(*self._form.sides, _NO_PRICES)

    def best(self, levels_per_side: int) -> Depth:
        """Return at most `levels_per_side` levels of each side, best first."""
        return Depth(*(_best(side, levels_per_side) for side in self._form.sides))

    def to_document(self) -> dict[str, list[list[float]]]:
        """Return both sides as signed prices, the best last, and sizes."""
        bids, asks = self._form.sides
        return {"bids": bids.tolist(), "asks": asks.tolist()}

    @classmethod
    def from_document(cls, document: dict[str, list[list[float]]]) -> "Book":
        """Return the book that `to_document` saw."""
        bids, asks = (
            np.array(document[name], dtype=np.float64).reshape(2, -1) for name in ("bids", "asks")
        )
        return cls(bids, asks)


def _form_of(bids: Numbers, asks: Numbers, prices: Numbers) -> LadderBook | SortedBook:
    return LadderBook.of(bids, asks, prices) or SortedBook.of(bids, asks)


def _best(side: Numbers, levels: int) -> list[OrderbookLevel]:
    prices, sizes = np.abs(side[:, -levels:][:, ::-1]).tolist()
    return [OrderbookLevel(price, size) for price, size in zip(prices, sizes, strict=True)]
