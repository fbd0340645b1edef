"""What a pass makes of the book itself: columns of heat, and the whole book at each minute."""

from collections.abc import Iterator
from typing import Any, NamedTuple

Column = Any
"""A list or an array of numbers."""

COLUMN_MS = 10_000
"""How much time a column of heat covers."""

FRAME_MS = 60_000
"""How far apart keyframes are, at least."""

STANDS_MS = 60_000
"""How long a book is taken to stand after a row. An exchange says at least once a minute that
nothing has changed; after more silence than that nobody knows what the book was."""


class HeatColumns(NamedTuple):
    """Columns of time, and how much rested in each of them at every price, in the order of time.

    A column begins at `starts_ms`, and the book stood in it for `standing_ms`. A row of it is the
    prices from n to n + 1 ticks of 10^-`decimals`, its total Σ size · ms. Rows and totals are those
    of all columns: of each its bids, up to `bid_ends`, and its asks, up to `ask_ends`, both from
    the lowest price up. The columns are the giver's: who keeps them makes copies.
    """

    starts_ms: Column
    standing_ms: Column
    decimals: Column
    bid_ends: Column
    ask_ends: Column
    rows: Column
    totals: Column


class Keyframes(NamedTuple):
    """The whole book at the starts of minutes, after the row that `files` and `row_ids` name.

    Prices and sizes are those of all: of each its bids, up to `bid_ends`, and its asks, up to
    `ask_ends`, the best first. The columns are the giver's: who keeps them makes copies.
    """

    minutes_ms: Column
    files: Column
    row_ids: Column
    bid_ends: Column
    ask_ends: Column
    prices: Column
    sizes: Column


def sides_of(bid_ends: Column, ask_ends: Column) -> Iterator[tuple[slice, slice]]:
    """Give where the bids and the asks of each column, or keyframe, are."""
    start = 0
    for bid_end, ask_end in zip(bid_ends, ask_ends, strict=True):
        yield slice(start, bid_end), slice(bid_end, ask_end)
        start = ask_end
