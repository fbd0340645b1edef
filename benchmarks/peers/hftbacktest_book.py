"""Feeds level events through hftbacktest's market depth and prints events per second as JSON.

Runs with the interpreter of an environment that has hftbacktest: SCRIPT EVENTS.npy REPEATS.
"""

import json
import statistics
import sys
import time
from importlib.metadata import version

import numpy as np
from hftbacktest import (
    BUY_EVENT,
    DEPTH_EVENT,
    EXCH_EVENT,
    LOCAL_EVENT,
    SELL_EVENT,
    BacktestAsset,
    HashMapMarketDepthBacktest,
    ROIVectorMarketDepthBacktest,
)
from hftbacktest.types import event_dtype
from numba import njit

TICK = 0.1
LOT = 0.00000001
DEPTH_LEVELS = 50
FURTHEST_TICKS = 20_000
FOREVER_NS = 10**18


@njit
def replay(backtest):
    """Feed everything through and return the touch."""
    backtest.elapse(FOREVER_NS)
    depth = backtest.depth(0)
    return depth.best_bid, depth.best_ask


@njit
def replay_with_obi(backtest, row_times_ns):
    """Feed a row after the other and sum the best levels as the project's own examples do."""
    obi = 0.0
    backtest.wait_next_feed(False, FOREVER_NS)
    depth = backtest.depth(0)
    for time_ns in row_times_ns:
        wait_ns = time_ns - backtest.current_timestamp
        if wait_ns > 0:
            backtest.elapse(wait_ns)
        bid_volume, ask_volume, found = 0.0, 0.0, 0
        tick = depth.best_bid_tick
        last_tick = tick - FURTHEST_TICKS
        while found < DEPTH_LEVELS and tick > last_tick:
            size = depth.bid_qty_at_tick(tick)
            if size > 0:
                bid_volume += size
                found += 1
            tick -= 1
        found = 0
        tick = depth.best_ask_tick
        last_tick = tick + FURTHEST_TICKS
        while found < DEPTH_LEVELS and tick < last_tick:
            size = depth.ask_qty_at_tick(tick)
            if size > 0:
                ask_volume += size
                found += 1
            tick += 1
        if bid_volume + ask_volume > 0:
            obi = (bid_volume - ask_volume) / (bid_volume + ask_volume)
    return obi


def make_feed(events):
    """Return the level events in hftbacktest's own layout."""
    feed = np.zeros(len(events), event_dtype)
    side = np.where(events["is_bid"], np.uint64(BUY_EVENT), np.uint64(SELL_EVENT))
    feed["ev"] = side | np.uint64(DEPTH_EVENT | EXCH_EVENT | LOCAL_EVENT)
    feed["exch_ts"] = feed["local_ts"] = events["timestamp_ms"] * 1_000_000
    feed["px"] = events["price"]
    feed["qty"] = events["size"]
    return feed


def make_backtest(kind, feed):
    """Return a backtest without latency or orders, over `feed` alone."""
    asset = (
        BacktestAsset()
        .data(feed)
        .linear_asset(1.0)
        .constant_order_latency(0, 0)
        .risk_adverse_queue_model()
        .no_partial_fill_exchange()
        .trading_value_fee_model(0.0, 0.0)
        .tick_size(TICK)
        .lot_size(LOT)
    )
    if kind is ROIVectorMarketDepthBacktest:
        asset = asset.roi_lb(feed["px"].min()).roi_ub(feed["px"].max())
    return kind([asset])


def measure(kind, feed, repeats, function, *arguments):
    """Return the median seconds of `function`, compiled before, and what it returned."""
    seconds = []
    for _ in range(repeats + 1):
        backtest = make_backtest(kind, feed)
        started = time.perf_counter()
        result = function(backtest, *arguments)
        seconds.append(time.perf_counter() - started)
        backtest.close()
    return statistics.median(seconds[1:]), result


def main():
    """Measure and print."""
    feed = make_feed(np.load(sys.argv[1]))
    repeats = int(sys.argv[2])
    row_times = np.unique(feed["exch_ts"])
    rates = {}
    for name, kind in (
        ("hash map", HashMapMarketDepthBacktest),
        ("vector", ROIVectorMarketDepthBacktest),
    ):
        seconds, touch = measure(kind, feed, repeats, replay)
        rates[f"levels applied, {name}"] = len(feed) / seconds
        seconds, _ = measure(kind, feed, repeats, replay_with_obi, row_times)
        rates[f"levels applied, {name}, OBI at each row"] = len(feed) / seconds
    json.dump(
        {"version": version("hftbacktest"), "touch": touch, "events_per_second": rates},
        sys.stdout,
    )


if __name__ == "__main__":
    main()
