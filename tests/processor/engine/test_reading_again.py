"""What the engine does with a file it cannot read as it is stored: goes back, and counts once."""

import json
import logging
import random
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from processor.engine.intake import book_intake, trade_intake
from shared.job import TimeRange
from shared.recordings.day_files import DayFile
from tests.support.engine_runs import assert_all_agree, engine, run
from tests.support.recordings import T0, Book, Recording, Tick, iso
from tests.support.runs import Outcome

BOOK_ROWS, TRADES = 1500, 5000


def book() -> list[Book]:
    rng = random.Random("retreat")
    return [
        Book(
            str(T0 + 20 * (number // 2)),  # two rows a moment: the id decides
            json.dumps([[f"{rng.uniform(90, 99):.1f}", rng.choice(["0", "1", "2.5"])]]),
            json.dumps([[f"{rng.uniform(101, 110):.1f}", rng.choice(["0", "1", "2.5"])]]),
        )
        for number in range(BOOK_ROWS)
    ]


def trades() -> list[Tick]:
    rng = random.Random("retreat")
    return [
        Tick(str(T0 + 12 * (number // 2)), rng.uniform(99, 101), rng.random(), rng.choice(SIDES))
        for number in range(TRADES)
    ]


SIDES = ("buy", "sell")


def shuffled(rows: list[Any]) -> list[Any]:
    rows = rows.copy()
    random.Random("order").shuffle(rows)
    return rows


@pytest.fixture
def strict_calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the strict parser was asked about a row, by table."""
    calls: Counter[str] = Counter()
    for module, name in ((book_intake, "parse_book_row"), (trade_intake, "parse_trade_row")):
        parse = getattr(module, name)

        def counted(*row: Any, parse: Any = parse, name: str = name) -> Any:
            calls[name] += 1
            return parse(*row)

        monkeypatch.setattr(module, name, counted)
    return calls


def read_again(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [line for line in caplog.messages if line.endswith("reading it again from its start")]


def replay_by_engine(file: DayFile, **options: Any) -> Outcome:
    return run(engine([file]), [file], **options).outcome


@pytest.mark.parametrize("has_index", [False, True], ids=["plain", "indexed"])
@pytest.mark.parametrize("table", ["book", "trades", "both"])
def test_a_file_out_of_order_is_read_by_time_and_no_row_strictly(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    strict_calls: Counter[str],
    table: str,
    has_index: bool,
) -> None:
    file = Recording(tmp_path).write(
        book() if table == "trades" else shuffled(book()),
        trades() if table == "book" else shuffled(trades()),
    )
    if has_index:
        with sqlite3.connect(file.path) as connection:
            connection.execute("CREATE INDEX book_time ON book (timestamp)")
            connection.execute("CREATE INDEX trades_time ON trades (timestamp)")
        connection.close()
    with caplog.at_level(logging.INFO):
        replay_by_engine(file)
    assert len(read_again(caplog)) == 1
    assert strict_calls == {}
    assert_all_agree(file)


def test_rows_behind_the_first_one_past_the_range_count_too(tmp_path: Path) -> None:
    rows = book()
    late = Book(str(T0 + 10), [["95", "7"]], [])
    file = Recording(tmp_path).write([*rows, late], [*trades(), Tick(str(T0 + 10), 100, 99)])
    time_range = TimeRange(T0, T0 + 5_000)
    outcome = assert_all_agree(file, time_range=time_range).outcome
    assert (95, 7) in outcome.bids or outcome.bids[0][0] > 95
    assert sum(bar[5] for bar in outcome.ohlc) > 99


@pytest.mark.parametrize("time", [iso(T0 + 7_000), str((T0 + 7_000) * 1000)])
def test_a_time_that_cannot_be_sorted_by_sends_a_file_out_of_order_row_by_row(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, time: str
) -> None:
    """By its text it would sort before or after all others, and among equals by chance."""
    rows = shuffled(book())
    rows.append(Book(time, [["95", "7"]], [["105", "7"]]))
    file = Recording(tmp_path).write(rows, trades())
    with caplog.at_level(logging.INFO):
        assert_all_agree(file, time_range=TimeRange(T0, T0 + 10_000))
    assert len(read_again(caplog)) == 2 * 3  # of each of the three engines


def test_what_is_met_twice_is_counted_and_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [Book(str(T0), "[[1]]"), *book(), Book(str(T0), [["1", "1"]])]
    ticks = [Tick(str(T0), side="hold"), *trades(), Tick(str(T0))]
    file = Recording(tmp_path).write(rows, ticks)
    outcome = replay_by_engine(file)
    assert outcome.skipped == {"malformed_levels": 1, "unknown_side": 1}
    told = [line for line in caplog.messages if line.startswith("skipped ")]
    assert sorted(line.split(":")[0] for line in told) == [
        f"skipped {file.path.name}, book row 1",
        f"skipped {file.path.name}, trades row 1",
    ]


def test_a_table_that_lacks_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = Recording(tmp_path).write(trades=shuffled(trades()))
    with sqlite3.connect(file.path) as connection:
        connection.execute("DROP TABLE book")
    connection.close()
    outcome = replay_by_engine(file)
    assert outcome.file_problems == [(file.path.name, "expected a table book, found none")]
    assert sum("expected a table book" in line for line in caplog.messages) == 1


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_damaged_file_is_read_row_by_row_up_to_its_damage(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, share: float
) -> None:
    file = Recording(tmp_path).write(book(), trades())
    with file.path.open("r+b") as stream:
        stream.seek(int(file.path.stat().st_size * share) // 4096 * 4096)
        stream.write(b"\xff" * 4096)
    result = assert_all_agree(file)
    caplog.clear()
    with caplog.at_level(logging.INFO):
        replay_by_engine(file)
    (problem,) = [line for line in caplog.messages if "the file is damaged" in line]
    assert result.outcome.file_problems == [(file.path.name, problem.partition(": ")[2])]
    assert len(read_again(caplog)) == 2


def test_a_truncated_file_is_unusable_and_said_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = Recording(tmp_path).write(book(), trades())
    with file.path.open("r+b") as stream:
        stream.truncate(file.path.stat().st_size // 2)
    (problem,) = assert_all_agree(file).outcome.file_problems
    assert problem[1].startswith("expected an SQLite database, found: ")
    caplog.clear()
    replay_by_engine(file)
    assert len(caplog.messages) == 1


def test_the_second_file_goes_back_to_its_own_start_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    recording = Recording(tmp_path)
    first = recording.write(book(), [Tick(str(T0), side="hold"), *trades()])
    second = recording.write(
        shuffled([Book(str(T0 + 90_000 + i), [["98", "1"]], []) for i in range(50)]),
        shuffled([Tick(str(T0 + 90_000 + i), 100, 1) for i in range(50)]),
        day="25-07-02",
    )
    result = assert_all_agree(first, second)
    assert result.outcome.skipped == {"unknown_side": 1}
    assert result.position.files_done == 2
