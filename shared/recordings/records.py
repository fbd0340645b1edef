"""What a recording is made of: levels, book updates and trades."""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple


class OrderbookLevel(NamedTuple):
    """Price and the whole size resting there; in an update, size 0 removes the level."""

    price: float
    size: float


class BookChange(IntEnum):
    """What a book row says of itself: nothing, that it changes the book, that it is the book."""

    UNTOLD = 0
    UPDATE = 1
    SNAPSHOT = 2


@dataclass(frozen=True, slots=True)
class OrderbookUpdate:
    """The levels of one book row: those that changed or, in a snapshot, all there are.

    One without a row (`row_id` None) has no levels: it carries trades that no row precedes.
    """

    timestamp_ms: int
    bids: list[OrderbookLevel]
    asks: list[OrderbookLevel]
    row_id: int | None = None
    change: BookChange = BookChange.UNTOLD


class Trade(NamedTuple):
    """One trade; `side` is the taker's, "buy" or "sell"."""

    id: int
    trade_id: str | None
    price: float
    size: float
    side: str
    timestamp_ms: int
