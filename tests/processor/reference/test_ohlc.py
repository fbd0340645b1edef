"""Bars, CVD, OBI and TOT from trades and updates, without any file."""

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.reference.ohlc import OHLCProcessor
from shared.recordings.records import OrderbookLevel, OrderbookUpdate, Trade
from shared.run_files.processor_status import Conservation

MINUTE = 60_000
T0 = 1_751_328_000_000


def trade(timestamp_ms: int, price: float = 100, size: float = 1, side: str = "buy") -> Trade:
    return Trade(1, None, price, size, side, timestamp_ms)


def update(
    timestamp_ms: int,
    bids: list[tuple[float, float]] = [],  # noqa: B006 - never changed
    asks: list[tuple[float, float]] = [],  # noqa: B006 - never changed
) -> OrderbookUpdate:
    return OrderbookUpdate(
        timestamp_ms,
        [OrderbookLevel(*level) for level in bids],
        [OrderbookLevel(*level) for level in asks],
        row_id=1,
    )


def test_one_trade_makes_a_bar_of_one_price() -> None:
    bars = OHLCProcessor()
    bars.process_trades([trade(T0 + 12_345, 100.5, 2)])
    assert bars.ohlc_bars == [[T0, 100.5, 100.5, 100.5, 100.5, 2]]


def test_a_bar_is_first_highest_lowest_last_and_sum() -> None:
    bars = OHLCProcessor()
    bars.process_trades(
        [
            trade(T0 + 1, 100, 1),
            trade(T0 + 2, 103, 2, "sell"),
            trade(T0 + 2, 98, 4),
            trade(T0 + 59_999, 101, 8, "sell"),
        ]
    )
    assert bars.ohlc_bars == [[T0, 100, 103, 98, 101, 15]]


def test_a_bar_begins_at_the_multiple_of_the_window_and_ends_before_the_next() -> None:
    bars = OHLCProcessor(window_seconds=10)
    bars.process_trades([trade(T0, 1), trade(T0 + 9_999, 2), trade(T0 + 10_000, 3)])
    assert bars.ohlc_bars == [[T0, 1, 2, 1, 2, 2], [T0 + 10_000, 3, 3, 3, 3, 1]]


def test_a_window_that_does_not_divide_the_day_is_aligned_to_the_epoch() -> None:
    bars = OHLCProcessor(window_seconds=7)
    bars.process_trades([trade(T0)])
    # 1,751,328,000 s = 250,189,714 windows of 7 s and 2 s more
    assert bars.ohlc_bars[0][0] == T0 - 2_000


def test_a_window_without_trades_has_no_bar() -> None:
    bars = OHLCProcessor()
    bars.process_trades([trade(T0), trade(T0 + 5 * MINUTE)])
    assert [bar[0] for bar in bars.ohlc_bars] == [T0, T0 + 5 * MINUTE]
    assert [bar[0] for bar in bars.cvd_bars] == [T0, T0 + 5 * MINUTE]


def test_no_trades_make_no_bars_and_a_cvd_of_0() -> None:
    bars = OHLCProcessor()
    bars.process_trades([])
    bars.finalize()
    assert (bars.ohlc_bars, bars.cvd_bars, bars.metric_bars) == ([], [], [])
    assert bars.cvd_cumulative == 0


def test_cvd_adds_what_takers_buy_and_subtracts_what_they_sell() -> None:
    bars = OHLCProcessor()
    bars.process_trades([trade(T0, size=3), trade(T0, size=5, side="sell"), trade(T0, size=1)])
    assert bars.cvd_cumulative == -1
    assert bars.cvd_bars == [[T0, 0, 3, -2, -1]]


def test_a_cvd_bar_opens_at_the_value_before_its_first_trade() -> None:
    bars = OHLCProcessor()
    bars.process_trades([trade(T0, size=3), trade(T0 + MINUTE, size=5, side="sell")])
    bars.process_trades([trade(T0 + 3 * MINUTE, size=4)])
    assert bars.cvd_bars == [
        [T0, 0, 3, 0, 3],
        [T0 + MINUTE, 3, 3, -2, -2],
        [T0 + 3 * MINUTE, -2, 2, -2, 2],
    ]


def test_the_open_bar_grows_with_each_batch_and_finalize_changes_nothing() -> None:
    bars = OHLCProcessor()
    bars.process_trades([trade(T0, 100)])
    assert bars.ohlc_bars == [[T0, 100, 100, 100, 100, 1]]
    bars.process_trades([trade(T0 + 1, 99)])
    assert bars.ohlc_bars == [[T0, 100, 100, 99, 99, 2]]
    assert bars.open_bar_ms == T0
    bars.finalize()
    assert bars.ohlc_bars == [[T0, 100, 100, 99, 99, 2]]
    assert bars.open_bar_ms is None


