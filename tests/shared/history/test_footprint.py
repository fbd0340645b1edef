"""Footprints, profiles and value areas: hand-worked ones, and the laws that all of them obey."""

import doctest
import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.history.order_flow import price_rows
from shared.history.order_flow import value_area as value_area_module
from shared.history.order_flow.footprint import (
    Footprint,
    footprint_of,
    merge_footprint,
    profile_of,
    profiles,
)
from shared.history.order_flow.price_rows import price_of, rows_of, tick_of
from shared.history.order_flow.value_area import ValueArea, ValueAreaBy, value_area
from shared.history.trades import Trades, no_trades


def trades(*rows: tuple[int, str, float, float]) -> Trades:
    """Trades of (ms, side, price, size)."""
    times, sides, prices, sizes = zip(*rows, strict=True)
    ids = np.arange(len(rows))
    ts = np.array(times) // 1000 * 1000
    is_buy = np.array([side == "buy" for side in sides]).astype(np.int64)
    return Trades(ts, ids * 0 + 1, ids, np.array(times), is_buy, np.array(prices), np.array(sizes))


def test_a_footprint_tells_buys_from_sells_at_each_row_of_each_window() -> None:
    footprint = footprint_of(
        trades(
            (0, "buy", 100.0, 1.0),
            (10, "sell", 100.1, 0.1),
            (59_999, "buy", 100.1, 0.2),
            (60_000, "sell", 99.9, 4.0),
            (61_000, "sell", 100.4, 0.5),
        ),
        60_000,
        0.5,
    )
    assert footprint.ts.tolist() == [0, 60_000, 60_000]
    assert price_of(footprint.rows, 0.5).tolist() == [100.0, 99.5, 100.0]
    assert footprint.buy_trades.tolist() == [2, 0, 0]
    assert footprint.sell_trades.tolist() == [1, 1, 1]
    assert footprint.buy_volume.tolist() == [1.2, 0.0, 0.0]
    assert footprint.sell_volume.tolist() == [0.1, 4.0, 0.5]
    assert footprint.volume.tolist() == [1.3, 4.0, 0.5]
    assert footprint.delta.tolist() == [1.1, -4.0, -0.5]
    assert [each.ts.tolist() for each in profiles(footprint)] == [[0], [60_000, 60_000]]


def test_nothing_traded_makes_no_footprint() -> None:
    footprint = footprint_of(no_trades(), 60_000, 0.5)
    assert [len(column) for column in footprint] == [0] * 6
    assert profiles(footprint) == []
    assert len(merge_footprint(footprint, window_ms=3_600_000, rows=4).ts) == 0


