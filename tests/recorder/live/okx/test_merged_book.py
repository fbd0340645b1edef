"""Rows of a book from one line and from two: each once, in one unbroken chain or a noted gap."""

from typing import Any

import msgspec
import pytest

from recorder.importers.formats.streams.okx_messages import Book
from recorder.live.okx.merged_book import BookSource, MergedBook
from shared.recordings.writing.rows import Gap, NewBookRow

NO_LEVELS = Book(msgspec.Raw(b"[]"), msgspec.Raw(b"[]"), "0")


class Taken:
    """A book whose rows are kept here."""

    def __init__(self, last_ms: int | None = None, last_seq: int | None = None) -> None:
        self.rows: list[NewBookRow | Gap] = []
        self.book = MergedBook("BTC-USDT", self.rows.append, last_ms, last_seq)

    def snapshot(self, source: BookSource, seq_id: int | None, time_ms: int) -> str | None:
        row = NewBookRow(time_ms, "[]", "[]", "snapshot", seq_id, -1)
        return self.book.take(source, row, NO_LEVELS)

    def update(self, source: BookSource, before: int, seq_id: int, time_ms: int) -> str | None:
        row = NewBookRow(time_ms, '[["1","1"]]', "[]", "update", seq_id, before)
        return self.book.take(source, row, NO_LEVELS)

    @property
    def seq_ids(self) -> list[Any]:
        """Sequence numbers, and gaps as (from, to, reason)."""
        return [
            (row.from_ms, row.to_ms, row.reason) if isinstance(row, Gap) else row.seq_id
            for row in self.rows
        ]


BROKEN = "the chain of the book's rows is broken"


def test_updates_before_a_snapshot_are_of_no_use():
    taken, line = Taken(), BookSource()
    assert taken.update(line, 1, 2, 10) is None
    assert taken.snapshot(line, 5, 20) is None
    assert taken.seq_ids == [5]


def test_a_broken_chain_is_a_gap_until_the_next_snapshot():
    taken, line = Taken(), BookSource()
    taken.snapshot(line, 5, 20)
    taken.update(line, 5, 7, 30)
    assert taken.update(line, 8, 9, 40) == BROKEN
    assert taken.update(line, 9, 11, 50) is None
    taken.snapshot(line, 12, 60)
    assert taken.seq_ids == [5, 7, (30, 60, BROKEN), 12]


def test_a_heartbeat_that_does_not_chain_is_a_gap():
    taken, line = Taken(), BookSource()
    taken.snapshot(line, 5, 20)
    heartbeat = NewBookRow(30, "[]", "[]", "update", 6, 6)
    assert taken.book.take(line, heartbeat, NO_LEVELS) == BROKEN


def test_the_next_line_s_snapshot_is_no_gap_when_nothing_has_changed():
    taken, line, following = Taken(), BookSource(), BookSource()
    taken.snapshot(line, 5, 20)
    taken.book.drop(line, "cut")
    taken.snapshot(following, 5, 90)
    assert taken.seq_ids == [5, 5]


def test_a_lost_line_is_a_gap_with_its_reason():
    taken, line, following = Taken(), BookSource(), BookSource()
    taken.snapshot(line, 5, 20)
    taken.book.drop(line, "cut")
    taken.snapshot(following, 8, 90)
    assert taken.seq_ids == [5, (20, 90, "cut"), 8]


def test_a_recorder_started_again_notes_the_time_it_was_not_there():
    taken = Taken(last_ms=1_000, last_seq=3)
    taken.snapshot(BookSource(), 8, 9_000)
    assert taken.seq_ids == [(1_000, 9_000, "the recorder was not running"), 8]


def test_the_newer_of_two_lines_goes_on_behind_the_older_one_s_last_row():
    taken, old, new = Taken(), BookSource(), BookSource()
    taken.snapshot(old, 1, 10)
    taken.snapshot(new, 2, 20)
    taken.update(new, 2, 3, 30)
    assert not taken.book.is_led_by(new)
    taken.update(old, 1, 2, 20)  # the new line has this one: its next rows are written
    assert taken.book.is_led_by(new)
    taken.update(old, 2, 3, 30)
    taken.update(new, 3, 4, 40)
    taken.book.drop(old, "closed")
    taken.update(new, 4, 5, 50)
    assert taken.seq_ids == [1, 2, 3, 4, 5]


