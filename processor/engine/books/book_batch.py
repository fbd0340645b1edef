"""Book rows on their way from the parser to the kernels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processor.engine.kernels.arguments import BookRows, Numbers


@dataclass(frozen=True, slots=True)
class BookBatch:
    """Some book rows, the first of which is `first_row` in reading order."""

    first_row: int
    row_ids: NDArray[np.int64]
    rows: BookRows

    def __len__(self) -> int:
        return len(self.row_ids)

    @property
    def most_levels(self) -> int:
        """How many levels the side with more of them has."""
        return max(self.rows.bids.total, self.rows.asks.total)

    @property
    def prices(self) -> Numbers:
        """Those of all levels."""
        sides = self.rows.bids, self.rows.asks
        return np.concatenate([side.prices[: side.total] for side in sides])
