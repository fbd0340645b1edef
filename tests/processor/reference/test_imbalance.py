"""Order book imbalance: (Vb - Va) / (Vb + Va), and the volume it is measured over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.calculation.depth import Depth
from processor.reference.imbalance import MetricsCalculator
from shared.recordings.records import OrderbookLevel

sizes = st.lists(st.floats(min_value=1e-8, max_value=1e9), min_size=1, max_size=60)


def depth(bid_sizes: list[float], ask_sizes: list[float]) -> Depth:
    return Depth(
        bids=[OrderbookLevel(100 - i, size) for i, size in enumerate(bid_sizes)],
        asks=[OrderbookLevel(101 + i, size) for i, size in enumerate(ask_sizes)],
    )


@pytest.mark.parametrize(
    ("bid_sizes", "ask_sizes", "obi", "tot"),
    [
        ([3.0], [1.0], 0.5, 4.0),
        ([1.0], [3.0], -0.5, 4.0),
        ([2.0, 1.0], [1.0, 2.0], 0.0, 6.0),
        ([1.0, 2.0, 4.0], [1.0], 0.75, 8.0),
    ],
    ids=["bids-outweigh", "asks-outweigh", "even", "several-levels"],
)
def test_imbalance_is_the_difference_over_the_sum(
    bid_sizes: list[float], ask_sizes: list[float], obi: float, tot: float
) -> None:
    assert MetricsCalculator().imbalance(depth(bid_sizes, ask_sizes)) == (obi, tot)


@pytest.mark.parametrize(
    ("bid_sizes", "ask_sizes"),
    [([], []), ([1.0], []), ([], [1.0])],
    ids=["empty", "no-asks", "no-bids"],
)
def test_imbalance_while_a_side_is_empty_is_none(
    bid_sizes: list[float], ask_sizes: list[float]
) -> None:
    assert MetricsCalculator().imbalance(depth(bid_sizes, ask_sizes)) is None


@given(sizes, sizes)
def test_swapping_the_sides_negates_obi_and_keeps_tot(
    bid_sizes: list[float], ask_sizes: list[float]
) -> None:
    one = MetricsCalculator().imbalance(depth(bid_sizes, ask_sizes))
    other = MetricsCalculator().imbalance(depth(ask_sizes, bid_sizes))
    assert one is not None
    assert other == (-one.obi, one.tot)


@given(sizes, sizes)
def test_obi_lies_within_minus_1_and_1(bid_sizes: list[float], ask_sizes: list[float]) -> None:
    imbalance = MetricsCalculator().imbalance(depth(bid_sizes, ask_sizes))
    assert imbalance is not None
    assert -1 <= imbalance.obi <= 1
