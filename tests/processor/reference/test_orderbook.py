"""One book: sizes set and removed, best levels first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.calculation.depth import Depth
from processor.reference.orderbook import OrderbookManager
from shared.recordings.records import OrderbookLevel


def levels(*pairs: tuple[float, float]) -> list[OrderbookLevel]:
    return [OrderbookLevel(price, size) for price, size in pairs]


def test_bids_come_highest_first_and_asks_lowest_first() -> None:
    book = OrderbookManager()
    book.apply(levels((98, 1), (100, 2), (99, 3)), levels((103, 4), (101, 5), (102, 6)))
    assert book.best(50) == Depth(
        bids=[(100, 2), (99, 3), (98, 1)], asks=[(101, 5), (102, 6), (103, 4)]
    )


def test_best_returns_no_more_levels_than_asked_for() -> None:
    book = OrderbookManager()
    book.apply(levels((98, 1), (100, 2), (99, 3)), levels((103, 4), (101, 5), (102, 6)))
    assert book.best(2) == Depth(bids=[(100, 2), (99, 3)], asks=[(101, 5), (102, 6)])


def test_a_level_given_again_takes_the_new_size() -> None:
    book = OrderbookManager()
    book.apply(levels((100, 2)), [])
    book.apply(levels((100, 5)), [])
    assert book.best(50).bids == [(100, 5)]


def test_size_0_removes_a_level_of_that_side_only() -> None:
    book = OrderbookManager()
    book.apply(levels((100, 2), (99, 1)), levels((100, 3)))
    book.apply(levels((100, 0)), [])
    assert book.best(50) == Depth(bids=[(99, 1)], asks=[(100, 3)])


def test_removing_an_absent_level_changes_nothing() -> None:
    book = OrderbookManager()
    book.apply(levels((100, 2)), levels((101, 1)))
    book.apply(levels((99, 0), (1000, 0)), levels((99, 0)))
    assert book.best(50) == Depth(bids=[(100, 2)], asks=[(101, 1)])


def test_levels_of_one_update_apply_in_their_order() -> None:
    book = OrderbookManager()
    book.apply(levels((100, 2), (100, 0), (99, 0), (99, 4)), [])
    assert book.best(50).bids == [(99, 4)]


def test_empty_updates_leave_an_empty_book_empty() -> None:
    book = OrderbookManager()
    book.apply([], [])
    assert book.best(50) == Depth(bids=[], asks=[])


@pytest.mark.parametrize(
    ("bids", "asks", "is_crossed"),
    [
        ([(100, 1)], [(101, 1)], False),
        ([(100, 1)], [(100, 1)], True),
        ([(102, 1)], [(101, 1)], True),
        ([(102, 1)], [], False),
        ([], [], False),
    ],
    ids=["apart", "locked", "crossed", "one-sided", "empty"],
)
def test_a_book_is_crossed_when_the_best_bid_reaches_the_best_ask(
    bids: list[tuple[float, float]], asks: list[tuple[float, float]], is_crossed: bool
) -> None:
    assert Depth(levels(*bids), levels(*asks)).is_crossed is is_crossed


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 3)), max_size=60))
def test_any_run_of_updates_leaves_what_a_dict_would(pairs: list[tuple[int, int]]) -> None:
    book = OrderbookManager()
    book.apply(levels(*pairs), levels(*pairs))
    expected = {price: size for price, size in dict(pairs).items() if size}
    assert book.best(99).bids == sorted(expected.items(), reverse=True)
    assert book.best(99).asks == sorted(expected.items())
