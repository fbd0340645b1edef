"""What is handed to the recording writer is in its day's file, whatever happens around it."""

import doctest
import itertools
import logging
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import shared.recordings.writing.recording_writer as module
from shared.clock import MS_PER_DAY
from shared.errors import UsageError
from shared.recordings.opening import open_recording
from shared.recordings.writing.file_lock import AlreadyWrittenError
from shared.recordings.writing.recording_writer import RecordingWriter
from shared.recordings.writing.rows import Gap, NewBookRow, NewTrade
from tests.support.tiny_disk import fill, tiny_disk
from tests.support.waiting import wait_for

NOON = 1_751_371_200_000  # 2025-07-01
TODAY = "BTC-USDT-25-07-01.db"
SNAPSHOT = NewBookRow(NOON, '[["100","1"]]', '[["101","2"]]', "snapshot", 7, -1)
UPDATE = NewBookRow(NOON + 100, '[["100","0"]]', "[]", "update", 9, 7)


def trade(number: int, time_ms: int = NOON) -> NewTrade:
    return NewTrade(time_ms, str(number), 100.5, 0.25, "buy")


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def trade_ids(path: Path) -> list[int]:
    return [int(str(one)) for [one] in rows(path, "SELECT trade_id FROM trades ORDER BY id")]


def test_rows_are_written_as_they_came(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path, "okx") as writer:
        for row in (SNAPSHOT, UPDATE, trade(1)):
            writer.put("BTC-USDT", row)
    path = tmp_path / TODAY
    assert rows(path, "SELECT * FROM book") == [
        (1, "BTC-USDT", '[["100","1"]]', '[["101","2"]]', str(NOON), "snapshot", 7, -1),
        (2, "BTC-USDT", '[["100","0"]]', "[]", str(NOON + 100), "update", 9, 7),
    ]
    assert rows(path, "SELECT * FROM trades") == [
        (1, "BTC-USDT", "1", 100.5, 0.25, "buy", str(NOON))
    ]
    assert [file.name for file in tmp_path.iterdir()] == [TODAY]


def test_each_row_goes_to_the_day_of_its_own_time_late_ones_too(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path, "okx") as writer:
        for number, days in enumerate((0, 1, 0, -1)):
            writer.put("BTC-USDT", trade(number, NOON + days * MS_PER_DAY))
    assert {path.name: trade_ids(path) for path in tmp_path.iterdir()} == {
        "BTC-USDT-25-06-30.db": [3],
        TODAY: [0, 2],
        "BTC-USDT-25-07-02.db": [1],
    }


def test_a_restart_goes_on_behind_what_is_there(tmp_path: Path) -> None:
    for number in range(3):
        with RecordingWriter(tmp_path, "okx") as writer:
            writer.put("BTC-USDT", trade(number))
    assert trade_ids(tmp_path / TODAY) == [0, 1, 2]


def test_a_restart_goes_on_in_a_file_of_another_form_of_name(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path, "okx") as writer:
        writer.put("BTC-USDT", trade(1))
    path = tmp_path / "BTC-USDT" / "BTC-USDT-2025-07-01.sqlite"
    path.parent.mkdir()
    (tmp_path / TODAY).rename(path)
    with RecordingWriter(tmp_path, "okx") as writer:
        writer.put("BTC-USDT", trade(2))
    assert trade_ids(path) == [1, 2]
    assert not (tmp_path / TODAY).exists()


def test_a_recording_without_the_newer_columns_gets_them(tmp_path: Path) -> None:
    path = tmp_path / TODAY
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE book (id INTEGER PRIMARY KEY, instrument TEXT, bids TEXT NOT NULL,"
            " asks TEXT NOT NULL, timestamp TEXT NOT NULL);"
            "INSERT INTO book VALUES (5, 'BTC-USDT', '[]', '[]', '1751371200000')"
        )
    with RecordingWriter(tmp_path, "okx") as writer:
        writer.put("BTC-USDT", UPDATE)
    found = rows(path, "SELECT id, action, seq_id, prev_seq_id FROM book")
    assert found == [(5, None, None, None), (6, "update", 9, 7)]


def test_a_second_writer_of_the_same_file_is_refused(tmp_path: Path) -> None:
    with (
        RecordingWriter(tmp_path, "okx", instruments=["BTC-USDT"], now_ms=lambda: NOON),
        pytest.raises(AlreadyWrittenError, match=r"25-07-01.db: somebody else is writing it"),
    ):
        RecordingWriter(tmp_path, "okx", instruments=["BTC-USDT"], now_ms=lambda: NOON)
    RecordingWriter(tmp_path, "okx", instruments=["BTC-USDT"], now_ms=lambda: NOON).close()


