"""A follower beside a recorder: what it shows meanwhile, and what it ends with."""

import json
import os
import random
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from shared.recordings.writing.rows import NewBookRow, NewRow, NewTrade
from shared.run_files.processor_status import Phase
from shared.run_files.run_directory import RunDirectory
from tests.support.followers import content, content_of_plain_run, follower, logged
from tests.support.live_recorder import live_recorder, market
from tests.support.recordings import MS_PER_DAY, T0
from tests.support.waiting import wait_for

MIDNIGHT = T0 + MS_PER_DAY
FROM = ("--from", "2025-07-01")
ONE_DAY = (*FROM, "--to", "2025-07-02")
OFTEN = ("--checkpoint-seconds", "0.1")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def parts(rows: list[NewRow], count: int) -> list[list[NewRow]]:
    size = len(rows) // count + 1
    return [rows[at : at + size] for at in range(0, len(rows), size)]


def next_day(*, at_ms: int = MIDNIGHT) -> list[NewRow]:
    """What tells that the day before is over."""
    return [NewTrade(at_ms, None, 100.0, 1.0, "buy")]


def test_rows_are_published_as_they_are_recorded(data: Path, tmp_path: Path) -> None:
    rows = market(1, T0, T0 + 60_000)
    with live_recorder(data) as recorder, follower(data, tmp_path / "run", *FROM) as run:
        recorder.record(rows[:300])
        run.wait_until_done(300)
        recorder.record(rows[300:])
        run.wait_until_done(len(rows))
        status = run.status
        assert status is not None
        assert status.phase is Phase.FOLLOWING
        assert status.data_time_ms == rows[-1].timestamp_ms
        depth = json.loads(RunDirectory(tmp_path / "run").depth.read_bytes())
        assert depth["bids"]
        assert run.stop() == 128 + signal.SIGTERM
    assert run.status is not None
    assert run.status.phase is Phase.STOPPED
    assert run.status.book_rows + run.status.trades == len(rows)


def test_a_first_file_that_is_missing_is_waited_for(data: Path, tmp_path: Path) -> None:
    with follower(data, tmp_path / "run", *FROM) as run:
        status = wait_for(lambda: run.status and run.status.waiting_for and run.status, "a wait")
        assert status.waiting_for == "BTC-USDT-25-07-01.db"
        assert status.phase is Phase.FOLLOWING
        with live_recorder(data) as recorder:
            recorder.record(market(1, T0, T0 + 5_000))
            run.wait_until_done(50)
            assert run.status is not None
            assert run.status.waiting_for is None


def test_a_folder_that_is_missing_is_waited_for(tmp_path: Path) -> None:
    data = tmp_path / "not yet"
    with follower(data, tmp_path / "run", *FROM) as run:
        wait_for(lambda: run.status and run.status.waiting_for, "a wait")
        with live_recorder(data) as recorder:
            recorder.record(market(1, T0, T0 + 5_000))
            run.wait_until_done(50)


def test_an_empty_file_is_waited_for_until_it_has_rows(data: Path, tmp_path: Path) -> None:
    (data / "BTC-USDT-25-07-01.db").touch()
    with follower(data, tmp_path / "run", *FROM) as run:
        wait_for(lambda: run.status and run.status.waiting_for, "a wait")
        with live_recorder(data) as recorder:
            recorder.record(market(1, T0, T0 + 5_000))
            run.wait_until_done(50)
    assert run.status is not None
    assert run.status.file_problems == ()


def test_it_goes_on_into_the_next_days_file_and_ends_as_a_run_over_both(
    data: Path, tmp_path: Path
) -> None:
    to = (*FROM, "--to", "2025-07-02T00:00:30", *OFTEN)
    rows = market(2, MIDNIGHT - 30_000, MIDNIGHT + 40_000)
    with follower(data, tmp_path / "run", *to) as run, live_recorder(data) as recorder:
        for part in parts(rows, 12):
            recorder.record(part)
        assert run.wait_for_end() == 0
    assert run.status is not None
    assert run.status.phase is Phase.FINISHED
    assert content(tmp_path / "run") == content_of_plain_run(data, tmp_path / "plain", *to)


def test_a_whole_day_ends_when_the_next_begins(data: Path, tmp_path: Path) -> None:
    rows = market(3, MIDNIGHT - 20_000, MIDNIGHT)
    with follower(data, tmp_path / "run", *ONE_DAY) as run, live_recorder(data) as recorder:
        recorder.record(rows)
        run.wait_until_done(len(rows))
        recorder.record(next_day())
        assert run.wait_for_end() == 0
    assert content(tmp_path / "run") == content_of_plain_run(data, tmp_path / "plain", *ONE_DAY)


