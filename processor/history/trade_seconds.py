"""Make seconds from trades."""

from typing import Any

import numpy as np

from shared.history.bars import Numbers, TradeBars
from shared.history.decimals import Decimals, snapped
from shared.history.merging import merge_trades
from shared.history.schema import SECOND_MS
from shared.history.trades import Trades

Cvd = Any
"""A sum in the widest numbers that the machine has: over a month it must not drift."""


def seconds_of_trades(trades: Trades, cvd: Cvd, decimals: Decimals) -> tuple[TradeBars, Cvd]:
    """Return the seconds that `trades` make, and the CVD after them; it was `cvd` before.

    Each second must be whole. `decimals` are those of all sizes of the run up to each trade: sums
    of sizes are told by as many.
    """
    ones = np.ones(len(trades.ts), np.int64)
    bought = np.where(trades.is_buy, trades.sizes, 0.0)
    signed = np.where(trades.is_buy, trades.sizes, -trades.sizes)
    running, after = running_cvd(trades, cvd)
    pieces = TradeBars(
        ts=trades.ts,
        trades=ones,
        first_file=trades.files,
        first_id=trades.row_ids,
        last_file=trades.files,
        last_id=trades.row_ids,
        open=trades.prices,
        high=trades.prices,
        low=trades.prices,
        close=trades.prices,
        volume=trades.sizes,
        buy_volume=bought,
        delta_high=np.maximum(signed, 0.0),
        delta_low=np.minimum(signed, 0.0),
        cvd=running,
        turnover=trades.prices * trades.sizes,
        price_m2=np.zeros(len(ones)),
    )
    return in_decimals(merge_trades(pieces, SECOND_MS), decimals), after


def running_cvd(trades: Trades, cvd: Cvd) -> tuple[Numbers, Cvd]:
    """Return the CVD after each trade, and once more after the last; it was `cvd` before."""
    signed = np.where(trades.is_buy, trades.sizes, -trades.sizes)
    running = np.cumsum(np.concatenate([[cvd], signed.astype(np.longdouble)]))
    return running[1:].astype(np.float64), running[-1]


def in_decimals(seconds: TradeBars, decimals: Decimals) -> TradeBars:
    """Return seconds with the sums of sizes told by the decimals, of each trade, of all so far."""
    in_sizes = ("volume", "buy_volume", "delta_high", "delta_low", "cvd")
    last = np.cumsum(seconds.trades) - 1
    exact: dict[str, Any] = {
        name: snapped(getattr(seconds, name), decimals[last]) for name in in_sizes
    }
    return seconds._replace(**exact)
