"""Bars of trades and book together."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orderflow.tables.table import Counts, Moments, Numbers, Table
from shared.history.bars import TradeBars
from shared.history.decimals import exact_decimals, snapped
from shared.history.merging import Bars as Merged
from shared.history.order_flow.anchored import CvdBars, Vwap, vwap_of


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Bars(Table):
    """One row a window in which something was traded or the book stood, in the order of time.

    What trades make is NaN in a window without any, what the book makes is NaN where it did not
    stand with both sides; counts are then 0.

    `ts` is the window's start. Prices are in quote units; volumes, `delta` (buys − sells), its
    running extremes from 0 and `cvd` (the run's, at the window's end) in base units; `turnover` is
    Σ price·size. `vwap` is turnover / volume and `sigma` √(Σv(p − vwap)² / Σv), within the window.
    OBI is −1 to 1, TOT in base units, both open to close over the book rows, and a mean weighted by
    time over the `standing_ms` in which both sides were filled. Best prices and their sizes, and
    `microprice`, are those at the end. `ofi` is order flow imbalance at the best level, in base
    units.

    The rows that a bar is made of are named by `trade_first_file`, `trade_first_id`, … to
    `book_last_id`; files are numbers in `run.files`, 0 for none.
    """

    ts: Moments
    open: Numbers
    high: Numbers
    low: Numbers
    close: Numbers
    volume: Numbers
    buy_volume: Numbers
    sell_volume: Numbers
    delta: Numbers
    delta_high: Numbers
    delta_low: Numbers
    cvd: Numbers
    trades: Counts
    turnover: Numbers
    vwap: Numbers
    sigma: Numbers
    obi_open: Numbers
    obi_high: Numbers
    obi_low: Numbers
    obi_close: Numbers
    obi_mean: Numbers
    tot_open: Numbers
    tot_high: Numbers
    tot_low: Numbers
    tot_close: Numbers
    tot_mean: Numbers
    best_bid: Numbers
    best_ask: Numbers
    bid_size: Numbers
    ask_size: Numbers
    microprice: Numbers
    widest_spread: Numbers
    ofi: Numbers
    book_rows: Counts
    samples: Counts
    standing_ms: Counts
    trade_first_file: Counts
    trade_first_id: Counts
    trade_last_file: Counts
    trade_last_id: Counts
    book_first_file: Counts
    book_first_id: Counts
    book_last_file: Counts
    book_last_id: Counts


def bars_of(merged: Merged) -> Bars:
    """Return what trades and book made of windows as one table."""
    trades, book = merged
    is_one = np.array_equal(trades.ts, book.ts)  # of minutes, nearly always
    ts = trades.ts if is_one else np.union1d(trades.ts, book.ts)
    named: dict[str, NDArray[Any]] = {}
    for prefix, pieces in (("trade", trades), ("book", book)):
        made = {**pieces._asdict(), **(_of_trades(trades) if prefix == "trade" else {})}
        at = np.searchsorted(ts, made.pop("ts"))
        for name, column in made.items():
            is_shared = name.startswith(("first_", "last_"))
            named[f"{prefix}_{name}" if is_shared else name] = _placed(column, at, len(ts))
    del named["price_m2"]
    return Bars(ts=ts, microprice=_microprice(named), **named)


def _of_trades(bars: TradeBars) -> dict[str, Numbers]:
    decimals = np.full(len(bars.ts), exact_decimals(np.append(bars.volume, bars.buy_volume)))
    sold = snapped(bars.volume - bars.buy_volume, decimals)
    alone = vwap_of(bars)
    return {
        "sell_volume": sold,
        "delta": snapped(bars.buy_volume - sold, decimals),
        "vwap": alone.vwap,
        "sigma": alone.sigma,
    }


def _microprice(named: dict[str, NDArray[Any]]) -> Numbers:
    weighted: Numbers = (
        named["best_bid"] * named["ask_size"] + named["best_ask"] * named["bid_size"]
    )
    sizes = named["bid_size"] + named["ask_size"]
    microprice: Numbers = np.full(len(sizes), np.nan)
    np.divide(weighted, sizes, out=microprice, where=sizes > 0)
    return microprice


def _placed(column: NDArray[Any], at: NDArray[np.intp], length: int) -> NDArray[Any]:
    nothing = 0 if column.dtype == np.int64 else np.nan
    placed = np.full(length, nothing, column.dtype)
    placed[at] = column
    return placed


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Cvd(Table):
    """CVD from a moment on, in base units: one row a window with trades.

    `open` is before the window's first trade, `close` after its last.
    """

    ts: Moments
    open: Numbers
    high: Numbers
    low: Numbers
    close: Numbers


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class VwapLine(Table):
    """VWAP from a moment on and its deviation, in quote units, at the end of windows with trades.

    The nth bands are `vwap ± n · sigma`; `sigma` is √(Σv(p − vwap)² / Σv).
    """

    ts: Moments
    vwap: Numbers
    sigma: Numbers


def cvd_table(bars: CvdBars) -> Cvd:
    """Return CVD bars as a table."""
    return Cvd(*bars)


def vwap_table(line: Vwap) -> VwapLine:
    """Return a VWAP as a table."""
    return VwapLine(*line)