def test_finished_files_are_no_reason_to_wait(data: Path, tmp_path: Path) -> None:
    with live_recorder(data) as recorder:
        recorder.record(market(4, MIDNIGHT - 10_000, MIDNIGHT + 10_000))
    for path in data.iterdir():
        os.utime(path, (1_751_500_000, 1_751_500_000))
    to = (*FROM, "--to", "2025-07-03")
    with follower(data, tmp_path / "run", *to) as run:
        assert run.wait_for_end() == 0
    assert content(tmp_path / "run") == content_of_plain_run(data, tmp_path / "plain", *to)


def test_a_row_that_comes_late_is_read_into_its_place(data: Path, tmp_path: Path) -> None:
    rows = market(5, T0, T0 + 60_000)
    late = rows[100:130]
    on_time = rows[:100] + rows[130:400]
    with follower(data, tmp_path / "run", *ONE_DAY) as run, live_recorder(data) as recorder:
        recorder.record(on_time)
        run.wait_until_done(len(on_time))
        recorder.record(late)
        run.wait_until_done(len(on_time) + len(late))
        assert logged(run, "reading BTC-USDT-25-07-01.db again, by time") == 1
        recorder.record(rows[400:])
        run.wait_until_done(len(rows))
        recorder.record(next_day())
        assert run.wait_for_end() == 0
    assert content(tmp_path / "run") == content_of_plain_run(data, tmp_path / "plain", *ONE_DAY)


def test_a_trade_much_later_than_the_book_is_read_into_its_place(
    data: Path, tmp_path: Path
) -> None:
    """In the order of its own table, and yet of a second that the history had done with."""
    rows = market(6, T0, T0 + 60_000)
    book = [row for row in rows if isinstance(row, NewBookRow)]
    trades = [row for row in rows if isinstance(row, NewTrade)]
    with (
        follower(data, tmp_path / "run", *ONE_DAY, *OFTEN) as run,
        live_recorder(data) as recorder,
    ):
        recorder.record(book)
        run.wait_until_done(len(book))
        recorder.record(trades)
        run.wait_until_done(len(rows))
        recorder.record(next_day())
        assert run.wait_for_end() == 0
    assert content(tmp_path / "run") == content_of_plain_run(data, tmp_path / "plain", *ONE_DAY)


def test_rows_added_to_a_day_that_was_left_are_read_into_their_place(
    data: Path, tmp_path: Path
) -> None:
    to = (*FROM, "--to", "2025-07-02T00:00:30")
    rows = market(7, MIDNIGHT - 20_000, MIDNIGHT + 40_000)
    late = rows[150:170]
    on_time = rows[:150] + rows[170:-250]
    with (
        follower(data, tmp_path / "run", *to, *OFTEN) as run,
        live_recorder(data) as recorder,
    ):
        recorder.record(on_time)
        run.wait_until_done(len(on_time))
        recorder.record(late)
        run.wait_until_done(len(on_time) + len(late))
        assert logged(run, "has got more rows after it was left") == 1
        recorder.record(rows[-250:])
        assert run.wait_for_end() == 0
    assert content(tmp_path / "run") == content_of_plain_run(data, tmp_path / "plain", *to)


