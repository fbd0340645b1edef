"""Rows missing from the exchange's chain, and rows that cannot be used: told and marked."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from shared.history.repository import QualityMark
from shared.recordings.day_files import DayFile, find_day_files
from tests.support.engine_runs import assert_all_agree
from tests.support.histories import history_of
from tests.support.recordings import T0, Book, Recording, Tick
from tests.support.resume import make_job
from tests.support.runs import ONE_DAY

EVER = (0, 2**61)
LEVELS = [[str(99 - n), "1"] for n in range(20)], [[str(101 + n), "1"] for n in range(20)]


class Chained(NamedTuple):
    """A book row: its time after T0 in ms, what it says it is, and its place in the chain."""

    after_ms: int
    action: str | None
    seq_id: Any
    prev_seq_id: Any
    bids: Any = '[["98.5", "2"]]'


def write(folder: Path, *rows: Chained, columns: str = "action, seq_id, prev_seq_id") -> DayFile:
    """A day file with the columns of a recorder that knows the chain."""
    path = folder / "BTC-USDT-25-07-01.db"
    names = columns.split(", ")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TABLE book (id INTEGER PRIMARY KEY, bids TEXT, asks TEXT, timestamp TEXT,"
            f" {columns})"
        )
        connection.execute(
            "CREATE TABLE trades (id INTEGER PRIMARY KEY, trade_id TEXT, price REAL, size REAL,"
            " side TEXT, timestamp TEXT)"
        )
        for row in rows:
            bids, asks = (row.bids, "[]")
            if row.action == "snapshot":
                bids, asks = map(json.dumps, LEVELS)
            told = [getattr(row, name) for name in names]
            connection.execute(
                f"INSERT INTO book (bids, asks, timestamp, {columns})"
                f" VALUES (?, ?, ?{', ?' * len(names)})",
                (bids, asks, str(T0 + row.after_ms), *told),
            )
    [file] = find_day_files(folder, "BTC-USDT", ONE_DAY.days).files
    return file


def marks_of(tmp_path: Path, folder: Path) -> list[QualityMark]:
    with history_of(make_job(folder, tmp_path / "run")) as history:
        return history.quality(*EVER)


def gaps_of(tmp_path: Path, *rows: Chained, **options: str) -> tuple[int, list[QualityMark]]:
    folder = tmp_path / "data"
    folder.mkdir()
    agreed = assert_all_agree(write(folder, *rows, **options))
    marks = [mark for mark in marks_of(tmp_path, folder) if mark.kind == "gap"]
    return agreed.outcome.observed.get("gaps", 0), marks


UNBROKEN = (
    Chained(0, "snapshot", 10, -1),
    Chained(100, "update", 15, 10),
    Chained(200, "update", 15, 15),  # what an exchange sends when nothing has changed
    Chained(300, "update", 3, 15),  # numbers begin anew after maintenance
    Chained(400, "update", 4, 3),
)


def test_a_chain_that_holds_has_no_gap(tmp_path: Path) -> None:
    assert gaps_of(tmp_path, *UNBROKEN) == (0, [])


def test_a_gap_lasts_from_the_row_after_it_to_the_next_snapshot(tmp_path: Path) -> None:
    count, marks = gaps_of(
        tmp_path,
        *UNBROKEN,
        Chained(1500, "update", 9, 7),
        Chained(1600, "update", 10, 9),
        Chained(2700, "update", 14, 13),  # another one within it
        Chained(3000, "snapshot", 20, -1),
        Chained(3100, "update", 21, 20),
    )
    assert count == 2
    assert marks == [QualityMark("gap", T0 + 1500, T0 + 3000, 3, 1, 6)]


def test_a_gap_that_never_ends_lasts_to_the_last_row(tmp_path: Path) -> None:
    count, marks = gaps_of(tmp_path, *UNBROKEN, Chained(1500, None, 9, 7))
    assert (count, marks) == (1, [QualityMark("gap", T0 + 1500, T0 + 1500, 1, 1, 6)])


def test_rows_that_cannot_be_used_leave_a_gap(tmp_path: Path) -> None:
    count, marks = gaps_of(
        tmp_path,
        *UNBROKEN,
        Chained(500, "update", 5, 4, bids="no levels"),
        Chained(600, "update", 6, 5),
    )
    assert (count, [mark.row_id for mark in marks]) == (1, [7])


@pytest.mark.parametrize("nothing", [None, "ten", 1.5, -7])
def test_rows_that_tell_no_place_break_nothing(tmp_path: Path, nothing: Any) -> None:
    rows = *UNBROKEN, Chained(500, "update", nothing, nothing), Chained(600, "update", 5, 4)
    assert gaps_of(tmp_path, *rows) == (0, [])


@pytest.mark.parametrize("columns", ["seq_id, prev_seq_id", "seq_id, prev_seq_id, action"])
def test_the_columns_may_stand_in_any_order_and_alone(tmp_path: Path, columns: str) -> None:
    rows = *UNBROKEN, Chained(500, "update", 9, 8), Chained(600, "update", 10, 9)
    count, marks = gaps_of(tmp_path, *rows, columns=columns)
    assert (count, [mark.row_id for mark in marks]) == (1, [6])


def test_half_a_chain_is_none(tmp_path: Path) -> None:
    rows = *UNBROKEN, Chained(500, "update", 9, 8)
    assert gaps_of(tmp_path, *rows, columns="prev_seq_id") == (0, [])


def test_skipped_rows_are_marked_second_by_second(tmp_path: Path) -> None:
    file = Recording(tmp_path / "data").write(
        [
            Book(T0, [[99, 1]], [[101, 1]]),
            Book(T0 + 1200, "[[", "[]"),
            Book(T0 + 1900, "[[", "[]"),
            Book(T0 + 2000, "[[", "[]"),
            Book(T0 + 5000, [[98, 1]], []),
            Book("noon", [[98, 1]], []),  # of no second
        ],
        [
            Tick(T0 + 100),
            Tick(T0 + 1500, side="neither"),
            Tick(T0 + 1600, price=-1.0),
            Tick(T0 + 7000),
        ],
    )
    agreed = assert_all_agree(file)
    assert sum(agreed.outcome.skipped.values()) == 6
    marks = [mark for mark in marks_of(tmp_path, tmp_path / "data") if "skipped" in mark.kind]
    assert marks == [
        QualityMark("skipped book", T0 + 1200, T0 + 1900, 2, 1, 2),
        QualityMark("skipped trades", T0 + 1500, T0 + 1600, 2, 1, 2),
        QualityMark("skipped book", T0 + 2000, T0 + 2000, 1, 1, 4),
    ]


def test_skipped_rows_alone_are_marked_too(tmp_path: Path) -> None:
    Recording(tmp_path / "data").write(
        [Book(T0, [[99, 1]], [[101, 1]]), Book(T0 + 3_600_000, "[[", "[]")], []
    )
    marks = marks_of(tmp_path, tmp_path / "data")
    assert [(mark.kind, mark.from_ms) for mark in marks] == [("skipped book", T0 + 3_600_000)]
