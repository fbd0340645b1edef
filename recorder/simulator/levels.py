"""Integer levels, updates and trades: what the simulated market says, before it is text."""

from typing import NamedTuple

# Plain tuples, not frozen dataclasses: a day holds 35 million of them, and a tuple is made in a
# fifth of the time and hashes in C.
Quote = tuple[int, int]
"""(size in lots, number of orders) of one level."""

Level = tuple[int, Quote]
"""(price in ticks, quote) of one level."""

GONE: Quote = (0, 0)
"""The quote of a level that was removed."""


class SimulatedTrade(NamedTuple):
    """One fill: all that a taker order took from one level."""

    timestamp_ms: int
    price_ticks: int
    lots: int
    is_buy: bool


class SimulatedUpdate(NamedTuple):
    """One book row: the changed levels a side, best first, and the trades that led to it.

    The trades happened against the book of the row before, so their times lie between the two.
    """

    timestamp_ms: int
    bids: list[Level]
    asks: list[Level]
    trades: list[SimulatedTrade]