@pytest.mark.parametrize("seed", range(3))
def test_a_follower_that_is_killed_ends_with_the_same_content(
    data: Path, tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    to = (*FROM, "--to", "2025-07-02T00:00:20", *OFTEN)
    rows = market(10 + seed, MIDNIGHT - 20_000, MIDNIGHT + 30_000)
    # Some come late: within their table, and after midnight for the day before.
    for _ in range(3):
        rows.insert(rng.randrange(len(rows)), rows.pop(rng.randrange(len(rows))))
    told = iter(parts(rows, 20))
    deaths = 0
    with live_recorder(data) as recorder:
        while True:
            with follower(data, tmp_path / "run", *to) as run:
                for part in told:
                    recorder.record(part)
                    if rng.random() < 0.3:
                        break
                else:
                    assert run.wait_for_end() == 0
                    break
                if rng.random() < 0.7:
                    wait_for(lambda: run.status, "a first word")
                run.process.kill()
                run.process.wait()
                deaths += 1
    assert deaths
    assert content(tmp_path / "run") == content_of_plain_run(data, tmp_path / "plain", *to)


def test_a_recorder_that_is_killed_and_comes_back_is_followed_on(
    data: Path, tmp_path: Path
) -> None:
    rows = market(20, T0, T0 + 60_000)
    with follower(data, tmp_path / "run", *ONE_DAY) as run:
        with live_recorder(data) as recorder:
            recorder.record(rows[:300])
            run.wait_until_done(300)
            recorder.kill()
        with live_recorder(data) as recorder:
            recorder.record(rows[300:])
            run.wait_until_done(len(rows))
            recorder.record(next_day())
        assert run.wait_for_end() == 0
    assert content(tmp_path / "run") == content_of_plain_run(data, tmp_path / "plain", *ONE_DAY)


def test_nothing_is_written_beside_a_recording_that_is_followed(data: Path, tmp_path: Path) -> None:
    rows = market(21, T0, T0 + 60_000)
    with live_recorder(data) as recorder, follower(data, tmp_path / "run", *FROM) as run:
        recorder.record(rows)
        run.wait_until_done(len(rows))
        names = {path.name for path in data.iterdir()}
    assert names == {f"BTC-USDT-25-07-01.db{ending}" for ending in ("", "-wal", "-shm")}
    # The recorder could close its file as if nobody had read it.
    assert {path.name for path in data.iterdir()} == {"BTC-USDT-25-07-01.db"}


@pytest.mark.parametrize("mode", ["DELETE", "TRUNCATE", "PERSIST"])
def test_a_recorder_with_a_rollback_journal_is_followed(
    data: Path, tmp_path: Path, mode: str
) -> None:
    rows = market(22, T0, T0 + 30_000)
    path = data / "BTC-USDT-25-07-01.db"
    with live_recorder(data) as recorder:
        recorder.record(rows[:200])
    with (
        closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as connection,
        follower(data, tmp_path / "run", *FROM) as run,
    ):
        connection.execute(f"PRAGMA journal_mode = {mode}")
        run.wait_until_done(200)
        for row in rows[200:]:
            if isinstance(row, NewBookRow):
                connection.execute(
                    "INSERT INTO book (bids, asks, timestamp, action) VALUES (?, ?, ?, ?)",
                    (row.bids, row.asks, str(row.timestamp_ms), row.action),
                )
            else:
                connection.execute(
                    "INSERT INTO trades (price, size, side, timestamp) VALUES (?, ?, ?, ?)",
                    (row.price, row.size, row.side, str(row.timestamp_ms)),
                )
        run.wait_until_done(len(rows))


def test_tables_without_row_ids_are_followed_by_copies(data: Path, tmp_path: Path) -> None:
    path = data / "BTC-USDT-25-07-01.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(
            "CREATE TABLE book (id INTEGER PRIMARY KEY, bids, asks, timestamp) WITHOUT ROWID"
        )
        connection.execute(
            "CREATE TABLE trades (id INTEGER PRIMARY KEY, price, size, side, timestamp)"
            " WITHOUT ROWID"
        )
        with follower(data, tmp_path / "run", *FROM) as run:
            for number in range(1, 4):
                connection.execute(
                    "INSERT INTO trades VALUES (?, 100.0, 1.0, 'buy', ?)",
                    (number, str(T0 + number)),
                )
                run.wait_until_done(number)
            assert run.status is not None
            assert run.status.file_problems == ()


def test_a_recording_that_was_replaced_is_read_anew(data: Path, tmp_path: Path) -> None:
    path = data / "BTC-USDT-25-07-01.db"
    with follower(data, tmp_path / "run", *FROM) as run:
        with live_recorder(data) as recorder:
            recorder.record(market(23, T0, T0 + 60_000))
            run.wait_until_done(600)
        path.unlink()
        with live_recorder(data) as recorder:
            recorder.record(market(24, T0, T0 + 2_000))
            wait_for(lambda: run.status and run.status.book_rows == 20, "the rows of the new file")
            assert run.status is not None
            assert run.status.data_time_ms is not None
            assert run.status.data_time_ms < T0 + 2_000


def test_rows_that_cannot_be_used_are_counted_as_they_come(data: Path, tmp_path: Path) -> None:
    rows = market(25, T0, T0 + 10_000)
    bad = [
        NewTrade(T0 + 10_000, None, -1.0, 1.0, "buy"),
        NewTrade(T0 + 10_001, None, 100.0, 1.0, "neither"),
        NewBookRow(T0 + 10_002, "[[", "[]"),
    ]
    with live_recorder(data) as recorder, follower(data, tmp_path / "run", *FROM) as run:
        recorder.record(rows)
        run.wait_until_done(len(rows))
        recorder.record(bad)
        skipped = wait_for(
            lambda: run.status and len(run.status.skipped) == 3 and run.status.skipped, "3 kinds"
        )
    assert skipped == {"bad_price": 1, "unknown_side": 1, "malformed_levels": 1}