def test_a_trade_older_than_the_open_bar_is_handed_back_uncounted() -> None:
    bars = OHLCProcessor()
    late = trade(T0 - 1, 50, 7)
    assert bars.process_trades([trade(T0), late, trade(T0 + 1)]) == [late]
    assert bars.ohlc_bars == [[T0, 100, 100, 100, 100, 2]]
    assert bars.cvd_cumulative == 2


def test_a_trade_older_than_its_predecessor_but_in_the_open_bar_counts() -> None:
    bars = OHLCProcessor()
    assert bars.process_trades([trade(T0 + 9), trade(T0 + 5)]) == []
    assert bars.ohlc_bars == [[T0, 100, 100, 100, 100, 2]]


def test_of_more_than_1000_bars_the_newest_1000_stay() -> None:
    bars = OHLCProcessor(window_seconds=1)
    bars.process_trades(trade(T0 + 1000 * i, size=1) for i in range(1003))
    for kept in (bars.ohlc_bars, bars.cvd_bars):
        assert len(kept) == 1000
        assert [kept[0][0], kept[-1][0]] == [T0 + 3_000, T0 + 1_002_000]
    bars.finalize()
    assert len(bars.ohlc_bars) == 1000
    assert bars.ohlc_bars[0][0] == T0 + 3_000
    assert bars.cvd_cumulative == 1003
    assert bars.conservation.bar_volume == 1003


def test_the_conservation_sums_count_open_and_closed_bars() -> None:
    bars = OHLCProcessor()
    bars.process_trades([trade(T0, size=3), trade(T0 + MINUTE, size=5, side="sell")])
    assert bars.conservation == Conservation(
        trades_accepted=2, size_accepted=8, bar_volume=8, signed_size=-2, cvd=-2
    )


def test_sums_do_not_drift_over_many_small_sizes() -> None:
    bars = OHLCProcessor()
    bars.process_trades(trade(T0, size=0.1) for _ in range(10_000))
    assert bars.ohlc_bars[0][5] == 1000.0
    assert bars.cvd_cumulative == 1000.0


def test_obi_and_tot_are_sampled_after_each_update() -> None:
    bars = OHLCProcessor()
    bars.update_orderbook(update(T0, [(99, 3)], [(101, 1)]))  # (3 - 1) / 4
    bars.update_orderbook(update(T0 + 1, [(98, 4)]))  # (7 - 1) / 8
    bars.update_orderbook(update(T0 + 2, [(98, 0), (99, 0), (97, 1)], [(102, 6)]))  # (1 - 7) / 8
    bars.update_orderbook(update(T0 + 3))  # nothing changed, sampled all the same
    assert bars.metric_bars == [[T0, 0.5, 0.75, -0.75, -0.75, 4, 8, 4, 8]]


def test_a_metric_bar_opens_with_its_own_first_sample() -> None:
    bars = OHLCProcessor()
    bars.update_orderbook(update(T0 + 59_999, [(99, 3)], [(101, 1)]))
    bars.update_orderbook(update(T0 + 60_000, [(99, 1)]))
    bars.update_orderbook(update(T0 + 5 * MINUTE, [(99, 3)]))
    assert bars.metric_bars == [
        [T0, 0.5, 0.5, 0.5, 0.5, 4, 4, 4, 4],
        [T0 + MINUTE, 0, 0, 0, 0, 2, 2, 2, 2],
        [T0 + 5 * MINUTE, 0.5, 0.5, 0.5, 0.5, 4, 4, 4, 4],
    ]


def test_obi_and_tot_count_only_the_displayed_levels() -> None:
    bars = OHLCProcessor(depth_levels_per_side=2)
    bars.update_orderbook(update(T0, [(97, 100), (98, 1), (99, 2)], [(101, 1), (102, 0.5)]))
    bars.update_orderbook(update(T0 + 1, [], [(103, 50)]))
    # both times bids 3, asks 1.5
    assert bars.metric_bars == [[T0, *[1.5 / 4.5] * 4, *[4.5] * 4]]
    assert bars.depth.bids == [(99, 2), (98, 1)]
    assert bars.depth.asks == [(101, 1), (102, 0.5)]


def test_there_is_no_sample_while_a_side_is_empty() -> None:
    bars = OHLCProcessor()
    bars.update_orderbook(update(T0, [(99, 1)]))
    bars.update_orderbook(update(T0 + 1, [], [(101, 1)]))
    bars.update_orderbook(update(T0 + MINUTE, [(99, 0)]))
    assert bars.metric_bars == [[T0, 0, 0, 0, 0, 2, 2, 2, 2]]
    assert bars.observations.as_counts() == {"one_sided_rows": 2}


def test_an_update_that_is_not_sampled_changes_the_book_only() -> None:
    bars = OHLCProcessor()
    bars.update_orderbook(update(T0, [(99, 1)], [(101, 1)]), is_sampled=False)
    assert bars.metric_bars == []
    assert bars.depth.bids == [(99, 1)]


