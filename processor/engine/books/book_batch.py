"""Book rows on their way from the parser to the kernels."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from processor.engine.scan.columns import Column


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels of one side, row after row; those of row r end at `ends[r]`."""

    prices: Column
    sizes: Column
    ends: Column

    def __len__(self) -> int:
        return int(self.ends[-1]) if len(self.ends) else 0


@dataclass(frozen=True, slots=True)
class BookBatch:
    """Some book rows, the first of which is `first_row` in reading order.

    The refused ones have no levels yet.
    """

    first_row: int
    rowids: Column
    times: Column
    bids: Levels
    asks: Levels
    is_refused: Column

    @property
    def only_row_id(self) -> int | None:
        """The id of its row, if it has but one."""
        return int(self.rowids[0]) if len(self.rowids) == 1 else None

    @property
    def most_levels(self) -> int:
        """How many levels the side with more of them has."""
        return max(len(self.bids), len(self.asks))

    @property
    def prices(self) -> Column:
        """Those of all levels."""
        sides = self.bids, self.asks
        return np.concatenate([side.prices[: len(side)] for side in sides])

    def columns(self) -> Iterator[Column]:
        """Yield what the kernels take of it, in their order."""
        yield from (self.times, self.is_refused)
        for side in (self.bids, self.asks):
            yield from (side.prices, side.sizes, side.ends)
