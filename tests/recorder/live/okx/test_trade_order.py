"""Trades by the ranges of ids they cover: each once, none lost but those given up and noted."""

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from recorder.live.okx.trade_order import MOST_HELD, Ids, TradeOrder
from shared.recordings.writing.rows import Gap, NewTrade


def trade(last: int, size: float = 1.0, time_ms: int | None = None) -> NewTrade:
    return NewTrade(1_000 * last if time_ms is None else time_ms, str(last), 100.0, size, "buy")


class Taken:
    """An order whose rows are kept here."""

    def __init__(self, newest: int | None = None) -> None:
        self.rows: list[NewTrade | Gap] = []
        self.order = TradeOrder("BTC-USDT", self.rows.append, newest, 1_000 * (newest or 0))

    def take(self, first: int, last: int, time_ms: int | None = None, now: float = 0.0) -> None:
        self.order.take(Ids(first, last), trade(last, last - first + 1.0, time_ms), now)

    def fill(self, *numbers: int, last: int) -> None:
        self.order.fill([(number, trade(number)) for number in numbers], last)

    @property
    def story(self) -> list[Any]:
        """Ids of trades, and gaps as (from, to, how many)."""
        return [
            (row.from_ms, row.to_ms, row.rows) if isinstance(row, Gap) else int(row.trade_id or 0)
            for row in self.rows
        ]


def test_count_3_with_id_123_covers_121_to_123():
    taken = Taken()
    taken.take(120, 120)
    taken.take(121, 123)
    taken.take(122, 122)  # known
    taken.take(124, 124)
    assert taken.story == [120, 123, 124]


def test_old_trades_pushed_again_after_a_subscription_are_known():
    taken = Taken(newest=50)
    taken.take(49, 50)
    taken.take(51, 51)
    assert taken.story == [51]


def test_what_is_behind_a_hole_waits_for_the_missing_ones():
    taken = Taken(newest=10)
    taken.take(14, 15)
    taken.take(16, 16)
    assert taken.story == []
    assert taken.order.hole == Ids(11, 13)
    taken.fill(11, 12, 13, last=13)
    assert taken.story == [11, 12, 13, 15, 16]
    assert taken.order.hole is None


def test_a_hole_is_asked_for_after_a_moment_as_messages_come_in_any_order():
    taken = Taken(newest=10)
    taken.take(12, 12, now=5.0)
    assert taken.order.wanted(5.1) is None
    assert taken.order.wanted(5.4) == Ids(11, 11)
    taken.take(11, 11, now=5.5)
    assert taken.story == [11, 12]


def test_missing_trades_that_cannot_be_had_are_a_gap_with_times_and_number():
    taken = Taken(newest=10)
    taken.take(15, 15)
    taken.fill(11, 14, last=14)
    assert taken.story == [11, (11_000, 14_000, 2), 14, 15]


def test_a_hole_that_is_given_up_is_a_gap_before_what_was_held():
    taken = Taken(newest=10)
    taken.take(15, 15)
    taken.order.give_up(14, "gone")
    assert taken.story == [(10_000, 15_000, 4), 15]


def test_of_a_trade_known_in_part_the_rest_comes_as_single_ones_never_its_volume_twice():
    taken = Taken(newest=121)
    taken.take(120, 123)
    assert taken.story == []
    assert taken.order.hole == Ids(122, 123)
    taken.fill(122, 123, last=123)
    taken.take(124, 124)
    assert taken.story == [122, 123, 124]


def test_ids_that_begin_anew_do_not_stop_the_recording(caplog):
    taken = Taken(newest=1_000_000)
    taken.take(1, 1, time_ms=2_000_000_000)
    taken.take(2, 2, time_ms=2_000_000_001)
    assert taken.story == [(1_000_000_000, 2_000_000_000, None), 1, 2]
    assert "trade ids begin anew" in caplog.text


def test_what_is_held_is_bounded():
    taken = Taken(newest=1)
    for number in range(3, MOST_HELD + 4):
        taken.take(number, number)
    assert taken.story[0] == (1_000, 3_000, 1)
    assert len(taken.story) == MOST_HELD + 2


@given(seed=st.integers(0, 10_000), lost=st.sets(st.integers(2, 60)))
def test_whatever_the_order_each_id_is_written_once_or_noted_as_missing(seed, lost):
    random = Random(seed)
    pushes, first = [], 1
    while first <= 60:
        last = min(60, first + random.randrange(4))
        pushes.append(Ids(first, last))
        first = last + 1
    come = [ids for ids in pushes if ids.last not in lost or ids.first == 1]
    order = sorted(come + random.sample(come, len(come) // 2), key=lambda ids: ids.first)
    for place in range(len(order) - 1):
        if random.random() < 0.3:
            order[place], order[place + 1] = order[place + 1], order[place]
    taken = Taken(newest=0)
    for ids in order:
        taken.order.take(ids, trade(ids.last, ids.last - ids.first + 1.0, time_ms=5), 0.0)
    given_by_rest = [number for number in range(1, 61) if random.random() < 0.7]
    while (hole := taken.order.hole) is not None:
        taken.fill(*given_by_rest, last=min(hole.last, hole.first + 4))
    written = sum(row.size for row in taken.rows if isinstance(row, NewTrade))
    missing = sum(row.rows or 0 for row in taken.rows if isinstance(row, Gap))
    assert written + missing == max((ids.last for ids in come), default=0)
    ids_written = [int(row.trade_id or 0) for row in taken.rows if isinstance(row, NewTrade)]
    assert ids_written == sorted(set(ids_written))
