import statistics
from itertools import islice

import pytest

from recorder.simulator import LevelForm, Recording, simulate

HOUR = Recording(hours=1.0)


@pytest.fixture(scope="module")
def hour():
    return list(simulate(HOUR))


def test_equal_recordings_are_the_same_market():
    short = Recording(hours=0.01)
    assert list(simulate(short)) == list(simulate(short))


@pytest.mark.parametrize(
    "other",
    [Recording(hours=0.01, seed=8), Recording(hours=0.01, instrument="ETH-USDT")],
    ids=["seed", "instrument"],
)
def test_another_seed_or_instrument_is_another_market(other):
    assert list(simulate(other)) != list(simulate(Recording(hours=0.01)))


def test_the_level_form_plays_no_part():
    literal = Recording(hours=0.01, level_form=LevelForm.LITERAL)
    assert list(simulate(literal)) == list(simulate(Recording(hours=0.01)))


def test_a_longer_recording_begins_like_a_shorter_one(hour):
    assert list(islice(simulate(Recording(hours=24.0)), 500)) == hour[:500]


def test_an_hour_has_about_ten_updates_a_second(hour):
    assert 9 <= len(hour) / 3600 <= 11
    assert all(HOUR.start_ms <= update.timestamp_ms < HOUR.end_ms for update in hour)


def test_an_update_has_about_forty_changed_levels_with_a_long_tail(hour):
    counts = [len(update.bids) + len(update.asks) for update in hour[1:]]
    percentiles = statistics.quantiles(counts, n=100)
    assert 35 <= statistics.mean(counts) <= 47
    assert statistics.median(counts) < statistics.mean(counts)
    assert percentiles[98] > 3 * statistics.median(counts)


def test_shares_of_removed_levels_are_as_in_real_recordings(hour):
    levels = [level for update in hour[1:] for level in update.bids + update.asks]
    removed = sum(lots == 0 for _, (lots, _) in levels)
    assert 0.38 < removed / len(levels) < 0.52


def test_trades_come_at_the_rate_of_half_a_million_a_day(hour):
    trades = sum(len(update.trades) for update in hour)
    assert 350_000 < trades * 24 < 750_000


def test_trades_come_in_bursts(hour):
    starts = [trade.timestamp_ms // 1000 for update in hour for trade in update.trades]
    a_second = [0] * 3600
    for second in starts:
        a_second[second - HOUR.start_ms // 1000] += 1
    # A Poisson process has variance = mean.
    assert statistics.variance(a_second) > 4 * statistics.mean(a_second)


def test_the_price_moves_enough_to_be_worth_a_chart(hour):
    prices = [trade.price_ticks / 10 for update in hour for trade in update.trades]
    assert 150 < max(prices) - min(prices) < 5000
