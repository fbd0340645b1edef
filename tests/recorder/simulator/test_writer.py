import dataclasses
import sqlite3
from contextlib import closing

import pytest

from recorder.simulator import LevelForm, Recording, write_recording
from shared.recordings.sources import is_simulated
from tests.recorder.simulator.replay import parse_literal, read_book

SHORT = Recording(hours=0.02)


class StoppedError(Exception):
    """Somebody ended the run."""


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    (first,) = write_recording(tmp_path / "first", SHORT)
    (second,) = write_recording(tmp_path / "second", SHORT)
    assert first.read_bytes() == second.read_bytes()


def test_another_seed_gives_other_bytes(tmp_path):
    (first,) = write_recording(tmp_path / "first", SHORT)
    (second,) = write_recording(tmp_path / "second", dataclasses.replace(SHORT, seed=8))
    assert first.read_bytes() != second.read_bytes()


def test_all_level_forms_describe_the_same_book(tmp_path):
    parsers = {LevelForm.LITERAL: parse_literal}
    books = []
    for form in LevelForm:
        recording = dataclasses.replace(SHORT, hours=0.003, level_form=form)
        paths = write_recording(tmp_path / form, recording)
        books.append(read_book(paths, **({"parse": parsers[form]} if form in parsers else {})))
    assert books[0] == books[1] == books[2]


def test_the_schema_is_the_recorder_s(tmp_path):
    (path,) = write_recording(tmp_path, SHORT)
    connection = sqlite3.connect(path)
    try:
        columns = {
            table: [
                (name, kind)
                for _, name, kind, *_ in connection.execute(f"PRAGMA table_info({table})")
            ]
            for table in ("book", "trades")
        }
        instruments = connection.execute(
            "SELECT instrument FROM book UNION SELECT instrument FROM trades"
        ).fetchall()
        stored_types = connection.execute("SELECT typeof(timestamp) FROM book LIMIT 1").fetchone()
    finally:
        connection.close()
    assert columns["book"] == [
        ("id", "INTEGER"),
        ("instrument", "TEXT"),
        ("bids", "TEXT"),
        ("asks", "TEXT"),
        ("timestamp", "TEXT"),
    ]
    assert columns["trades"] == [
        ("id", "INTEGER"),
        ("instrument", "TEXT"),
        ("trade_id", "TEXT"),
        ("price", "REAL"),
        ("size", "REAL"),
        ("side", "TEXT"),
        ("timestamp", "TEXT"),
    ]
    assert instruments == [("BTC-USDT",)]
    assert stored_types == ("text",)


def test_the_file_says_that_its_rows_are_simulated(tmp_path):
    (path,) = write_recording(tmp_path, SHORT)
    with closing(sqlite3.connect(path)) as connection:
        sources = connection.execute("SELECT table_name, source FROM sources").fetchall()
    assert sorted(table for table, _ in sources) == ["book", "trades"]
    assert all(is_simulated(source) for _, source in sources)


def test_an_existing_file_is_replaced(tmp_path):
    (tmp_path / "BTC-USDT-25-07-01.db").write_bytes(b"old")
    (path,) = write_recording(tmp_path, SHORT)
    assert path.read_bytes().startswith(b"SQLite format 3")


def test_an_error_half_way_leaves_nothing_behind(tmp_path):
    def stop(timestamp_ms):
        if timestamp_ms > SHORT.start_ms:
            raise StoppedError

    with pytest.raises(StoppedError):
        write_recording(tmp_path, SHORT, stop)
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told_in_simulated_time(tmp_path):
    seen = []
    write_recording(tmp_path, SHORT, seen.append)
    assert seen[0] == SHORT.start_ms
    assert seen[1] == pytest.approx(SHORT.start_ms + 51_200, rel=1e-9, abs=2000)
