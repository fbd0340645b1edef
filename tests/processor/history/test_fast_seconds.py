"""Seconds by the kernels: those of the definition, to the last bit."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.engine.history.fast_seconds import FastSeconds
from processor.history.book_seconds import BookRows, seconds_of_book
from processor.history.trade_seconds import seconds_of_trades
from shared.history.decimals import running_decimals
from shared.history.trades import Trades
from tests.support.runs import compiled_kernels

START_MS = 1_751_328_000_000
NAN = float("nan")

PRICES = st.sampled_from([100.0, 99.5, 100.25, 1 / 3, 7e-8]) | st.floats(1e-9, 1e9)
SIZES = st.sampled_from([1.0, 0.1, 0.3, 2.5e-8]) | st.floats(1e-9, 1e9)
TRADES = st.tuples(st.sampled_from([0, 0, 0, 300, 1000, 5000]), PRICES, SIZES, st.booleans())
OBI = st.floats(-1, 1) | st.just(0.0)
AFTER_MS = st.sampled_from([0, 1, 250, 999, 1000, 3500, 59_000, 60_000, 61_500, 200_000])
BOOKS = st.tuples(AFTER_MS, st.booleans(), st.booleans(), PRICES, SIZES, PRICES, SIZES, OBI, SIZES)


def same(ours: Any, theirs: Any) -> None:
    for name, one, other in zip(ours._fields, ours, theirs, strict=True):
        assert np.array_equal(one, other, equal_nan=one.dtype == np.float64), name
        assert one.dtype == other.dtype


@given(drawn=st.lists(TRADES, max_size=60), cvd=st.floats(-1e6, 1e6))
@settings(deadline=None)  # the first of them compiles
def test_those_of_any_trades(drawn: list[tuple[int, float, float, bool]], cvd: float) -> None:
    times = START_MS + np.cumsum([after for after, *_ in drawn], dtype=np.int64)
    ids = np.arange(len(drawn))
    trades = Trades(
        *(times // 1000 * 1000, ids // 3 + 1, ids * 7, times),
        np.array([is_buy for *_, is_buy in drawn], np.int64),
        np.array([price for _, price, *_ in drawn], np.float64),
        np.array([size for _, _, size, _ in drawn], np.float64),
    )
    decimals = running_decimals(trades.sizes, 0)
    arguments = trades, np.longdouble(cvd), decimals
    ours, our_cvd = FastSeconds(compiled_kernels()).of_trades(*arguments)
    theirs, their_cvd = seconds_of_trades(*arguments)
    same(ours, theirs)
    assert our_cvd == their_cvd


@given(drawn=st.lists(BOOKS, max_size=40), is_rest=st.booleans(), after=AFTER_MS)
@settings(deadline=None)
def test_those_of_any_book_rows(drawn: list[tuple[Any, ...]], is_rest: bool, after: int) -> None:
    times = START_MS + np.cumsum([row[0] for row in drawn], dtype=np.int64)
    ids = np.arange(len(drawn))
    is_row = np.ones(len(drawn), np.int64)
    is_row[: int(is_rest)] = 0
    has_bid, has_ask = (np.array([row[side] for row in drawn], np.bool_) for side in (1, 2))
    numbers = [np.array([row[field] for row in drawn], np.float64) for field in range(3, 9)]
    bids, bid_sizes, asks, ask_sizes, obi, tot = numbers
    rows = BookRows(
        *(times, times + 60_000, is_row, ids // 5 + 1, ids * 3, ids * 0, ids * 0),
        *(np.where(has_bid, bids, NAN), np.where(has_bid, bid_sizes, 0.0)),
        *(np.where(has_ask, asks, NAN), np.where(has_ask, ask_sizes, 0.0)),
        *(np.where(has_bid & has_ask, each, NAN) for each in (obi, tot)),
    )
    newest = int(times[-1]) if len(times) else START_MS
    end_ms = (newest + after) // 1000 * 1000 + 1000
    price_decimals = running_decimals(np.nan_to_num(rows.best_bids), 0)
    size_decimals = running_decimals(rows.bid_sizes, 0)
    arguments = rows, end_ms, price_decimals, size_decimals
    ours, our_rest = FastSeconds(compiled_kernels()).of_book(*arguments)
    theirs, their_rest = seconds_of_book(*arguments)
    same(ours, theirs)
    same(our_rest, their_rest)
