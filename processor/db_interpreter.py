"""The stream of book updates and trades, under its public name."""

from processor.reference.interpreter import DBInterpreter
from shared.recordings.records import OrderbookLevel, OrderbookUpdate, Trade
from shared.recordings.table_reader import BOOK_BATCH, TRADE_BATCH

__all__ = [
    "BOOK_BATCH",
    "TRADE_BATCH",
    "DBInterpreter",
    "OrderbookLevel",
    "OrderbookUpdate",
    "Trade",
]
