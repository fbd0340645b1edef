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

    `seq_id` is the row's place in the exchange's chain, `prev_seq_id` that of the row before it.
    One without a row (`row_id` None) has no levels: it carries trades that no row precedes.
    """

    timestamp_ms: int
    bids: list[OrderbookLevel]
    asks: list[OrderbookLevel]
    row_id: int | None = None
    change: BookChange = BookChange.UNTOLD
    seq_id: int | None = None
    prev_seq_id: int | None = None


class Trade(NamedTuple):
    """One trade; `side` is the taker's, "buy" or "sell"."""

    id: int
    trade_id: str | None
    price: float
    size: float
    side: str
    timestamp_ms: int