WORKER = """
import sys
from pathlib import Path
from shared.recordings.writing.recording_writer import NewTrade, RecordingWriter
def told(number):
    print(number, flush=True)
writer = RecordingWriter(Path(sys.argv[1]), "okx", on_commit=told)
number = int(sys.argv[2])
while True:
    number += 1
    settled = writer.put("BTC-USDT", NewTrade(1751371200000, str(number), 1.5, 1.0, "buy"))
    if settled % 1000 == 0:
        writer.wait_for(settled - 5000, 10)
"""


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    draw = random.Random(seed)
    path, acknowledged = tmp_path / TODAY, 0
    for _ in range(4):
        before = len(trade_ids(path)) if path.exists() else 0
        command = [sys.executable, "-c", WORKER, str(tmp_path), str(before)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout is not None
            for _ in range(draw.randrange(1, 4)):
                acknowledged = before + int(worker.stdout.readline())
            worker.send_signal(signal.SIGKILL)
        found = trade_ids(path)
        assert len(found) >= acknowledged, f"seed {seed}"
        assert found == list(range(1, len(found) + 1)), f"seed {seed}"
    assert acknowledged > 0


def test_a_reader_sees_what_is_committed_while_more_is_written(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path, "okx") as writer:
        assert writer.wait_for(writer.put("BTC-USDT", trade(1)), seconds=10)
        with open_recording(tmp_path / TODAY) as connection:
            assert connection.execute("SELECT count(*) FROM trades").fetchone() == (1,)


def test_commits_come_from_a_thread_of_their_own_at_most_250_ms_apart(tmp_path: Path) -> None:
    assert module.COMMIT_SECONDS <= 0.25
    threads: set[str] = set()

    def told(_: int) -> None:
        threads.add(threading.current_thread().name)

    with RecordingWriter(tmp_path, "okx", on_commit=told) as writer:
        assert writer.wait_for(writer.put("BTC-USDT", trade(1)), seconds=10)
    assert threads == {"recording-writer"}


def test_a_full_disk_costs_the_newest_rows_and_marks_the_gap(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)
    with (
        tiny_disk(tmp_path / "disk", 512) as folder,
        caplog.at_level(logging.WARNING),
        RecordingWriter(folder, "okx", most_bytes=1000 * 200) as writer,
    ):
        assert writer.wait_for(writer.put("BTC-USDT", trade(0)), seconds=10)
        ballast = fill(folder)
        numbers = itertools.count(1)

        def put_until(condition: Callable[[], object], what: str) -> int:
            def put() -> int:
                for _ in range(200):
                    number = next(numbers)
                    last = writer.put("BTC-USDT", trade(number, NOON + number))
                return last if condition() else 0

            return wait_for(put, what)

        put_until(lambda: writer.trouble, "trouble with the disk")
        last = put_until(lambda: writer.lost_rows, "rows that are lost")
        assert writer.settled < last - writer.lost_rows
        os.truncate(ballast, 0)
        assert writer.wait_for(last, seconds=10)
        found = trade_ids(folder / TODAY)
        [(table, from_ms, to_ms, count)] = rows(
            folder / TODAY, "SELECT table_name, from_ms, to_ms, rows FROM gaps"
        )
        missing = sorted(set(range(last)) - set(found))  # what came once there was room is there
        assert found == sorted(found)
        assert missing == list(range(missing[0], missing[-1] + 1))
        assert (table, from_ms, to_ms) == ("trades", NOON + missing[0], NOON + missing[-1])
        assert writer.lost_rows == count == len(missing)
    said = [record.getMessage() for record in caplog.records]
    assert "rows cannot be written and wait" in said[0]
    assert f"rows are written again, {count} lost in all" in said


def test_a_deleted_file_is_begun_anew(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path, "okx") as writer:
        assert writer.wait_for(writer.put("BTC-USDT", trade(1)), seconds=10)
        (tmp_path / TODAY).unlink()
        assert writer.wait_for(writer.put("BTC-USDT", trade(2)), seconds=10)
    assert trade_ids(tmp_path / TODAY) == [2]


def test_a_row_that_no_table_takes_costs_no_other(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path, "okx") as writer:
        writer.put("BTC-USDT", trade(1))
        writer.put("BTC-USDT", NewTrade(NOON, "\ud800", 1.5, 1.0, "buy"))
        writer.put("BTC-USDT", UPDATE._replace(seq_id=2**64))
        writer.put("BTC-USDT", trade(4))
    assert trade_ids(tmp_path / TODAY) == [1, 4]
    assert rows(tmp_path / TODAY, "SELECT table_name, rows FROM gaps") == [
        ("trades", 1),
        ("book", 1),
    ]
    assert writer.lost_rows == 2


def test_a_gap_is_noted_in_the_file_of_its_day(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path, "okx") as writer:
        writer.put("BTC-USDT", Gap(NOON, NOON + 5, "book", None, "the chain broke"))
    found = rows(tmp_path / TODAY, "SELECT from_ms, to_ms, rows, reason FROM gaps")
    assert found == [(NOON, NOON + 5, None, "the chain broke")]


@pytest.mark.parametrize(
    ("instrument", "time_ms"),
    [("../BTC", NOON), ("", NOON), ("BTC-USDT", 10**20)],
    ids=["a path", "nothing", "beyond the calendar"],
)
def test_a_row_of_no_day_file_is_a_mistake(tmp_path: Path, instrument: str, time_ms: int) -> None:
    with RecordingWriter(tmp_path, "okx") as writer, pytest.raises(UsageError):
        writer.put(instrument, trade(1, time_ms))


def test_the_example_runs() -> None:
    assert doctest.testmod(module).failed == 0