def test_an_update_that_only_carries_trades_is_not_sampled() -> None:
    bars = OHLCProcessor()
    bars.update_orderbook(update(T0, [(99, 1)], [(101, 1)]))
    bars.update_orderbook(OrderbookUpdate(T0 + MINUTE, [], []))
    assert [bar[0] for bar in bars.metric_bars] == [T0]


def test_a_crossed_book_is_sampled_and_counted() -> None:
    bars = OHLCProcessor()
    bars.update_orderbook(update(T0, [(101, 3)], [(101, 1)]))
    assert bars.metric_bars == [[T0, 0.5, 0.5, 0.5, 0.5, 4, 4, 4, 4]]
    assert bars.observations.as_counts() == {"crossed_rows": 1}


trades_in_order = st.lists(
    st.tuples(
        st.integers(0, 40_000),
        st.floats(min_value=1e-6, max_value=1e6),
        st.floats(min_value=1e-6, max_value=1e6),
        st.sampled_from(["buy", "sell"]),
    ),
    max_size=40,
).map(
    lambda rows: [
        Trade(i, None, price, size, side, T0 + time)
        for i, (time, price, size, side) in enumerate(sorted(rows))
    ]
)
books = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), max_size=6)


def bars_of(*batches: list[Trade]) -> tuple[object, ...]:
    processor = OHLCProcessor(window_seconds=5)
    for batch in batches:
        processor.process_trades(batch)
    processor.finalize()
    return processor.ohlc_bars, processor.cvd_bars, processor.conservation


@given(trades_in_order, st.lists(st.integers(0, 40), max_size=5))
def test_bars_of_one_pass_equal_bars_of_any_split(trades: list[Trade], cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(trades)) for cut in cuts), len(trades)]
    batches = [trades[a:b] for a, b in itertools.pairwise(edges)]
    assert bars_of(*batches) == bars_of(trades)


@given(trades_in_order)
def test_every_bar_lies_between_its_low_and_its_high(trades: list[Trade]) -> None:
    ohlc, cvd, _ = bars_of(trades)
    for _, first, high, low, last, *_ in (*ohlc, *cvd):
        assert low <= first <= high
        assert low <= last <= high


@given(trades_in_order)
def test_volume_and_cvd_are_conserved(trades: list[Trade]) -> None:
    ohlc, cvd, sums = bars_of(trades)
    volume = sum(Fraction(t.size) for t in trades)
    signed = sum(Fraction(t.size) * (1 if t.side == "buy" else -1) for t in trades)
    scale = max(float(volume), 1) * 1e-15
    assert math.isclose(math.fsum(bar[5] for bar in ohlc), volume, rel_tol=1e-14)
    assert math.isclose(sums.size_accepted, volume, rel_tol=1e-14)
    assert math.isclose(sums.bar_volume, volume, rel_tol=1e-14)
    assert math.isclose(sums.cvd, signed, rel_tol=1e-14, abs_tol=scale)
    assert math.isclose(sums.signed_size, signed, rel_tol=1e-14, abs_tol=scale)
    if cvd:
        assert cvd[-1][4] == sums.cvd
        assert all(a[4] == b[1] for a, b in itertools.pairwise(cvd))


@given(st.lists(st.tuples(books, books), max_size=8))
def test_swapping_the_sides_of_every_update_negates_obi(
    rows: list[tuple[list[tuple[float, float]], list[tuple[float, float]]]],
) -> None:
    one, other = OHLCProcessor(), OHLCProcessor()
    for i, (bids, asks) in enumerate(rows):
        # mirrored prices keep best first: what is a high bid becomes a low ask
        mirrored_bids = [(10 - price, size) for price, size in asks]
        mirrored_asks = [(10 - price, size) for price, size in bids]
        one.update_orderbook(update(T0 + i, bids, asks))
        other.update_orderbook(update(T0 + i, mirrored_bids, mirrored_asks))
    expected = [
        [ts, -obi_open, -obi_low, -obi_high, -obi_close, *tot]
        for ts, obi_open, obi_high, obi_low, obi_close, *tot in one.metric_bars
    ]
    assert other.metric_bars == expected


@pytest.mark.parametrize("levels", [1, 2, 50])
def test_tot_is_the_sum_of_the_depth_shown(levels: int) -> None:
    bars = OHLCProcessor(depth_levels_per_side=levels)
    rows = [(100 - i, 1 + i) for i in range(4)], [(101 + i, 2 + i) for i in range(4)]
    bars.update_orderbook(update(T0, *rows))
    shown = bars.depth
    bid_size, ask_size = (sum(level.size for level in side) for side in (shown.bids, shown.asks))
    assert bars.metric_bars[0][8] == bid_size + ask_size
    assert bars.metric_bars[0][4] == (bid_size - ask_size) / (bid_size + ask_size)