def test_a_newer_line_that_is_behind_when_the_older_one_ends_writes_nothing_twice():
    taken, old, new = Taken(), BookSource(), BookSource()
    taken.snapshot(old, 1, 10)
    taken.snapshot(new, 0, 5)
    taken.update(old, 1, 2, 20)
    taken.update(old, 2, 3, 30)
    taken.book.drop(old, "closed")
    for before, seq_id in ((0, 1), (1, 2), (2, 3), (3, 4)):
        taken.update(new, before, seq_id, 10 * seq_id)
    assert taken.seq_ids == [1, 2, 3, 4]


def test_a_newer_line_that_is_ahead_when_the_older_one_ends_resets_the_book():
    taken, old, new = Taken(), BookSource(), BookSource()
    taken.snapshot(old, 1, 10)
    taken.snapshot(new, 5, 50)
    taken.update(new, 5, 6, 60)
    taken.book.drop(old, "closed")
    assert taken.seq_ids == [1, (10, 50, "closed"), 5, 6]


def test_an_older_line_does_not_take_over_again():
    taken, old, new = Taken(), BookSource(), BookSource()
    taken.snapshot(old, 1, 10)
    taken.snapshot(new, 1, 10)
    assert taken.book.is_led_by(new)
    taken.snapshot(old, 2, 20)  # subscribed anew before it was closed
    taken.update(new, 1, 2, 20)
    taken.update(old, 2, 3, 30)
    assert taken.book.is_led_by(new)
    taken.book.drop(old, "closed")
    taken.update(new, 2, 3, 30)
    assert taken.seq_ids == [1, 2, 3]


def test_an_older_line_whose_successor_is_lost_is_subscribed_anew():
    taken, old, new = Taken(), BookSource(), BookSource()
    taken.snapshot(old, 1, 10)
    taken.snapshot(new, 1, 10)
    taken.book.drop(new, "cut")
    assert taken.update(old, 1, 2, 20) == "cut"
    taken.snapshot(old, 3, 30)
    taken.update(old, 3, 4, 40)
    assert taken.seq_ids == [1, (10, 30, "cut"), 3, 4]


def test_a_newer_line_that_never_meets_the_older_one_is_bounded():
    taken, old, new = Taken(), BookSource(), BookSource()
    taken.snapshot(old, 1, 10)
    taken.snapshot(new, 1_000, 50)
    wrong = [taken.update(new, n, n + 1, 60) for n in range(1_000, 3_000)]
    assert wrong[-1] == "the new connection does not meet the old one"
    assert not new.waiting
    assert taken.book.is_led_by(old)


def test_checksums_that_are_wrong_even_of_snapshots_are_ignored(caplog):
    taken, line = Taken(), BookSource()
    wrong = Book(msgspec.Raw(b'[["2","1"]]'), msgspec.Raw(b"[]"), "0", checksum=7)
    row = NewBookRow(10, "[]", '[["2","1"]]', "snapshot", 5, -1)
    assert taken.book.take(line, row, wrong) == "the snapshot does not have the exchange's checksum"
    assert taken.book.take(line, row, wrong) is None
    assert taken.seq_ids == [5]
    assert "checksums are wrong even of snapshots" in caplog.text


@pytest.mark.parametrize("seq_ids", [(None, None), (4, 5)], ids=["unnumbered", "numbered"])
def test_a_snapshot_that_nobody_asked_for_resets_the_book(seq_ids):
    taken, line = Taken(), BookSource()
    first, second = seq_ids
    taken.snapshot(line, first, 10)
    taken.snapshot(line, second, 20)
    gaps = [] if first is None else [(10, 20, "the exchange sent the book anew")]
    assert taken.seq_ids == [first, *gaps, second]
