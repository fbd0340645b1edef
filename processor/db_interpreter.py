"""The stream of book updates and trades, under its public name."""

from processor.reference.interpreter import BOOK_BATCH, TRADE_BATCH, DBInterpreter
from shared.recordings.records import OrderbookLevel, OrderbookUpdate, Trade

__all__ = [
    "BOOK_BATCH",
    "TRADE_BATCH",
    "DBInterpreter",
    "OrderbookLevel",
    "OrderbookUpdate",
    "Trade",
]
