"""Rank keys are prices in ticks for bids, so that the tests read in prices."""

import pytest

from recorder.simulator.book_side import WINDOW, BookSide
from recorder.simulator.draws import Draws
from recorder.simulator.levels import GONE

SMALL = (1, 1)


@pytest.fixture
def draws():
    return Draws("book side")


@pytest.fixture
def bids(draws):
    return BookSide(+1, 10_000, draws)


@pytest.fixture
def asks(draws):
    return BookSide(-1, -10_001, draws)


def test_first_publication_is_the_whole_window_best_first(bids, asks):
    bid_prices = [ticks for ticks, _ in bids.publish()]
    ask_prices = [ticks for ticks, _ in asks.publish()]
    assert len(bid_prices) == len(ask_prices) == WINDOW
    assert bid_prices == sorted(bid_prices, reverse=True)
    assert bid_prices[0] == 10_000
    assert ask_prices == sorted(ask_prices)
    assert ask_prices[0] == 10_001


def test_nothing_done_publishes_nothing(bids):
    bids.publish()
    assert bids.publish() == []


def test_a_level_placed_above_pushes_the_last_one_out_of_the_window(bids):
    last = bids.publish()[-1][0]
    bids.place(10_001, SMALL)
    assert bids.publish() == [(10_001, SMALL), (last, GONE)]


def test_a_level_taken_lets_one_from_the_reserve_in(bids):
    snapshot = bids.publish()
    best_lots = snapshot[0][1][0]
    assert bids.take(best_lots, limit_key=10_000) == [(10_000, best_lots)]
    removed, entered = bids.publish()
    assert removed == (10_000, GONE)
    assert entered[0] < snapshot[-1][0]
    assert entered[1] != GONE


def test_a_partly_taken_level_keeps_the_rest(bids):
    bids.place(10_001, (500, 3))
    bids.publish()
    assert bids.take(200, limit_key=10_001) == [(10_001, 200)]
    assert bids.publish() == [(10_001, (300, 2))]


def test_an_order_walks_no_further_than_its_limit(bids):
    bids.place(10_002, SMALL)
    bids.place(10_001, SMALL)
    assert bids.take(1000, limit_key=10_001) == [(10_002, 1), (10_001, 1)]
    assert bids.best_key == 10_000


def test_retreat_cancels_all_that_is_better(asks, draws):
    asks.publish()
    asks.retreat(-10_050, draws.neutral_sizes)
    assert asks.best_key <= -10_050


def test_retreat_beyond_the_whole_reserve_leaves_a_full_window(asks, draws):
    book = dict(asks.publish())
    asks.retreat(-90_000, draws.neutral_sizes)
    for ticks, quote in asks.publish():
        if quote == GONE:
            del book[ticks]
        else:
            book[ticks] = quote
    assert len(book) == WINDOW
    assert min(book) == 90_000


def test_advance_sets_the_best_level(bids, draws):
    bids.advance(10_080, draws.neutral_sizes)
    assert bids.best_key == 10_080


def test_churn_never_improves_the_best_level(bids, draws):
    for _ in range(200):
        best_before = bids.best_key
        bids.churn(40, draws.neutral_sizes)
        assert bids.best_key <= best_before
