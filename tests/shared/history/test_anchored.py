"""CVD and VWAP from a moment on, worked out by hand and from the trades themselves."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.history.trade_seconds import seconds_of_trades
from shared.history.bars import TradeBars, no_pieces
from shared.history.merging import merge_trades
from shared.history.order_flow.anchored import cvd_since, vwap_of, vwap_since
from shared.history.trades import Trades


def bars_of(trades: list[tuple[int, float, float]], window_ms: int = 1_000) -> TradeBars:
    """Bars of trades of (ms, price, size), sold where the size is below 0."""
    times, prices, sizes = (np.array(column) for column in zip(*trades, strict=True))
    ids = np.arange(len(times))
    is_buy = (sizes > 0).astype(np.int64)
    made = Trades(times // 1000 * 1000, ids, ids, times, is_buy, prices, np.abs(sizes))
    seconds, _ = seconds_of_trades(made, 0.0, np.full(len(times), 3))
    return merge_trades(seconds, window_ms)


def test_cvd_begins_at_0_wherever_it_is_anchored() -> None:
    bars = bars_of([(0, 100.0, 0.1), (10, 100.0, -0.3), (1_000, 101.0, 0.2), (2_000, 99.0, -0.1)])
    cvd = cvd_since(bars)
    assert cvd.ts.tolist() == [0, 1_000, 2_000]
    assert cvd.open.tolist() == [0.0, -0.2, 0.0]
    assert cvd.high.tolist() == [0.1, 0.0, 0.0]
    assert cvd.low.tolist() == [-0.2, -0.2, -0.1]
    assert cvd.close.tolist() == [-0.2, 0.0, -0.1]
    later = cvd_since(TradeBars(*(column[1:] for column in bars)))
    assert later.close.tolist() == [0.2, 0.1]


def test_vwap_and_its_deviation_weigh_by_volume() -> None:
    # 1 at 100 and 3 at 104: 103, (9 + 3·1) / 4 = 3.
    bars = bars_of([(0, 100.0, 1.0), (500, 104.0, -3.0), (1_000, 109.0, 2.0)])
    alone = vwap_of(bars)
    assert alone.vwap.tolist() == [103.0, 109.0]
    assert alone.sigma.tolist() == pytest.approx([math.sqrt(3), 0.0])
    # 4 at 103 and 2 at 109: 105, (25 + 3·1 + 2·16) / 6 = 10.
    since = vwap_since(bars)
    assert since.vwap.tolist() == pytest.approx([103.0, 105.0])
    assert since.sigma.tolist() == pytest.approx([math.sqrt(3), math.sqrt(10)])


def test_nothing_traded_has_neither() -> None:
    nothing = no_pieces(TradeBars)
    assert [len(column) for column in (*cvd_since(nothing), *vwap_since(nothing))] == [0] * 8


@given(
    st.lists(
        st.tuples(st.integers(0, 40_000), st.integers(1, 300), st.integers(1, 5_000)), min_size=1
    ).map(sorted),
    st.sampled_from([1_000, 7_000, 60_000]),
)
def test_vwap_of_any_windows_is_that_of_all_trades(
    rows: list[tuple[int, int, int]], window_ms: int
) -> None:
    # High prices close together: a difference of large squares would have no digit left.
    trades = [(ms, 1e7 + ticks / 100, lots / 1000) for ms, ticks, lots in rows]
    since = vwap_since(bars_of(trades, window_ms))
    prices, sizes = (np.array([trade[n] for trade in trades]) for n in (1, 2))
    mean = 1e7 + np.average(prices - 1e7, weights=sizes)
    assert since.vwap[-1] == pytest.approx(mean, rel=1e-12)
    deviation = math.sqrt(np.average((prices - mean) ** 2, weights=sizes))
    assert since.sigma[-1] == pytest.approx(deviation, rel=1e-6, abs=1e-6)
