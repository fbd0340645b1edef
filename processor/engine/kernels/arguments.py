"""What kernels take and give: arrays that travel together, by name.

They are named tuples because Numba compiles those; a call costs 2 µs for them.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

# The same as in `shared`, whose sources do not name the folder of compiled kernels: see cache.py.
NO_MOMENT = -(2**62)
LARGEST = 1e30

Numbers = NDArray[np.float64]
"""Prices, sizes or what is made of them."""

Moments = NDArray[np.int64]
"""Epoch ms; NO_MOMENT where a row's time is not plain."""

Ends = NDArray[np.int64]
"""Where each row's part of another column ends."""

Flags = NDArray[np.bool_]
"""Whether something is so of each row."""

Bits = NDArray[np.uint64]
"""Words of 64 bits that say what is taken."""

Sums = Any
"""An array of one record, of `BOOK_STATE` or `TRADE_STATE`."""


class TextColumn(NamedTuple):
    """The text of some rows, as UTF-8 bytes, and the offsets of the rows in it."""

    utf8: NDArray[np.uint8]
    offsets: NDArray[np.int32]


class LevelColumns(NamedTuple):
    """The levels of one side, row after row; those of row r end at `ends[r]`."""

    prices: Numbers
    sizes: Numbers
    ends: Ends

    @property
    def total(self) -> int:
        """How many levels there are."""
        return int(self.ends[-1]) if len(self.ends) else 0


class BookRows(NamedTuple):
    """Some book rows, where the bar of each begins and what each says it is, a BookChange.

    The refused ones have no levels yet. The sequence numbers are there of all rows, NO_LINK where a
    row has none, or of none.
    """

    times: Moments
    bar_starts: Moments
    changes: NDArray[np.int64]
    seq_ids: NDArray[np.int64]
    prev_seq_ids: NDArray[np.int64]
    is_refused: Flags
    bids: LevelColumns
    asks: LevelColumns


class TradeRows(NamedTuple):
    """Some trades, and where the bar of each begins.

    A code is the timestamp times two, plus one for a taker who buys; that of NO_MOMENT where the
    row is not of the plainest form.
    """

    codes: NDArray[np.int64]
    bar_starts: Moments
    prices: Numbers
    sizes: Numbers


class Ladder(NamedTuple):
    """Both sides of a book, bids first, with a place for every price, each side best first.

    An ask of n ticks is at place n, a bid at the n-th from the end. Bit b of `taken[side, w]` says
    that place 64 w + b of `sizes` (2, places) has a size, bit b of `taken_words[side, w]` that word
    64 w + b of `taken` is not 0. No place before `starts[side]` is taken, and `counts[side]` places
    are. A tick is 10^-`decimals`.
    """

    sizes: Numbers
    taken: Bits
    taken_words: Bits
    starts: Bits
    counts: Bits
    ticks_per_unit: float
    decimals: int


class Heat(NamedTuple):
    """What is known of the time that passes over a ladder, and room for what it completes.

    `dues`, `left` and `left_words` have the shapes of the ladder's sizes, `taken` and
    `taken_words`: what places owe the open column, and which of them were left since its start.
    A column of heat is a row of `columns`, its cells are in `rows` and `totals`; a keyframe is one
    of `frames`, its levels are in `prices` and `sizes`; see HeatColumns and Keyframes.
    """

    state: Sums
    dues: Numbers
    left: Bits
    left_words: Bits
    row_ids: NDArray[np.int64]
    columns: NDArray[np.int64]
    rows: NDArray[np.int64]
    totals: Numbers
    frames: NDArray[np.int64]
    prices: Numbers
    sizes: Numbers


class SortedSides(NamedTuple):
    """Both sides of a book as (2, capacity): signed prices in ascending order, and their sizes.

    The best is the last. A side lies between `bounds[side, 0]` and `bounds[side, 1]`, bids first.
    """

    bids: Numbers
    asks: Numbers
    bounds: NDArray[np.int64]


class Samples(NamedTuple):
    """The book after each row of a batch, where it was sampled, which is in range.

    The fields are those of BookSamples. Without room for any, none is noted.
    """

    is_taken: Flags
    is_reset: Flags
    is_gap: Flags
    best_bids: Numbers
    bid_sizes: Numbers
    best_asks: Numbers
    ask_sizes: Numbers
    obi: Numbers
    tot: Numbers


class BookOutput(NamedTuple):
    """What a book kernel fills: bars that were closed, each a row, and a sample of each row."""

    closed: Numbers
    samples: Samples