def test_prices_lie_in_the_rows_of_their_decimals() -> None:
    prices = np.arange(1, 1000) / 10
    assert rows_of(prices, 0.1).tolist() == list(range(1, 1000))
    assert rows_of(prices, 0.3).tolist() == [tick // 3 for tick in range(1, 1000)]
    assert price_of(np.arange(1, 1000), 0.1).tolist() == prices.tolist()


def test_prices_that_no_decimals_tell_have_rows_too() -> None:
    prices = np.array([1 / 3, 2 / 3, 1.0, 4 / 3, math.pi])
    assert rows_of(prices, 1 / 3).tolist() == [1, 2, 3, 4, 9]
    assert rows_of(np.array([1e30]), 1e25).tolist() == [100_000]


@pytest.mark.parametrize("height", [0.0, -1.0, math.nan, math.inf, 1e-12])
def test_rows_that_cannot_be_counted_are_refused(height: float) -> None:
    with pytest.raises(ValueError, match="expected price rows"):
        rows_of(np.array([1e5]), height)


def test_the_tick_is_the_largest_step_that_reaches_every_price() -> None:
    assert tick_of(np.array([0.3, 0.9, 0.6])) == 0.3
    assert tick_of(np.array([104_217.5, 104_218.0])) == 0.5
    assert tick_of(np.array([1 / 3])) is None
    assert tick_of(np.array([])) is None


SOME_TRADES = st.lists(
    st.tuples(
        st.integers(0, 7_200_000),
        st.sampled_from(["buy", "sell"]),
        st.integers(1, 400).map(lambda ticks: ticks / 10),
        st.integers(1, 5000).map(lambda lots: lots / 1000),
    ),
    min_size=1,
    max_size=120,
).map(sorted)


@given(SOME_TRADES, st.sampled_from([0.1, 0.5, 3.0]), st.sampled_from([1_000, 60_000, 7_000]))
def test_volumes_conserve(rows: list[tuple[int, str, float, float]], height: float, w: int) -> None:
    made = trades(*rows)
    footprint = footprint_of(made, w, height)
    for window in profiles(footprint):
        inside = made.ts // w * w == window.ts[0]
        assert window.volume.sum() == pytest.approx(made.sizes[inside].sum(), rel=1e-12)
        assert (window.buy_trades + window.sell_trades).sum() == inside.sum()
    signed = np.where(made.is_buy, made.sizes, -made.sizes)
    assert footprint.delta.sum() == pytest.approx(signed.sum(), rel=1e-9, abs=1e-9)
    assert profile_of(made, height).volume.sum() == pytest.approx(made.sizes.sum(), rel=1e-12)


def equal(one: Footprint, other: Footprint) -> None:
    for name, ours, theirs in zip(one._fields, one, other, strict=True):
        assert ours.tolist() == theirs.tolist(), name


@given(SOME_TRADES, st.integers(1, 6), st.integers(1, 6))
def test_merging_rows_is_associative_and_equals_higher_rows(
    rows: list[tuple[int, str, float, float]], first: int, second: int
) -> None:
    made = trades(*rows)
    fine = footprint_of(made, 60_000, 0.1)
    at_once = merge_footprint(fine, rows=first * second)
    equal(merge_footprint(merge_footprint(fine, rows=first), rows=second), at_once)
    equal(footprint_of(made, 60_000, round(0.1 * first * second, 1)), at_once)


@given(SOME_TRADES)
def test_merging_windows_is_associative_and_equals_longer_ones(
    rows: list[tuple[int, str, float, float]],
) -> None:
    made = trades(*rows)
    seconds = footprint_of(made, 1_000, 0.1)
    at_once = merge_footprint(seconds, window_ms=3_600_000)
    in_steps = merge_footprint(merge_footprint(seconds, window_ms=60_000), window_ms=3_600_000)
    equal(in_steps, at_once)
    equal(footprint_of(made, 3_600_000, 0.1), at_once)


def area(
    volumes: list[float], by: ValueAreaBy = ValueAreaBy.PAIR, first: int = 10
) -> tuple[int, int, int]:
    is_there = np.array(volumes) > 0
    rows = np.arange(first, first + len(volumes))[is_there]
    return tuple(value_area(rows, np.array(volumes)[is_there], by))


def test_a_value_area_grows_by_the_larger_pair() -> None:
    # 70 % of 30 is 21: 8 at the POC, then 5 + 2 above (7) against 4 + 2 below (6), then the 6.
    assert area([1, 2, 4, 8, 5, 2, 8 - 0.5]) == (13, 13, 16)
    assert area([1.0, 2.0, 4.0, 8.0, 5.0, 2.0, 1.0]) == (13, 11, 15)


def test_a_value_area_by_single_rows_takes_the_larger_neighbour() -> None:
    # 70 % of 23 is 16.1: 8, then 5 above (13), then 4 below (17).
    assert area([1, 2, 4, 8, 5, 2, 1], ValueAreaBy.ROW) == (13, 12, 14)


def test_the_point_of_control_is_the_lower_one_of_equals() -> None:
    assert area([1, 5, 1, 5, 1], ValueAreaBy.ROW)[0] == 11
    footprint = profile_of(
        trades(
            (0, "buy", 2.0, 0.3),
            (0, "buy", 1.0, 0.1),
            (0, "sell", 1.0, 0.2),  # 0.1 + 0.2 is more than 0.3 in binary
            (0, "buy", 3.0, 0.3),
        ),
        1.0,
    )
    assert value_area(footprint.rows, footprint.volume).poc == 1


def test_of_equal_sides_the_lower_one_is_taken() -> None:
    assert area([3, 4, 3], ValueAreaBy.ROW) == (11, 10, 11)
    assert area([1, 2, 9, 2, 1, 0.5]) == (12, 10, 12)
    assert area([0.1, 0.2, 0.6, 0.3], ValueAreaBy.PAIR) == (12, 10, 12)  # 0.1 + 0.2 is 0.3


def test_a_single_row_is_its_own_value_area() -> None:
    assert area([2.5]) == (10, 10, 10)


def test_rows_without_trades_count_as_rows() -> None:
    # Above are two empty rows, below one: nothing above, 1 below, then all that is left.
    assert area([4, 1, 0, 6, 0, 0, 3]) == (13, 10, 13)
    assert area([6, 0, 0, 0, 0, 5], ValueAreaBy.ROW) == (10, 10, 15)


def test_a_price_far_away_takes_no_time() -> None:
    found = value_area(np.array([5, 10**15]), np.array([6.0, 5.0]))
    assert found == ValueArea(poc=5, low=5, high=10**15)


def dense_area(volumes: list[float], step: int) -> tuple[int, int, int]:
    """Return what the definition says, row by row over all rows, the empty ones too."""
    poc = low = high = volumes.index(max(volumes))
    total, held = sum(volumes), volumes[poc]
    while 10 * held < 7 * total:
        below = volumes[max(low - step, 0) : low]
        above = volumes[high + 1 : high + 1 + step]
        if below and (not above or sum(below) >= sum(above)):
            low, held = low - len(below), held + sum(below)
        else:
            high, held = high + len(above), held + sum(above)
    return poc, low, high


TRADED = st.integers(1, 6)


@given(
    st.tuples(TRADED, st.lists(st.just(0) | TRADED, max_size=40), TRADED).map(
        lambda parts: [parts[0], *parts[1], parts[2]]
    ),
    st.sampled_from(ValueAreaBy),
)
@example([3, 0, 0, 0, 9, 0, 0, 0, 0, 3], ValueAreaBy.PAIR)
def test_a_value_area_is_what_the_definition_says(volumes: list[int], by: ValueAreaBy) -> None:
    assert area(volumes, by, first=0) == dense_area(volumes, by.step)


@pytest.mark.parametrize("module", [price_rows, value_area_module], ids=lambda m: m.__name__)
def test_its_examples_run(module: object) -> None:
    result = doctest.testmod(module)
    assert (result.failed, result.attempted > 0) == (0, True)
