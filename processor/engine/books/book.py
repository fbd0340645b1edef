"""The book of a replay: on a ladder as long as its prices fit one, else in sorted arrays."""

from typing import Any

import numpy as np

from processor.calculation.book_pieces import HeatColumns, Keyframes
from processor.calculation.depth import Depth
from processor.calculation.heat_book import HeatBook
from processor.engine.books.book_batch import BookBatch
from processor.engine.books.ladder_book import LadderBook
from processor.engine.books.sorted_book import SortedBook
from processor.engine.compiling.loading import Kernels
from processor.engine.kernels.arguments import BookOutput, Numbers, Sums
from processor.engine.kernels.book_bars import OFF_LADDER
from shared.recordings.records import OrderbookLevel

_NO_LEVELS = np.empty((2, 0))
_NO_PRICES = np.empty(0)


class Book:
    """Takes batches of rows, whatever their prices.

    One that keeps time gives the pieces that time completes; `time` is the document of what it has
    kept so far, None if it keeps none. Samples must then be asked for as well.
    """

    def __init__(
        self,
        bids: Numbers = _NO_LEVELS,
        asks: Numbers = _NO_LEVELS,
        time: dict[str, Any] | None = None,
    ) -> None:
        self._form = _form_of(bids, asks, _NO_PRICES, time)
        self.pieces: tuple[HeatColumns, Keyframes] | None = None
        """What time has completed over the rows applied last, None if there is nothing.

        It is good until the next are."""

    @classmethod
    def empty(cls, *, keeps_time: bool) -> "Book":
        """Return a book that has met no row."""
        return cls(time=HeatBook().to_document() if keeps_time else None)

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
        batch fits, and after ROOM_FULL there is room again: go on from the same row.
        """
        row = self._form.apply(kernels, first, until_ms, batch, sums, output)
        self.pieces = self._form.take_pieces()
        if sums["outcome"][0] == OFF_LADDER:
            self._form = _form_of(*self._form.sides, batch.prices, self._form.time)
        return row

    @property
    def open_column(self) -> HeatColumns | None:
        """The open column of heat, if nothing changes in this second; None if it keeps no time."""
        time = self._form.time
        if time is None:
            return None
        bids, asks = (map(OrderbookLevel, *np.abs(side).tolist()) for side in self._form.sides)
        return HeatBook(bids, asks, time).open_column

    def begin_file(self) -> None:
        """Go back to a ladder if the levels that did not fit one are gone."""
        if not self.is_ladder:
            self._form = _form_of(*self._form.sides, _NO_PRICES, self._form.time)
        self._form.begin_file()

    def best(self, levels_per_side: int) -> Depth:
        """Return at most `levels_per_side` levels of each side, best first."""
        return Depth(*(_best(side, levels_per_side) for side in self._form.sides))

    def to_document(self) -> dict[str, Any]:
        """Return both sides as signed prices, the best last, and sizes, and the time kept."""
        bids, asks = self._form.sides
        return {"bids": bids.tolist(), "asks": asks.tolist(), "time": self._form.time}

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "Book":
        """Return the book that `to_document` saw."""
        bids, asks = (
            np.array(document[name], dtype=np.float64).reshape(2, -1) for name in ("bids", "asks")
        )
        return cls(bids, asks, document["time"])


def _form_of(
    bids: Numbers, asks: Numbers, prices: Numbers, time: dict[str, Any] | None
) -> LadderBook | SortedBook:
    return LadderBook.of(bids, asks, prices, time) or SortedBook.of(bids, asks, time)


def _best(side: Numbers, levels: int) -> list[OrderbookLevel]:
    prices, sizes = np.abs(side[:, -levels:][:, ::-1]).tolist()
    return [OrderbookLevel(price, size) for price, size in zip(prices, sizes, strict=True)]
