"""Applies level events to nautilus_trader's L2 book and prints events per second as JSON.

Runs with the interpreter of an environment that has nautilus_trader: SCRIPT EVENTS.npy REPEATS.
"""

import json
import statistics
import sys
import time
from itertools import groupby

import nautilus_trader
import numpy as np
from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.data import BookOrder, OrderBookDelta, OrderBookDeltas
from nautilus_trader.model.enums import BookAction, BookType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.objects import Price, Quantity

INSTRUMENT = InstrumentId.from_str("BTC-USDT.OKX")
DEPTH_LEVELS = 50


def make_delta(event):
    """Return one changed level as a delta."""
    _, timestamp_ms, is_bid, price, size = event
    order = BookOrder(
        OrderSide.BUY if is_bid else OrderSide.SELL, Price(price, 1), Quantity(size, 8), 0
    )
    action = BookAction.UPDATE if size else BookAction.DELETE
    time_ns = timestamp_ms * 1_000_000
    return OrderBookDelta(INSTRUMENT, action, order, 0, 0, time_ns, time_ns)


def make_batches(events):
    """Return one batch of deltas for every book row."""
    return [
        OrderBookDeltas(INSTRUMENT, [make_delta(event) for event in row])
        for _, row in groupby(events, key=lambda event: event[0])
    ]


def replay(batches, has_obi):
    """Apply all batches to a new book; with `has_obi`, compute the imbalance after each."""
    book = OrderBook(INSTRUMENT, BookType.L2_MBP)
    started = time.perf_counter()
    for batch in batches:
        book.apply_deltas(batch)
        if has_obi:
            bid_volume = sum(level.size() for level in book.bids()[:DEPTH_LEVELS])
            ask_volume = sum(level.size() for level in book.asks()[:DEPTH_LEVELS])
            _ = (bid_volume - ask_volume) / (bid_volume + ask_volume)
    seconds = time.perf_counter() - started
    return seconds, float(book.best_bid_price()), float(book.best_ask_price())


def main():
    """Measure and print."""
    events = np.load(sys.argv[1]).tolist()
    repeats = int(sys.argv[2])
    started = time.perf_counter()
    batches = make_batches(events)
    build_seconds = time.perf_counter() - started
    plain = [replay(batches, has_obi=False) for _ in range(repeats)]
    apply_seconds = statistics.median(run[0] for run in plain)
    obi_seconds = replay(batches, has_obi=True)[0]
    json.dump(
        {
            "version": nautilus_trader.__version__,
            "touch": plain[0][1:],
            "events_per_second": {
                "levels applied": len(events) / apply_seconds,
                "deltas made and applied": len(events) / (build_seconds + apply_seconds),
                "levels applied, OBI at each row": len(events) / obi_seconds,
            },
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
