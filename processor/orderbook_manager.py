"""The reference order book, under its public name."""

from processor.reference.orderbook import OrderbookManager

__all__ = ["OrderbookManager"]
