"""Which rows replace the book, worked out by hand on both sides of the rule."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from processor.rules.snapshots import change_of, is_as_large
from shared.job import Snapshots
from shared.recordings.day_files import DayFile
from shared.recordings.records import BookChange
from shared.recordings.row_parser import parse_action
from tests.support.engine_runs import Result, assert_all_agree
from tests.support.real_recordings import RealRecording, each_recording, needs_real_data
from tests.support.recordings import STRICT, T0, Book, Recording, Schema

WITH_ACTION = Schema(
    STRICT.book.replace("timestamp TEXT NOT NULL", "timestamp TEXT NOT NULL, action TEXT"),
    STRICT.trades,
)


def levels(first: int, count: int, size: float = 1.0) -> list[list[float]]:
    return [[first + number, size] for number in range(count)]


def bids(count: int, size: float = 1.0) -> list[list[float]]:
    return levels(1000, count, size)


def asks(count: int, size: float = 1.0) -> list[list[float]]:
    return levels(5000, count, size)


@pytest.mark.parametrize(
    ("row", "held", "expected"),
    [
        ((20, 20), (0, 0), True),
        ((20, 19), (0, 0), False),
        ((19, 400), (0, 0), False),
        ((90, 90), (100, 100), True),
        ((89, 100), (100, 100), False),
        ((100, 89), (100, 100), False),
        ((360, 360), (400, 400), True),
        ((359, 400), (400, 400), False),
        ((91, 90), (101, 100), True),  # nine tenths of 101 are 90.9
        ((90, 90), (101, 100), False),
        ((500, 500), (20, 20), True),
    ],
)
def test_a_whole_book_is_twenty_levels_and_nine_tenths_of_what_is_there(
    row: tuple[int, int], held: tuple[int, int], expected: bool
) -> None:
    assert is_as_large(*row, *held) is expected


def outcome(folder: Path, *rows: Book) -> Result:
    return assert_all_agree(Recording(folder).write(list(rows), []), depth_levels=1000)


def test_a_second_snapshot_leaves_no_level_of_the_first(tmp_path: Path) -> None:
    result = outcome(
        tmp_path,
        Book(T0, bids(40), asks(40)),
        Book(T0 + 1, [[1, 1]], []),
        Book(T0 + 2, levels(1010, 40, 2), levels(5010, 40, 2)),
    )
    assert result.outcome.bids == [(1010 + n, 2) for n in reversed(range(40))]
    assert result.outcome.asks == [(5010 + n, 2) for n in range(40)]
    assert result.outcome.observed == {"resets": 1}


def test_a_row_with_one_deletion_is_an_update_however_large(tmp_path: Path) -> None:
    result = outcome(
        tmp_path,
        Book(T0, bids(40), asks(40)),
        Book(T0 + 1, [*levels(1010, 40, 2), [1000, 0]], levels(5010, 40, 2)),
    )
    assert len(result.outcome.bids) == 49
    assert len(result.outcome.asks) == 50
    assert result.outcome.observed == {}


@pytest.mark.parametrize(
    ("named", "left", "observed"), [(35, 40, {}), (36, 36, {"resets": 1})], ids=["less", "enough"]
)
def test_a_row_that_lacks_more_than_a_tenth_is_an_update(
    tmp_path: Path, named: int, left: int, observed: dict[str, int]
) -> None:
    result = outcome(
        tmp_path, Book(T0, bids(40), asks(40)), Book(T0 + 1, bids(named, 2), asks(40, 2))
    )
    assert len(result.outcome.bids) == left
    assert result.outcome.observed == observed


def test_the_first_snapshot_of_a_run_takes_the_place_of_nothing(tmp_path: Path) -> None:
    assert outcome(tmp_path, Book(T0, bids(40), asks(40))).outcome.observed == {}


def test_a_book_that_shrank_is_replaced_by_as_little_as_twenty_levels(tmp_path: Path) -> None:
    result = outcome(
        tmp_path,
        Book(T0, bids(400), asks(400)),
        Book(T0 + 1, levels(1020, 380, 0), levels(5020, 380, 0)),
        Book(T0 + 2, levels(2000, 20), levels(6000, 20)),
    )
    assert len(result.outcome.bids) == len(result.outcome.asks) == 20
    assert result.outcome.observed == {"resets": 1}


def test_prices_that_fit_no_ladder_are_replaced_too(tmp_path: Path) -> None:
    odd = 0.123456789012345678
    result = outcome(
        tmp_path,
        Book(T0, levels(odd, 40), asks(40)),
        Book(T0 + 1, bids(40), levels(5000 + odd, 40)),
    )
    assert result.outcome.bids == [(1000 + n, 1) for n in reversed(range(40))]
    assert len(result.outcome.asks) == 40
    assert result.outcome.observed == {"resets": 1}


def with_actions(folder: Path, *actions: Any) -> DayFile:
    """Write a book of 40 levels a side, then a row of one bid for each action."""
    rows = [Book(T0, bids(40), asks(40))]
    rows += [Book(T0 + 1 + number, [[2000 + number, 1]], []) for number in range(len(actions))]
    file = Recording(folder, schema=WITH_ACTION).write(rows, [])
    with sqlite3.connect(file.path) as connection:
        connection.executemany(
            "UPDATE book SET action = ? WHERE id = ?",
            [(action, number) for number, action in enumerate(("snapshot", *actions), 1)],
        )
    connection.close()
    return file


@pytest.mark.parametrize("action", ["snapshot", "SNAPSHOT", " Snapshot "])
def test_a_row_that_says_so_is_a_snapshot_however_small(tmp_path: Path, action: str) -> None:
    file = with_actions(tmp_path, "update", action, "update")
    result = assert_all_agree(file, depth_levels=1000)
    assert result.outcome.bids == [(2002, 1), (2001, 1)]
    assert result.outcome.asks == []
    assert result.outcome.observed["resets"] == 1


@pytest.mark.parametrize("action", [None, "", "partial", 5, b"\xff"])
def test_a_row_that_says_nothing_known_goes_by_its_size(tmp_path: Path, action: Any) -> None:
    result = assert_all_agree(with_actions(tmp_path, action), depth_levels=1000)
    assert len(result.outcome.bids) == 41


@pytest.mark.parametrize(
    ("snapshots", "expected"),
    [(Snapshots.GUESS, 1), (Snapshots.COLUMN, 0), (Snapshots.NEVER, 0)],
)
def test_the_option_decides_what_a_row_without_a_word_is(
    tmp_path: Path, snapshots: Snapshots, expected: int
) -> None:
    rows = [Book(T0, bids(40), asks(40)), Book(T0 + 1, bids(40, 2), asks(40, 2))]
    result = assert_all_agree(Recording(tmp_path).write(rows, []), snapshots=snapshots)
    assert result.outcome.observed.get("resets", 0) == expected


def test_never_takes_not_even_the_column_at_its_word(tmp_path: Path) -> None:
    result = assert_all_agree(
        with_actions(tmp_path, "snapshot"), depth_levels=1000, snapshots=Snapshots.NEVER
    )
    assert len(result.outcome.bids) == 41


def test_an_update_by_its_word_is_none_by_its_size() -> None:
    told = parse_action("update")
    assert [change_of(told, each) for each in Snapshots] == [BookChange.UPDATE] * 3


@needs_real_data
@each_recording
def test_real_double_snapshots_are_resets_and_no_other_row_is(recording: RealRecording) -> None:
    result = assert_all_agree(*recording.files, time_range=recording.time_range)
    expected = {"ELON-USDT": 1, "ZEN-USDT": 1}.get(recording.instrument, 0)
    assert result.outcome.observed.get("resets", 0) == expected
