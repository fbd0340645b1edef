"""A recording that is being written, or whose recorder died: its last commit, of one moment."""

import logging
import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from processor.engine.intake import book_intake
from processor.engine.replay import file_replay
from processor.reporting.quality import Quality
from shared.clock import MS_PER_DAY
from shared.recordings import live_files, private_folder
from shared.recordings.day_files import DayFile
from shared.recordings.live_files import Footprint
from shared.recordings.opening import open_recording, recording
from shared.recordings.problems import FileChangedError, UnusableFileError
from tests.support.engine_runs import engine, run
from tests.support.recorders import recorder
from tests.support.recordings import T0, Book, Recording, Tick
from tests.support.runs import replay, stream

ROWS = 3000


def committed(folder: Path) -> DayFile:
    """Write a recording with as many book rows as trades, a millisecond after each other."""
    return Recording(folder).write(
        (Book(str(T0 + i), [[99, 1]], [[101, 1]]) for i in range(ROWS)),
        (Tick(str(T0 + i)) for i in range(ROWS)),
    )


def at_rest(file: DayFile) -> DayFile:
    """Return `file` as if it had last been written an hour ago."""
    then = time.time() - 3600
    os.utime(file.path, (then, then))
    return file


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("journal_mode", ["DELETE", "TRUNCATE", "PERSIST"])
def test_a_recorder_killed_in_a_transaction_leaves_what_it_committed(
    tmp_path: Path, journal_mode: str
) -> None:
    file = committed(tmp_path)
    with recorder(file.path, journal_mode, "killed"):
        pass
    at_rest(file)  # it died an hour ago
    assert Footprint.of(file.path).has_journal
    before = contents(tmp_path)
    outcome = replay(file)
    assert outcome.conservation.trades_accepted == ROWS
    assert sum(bar[5] for bar in outcome.ohlc) == ROWS
    assert len(stream(file)) == ROWS
    assert outcome.file_problems == []
    assert contents(tmp_path) == before


@pytest.mark.parametrize("journal_mode", ["DELETE", "TRUNCATE", "PERSIST", "WAL"])
def test_rows_that_a_living_recorder_has_not_committed_are_not_read(
    tmp_path: Path, journal_mode: str
) -> None:
    file = committed(tmp_path)
    with recorder(file.path, journal_mode, "busy"):
        names = {path.name for path in tmp_path.iterdir()}
        recorded = {path.name: path.read_bytes() for path in tmp_path.glob("*[!m]")}
        outcome = replay(file)
        assert {path.name for path in tmp_path.iterdir()} == names
        assert {path.name: path.read_bytes() for path in tmp_path.glob("*[!m]")} == recorded
    assert outcome.conservation.trades_accepted == ROWS
    assert sum(bar[5] for bar in outcome.ohlc) == ROWS
    assert outcome.file_problems == []


@pytest.mark.parametrize("journal_mode", ["DELETE", "WAL"])
def test_both_tables_of_a_recording_that_is_written_are_of_one_moment_and_read_in_bounded_time(
    tmp_path: Path, journal_mode: str
) -> None:
    file = committed(tmp_path)
    with recorder(file.path, journal_mode, "fast"):
        for _ in range(4):
            started_s = time.monotonic()
            result = run(engine([file]), [file])
            assert time.monotonic() - started_s < 30
            assert result.position.book_rows == result.position.trades > ROWS
            assert result.outcome.file_problems == []
            quality = Quality()
            steps = stream(file, quality=quality)
            assert sum(len(trades) for _, trades in steps) == len(steps) > ROWS
            assert quality.is_complete


def test_all_readers_of_a_living_log_see_the_same(tmp_path: Path) -> None:
    file = committed(tmp_path)
    with recorder(file.path, "WAL", "fast"), recording(file.path) as source:
        seen = []
        for _ in range(5):
            with closing(sqlite3.connect(source.uri, uri=True)) as connection:
                seen.append(connection.execute("SELECT max(id), count(*) FROM trades").fetchone())
            time.sleep(0.02)
        assert len(set(seen)) == 1


def test_a_recorder_without_a_journal_that_never_commits_is_told_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_files, "PATIENCE_SECONDS", 0.2)
    file = committed(tmp_path)
    with (
        recorder(file.path, "OFF", "busy"),
        pytest.raises(UnusableFileError, match="its recorder left no moment"),
        open_recording(file.path),
    ):
        pass


def test_a_file_at_rest_is_read_in_place_and_one_just_changed_is_not(tmp_path: Path) -> None:
    file = committed(tmp_path)
    with recording(file.path) as source:
        assert str(tmp_path) not in source.uri
    with recording(at_rest(file).path) as source:
        assert source.uri == f"{file.path.as_uri()}?mode=ro&immutable=1"


def add_a_day(file: DayFile) -> None:
    with closing(sqlite3.connect(file.path)) as connection, connection:
        for table in ("book", "trades"):
            connection.execute(f"UPDATE {table} SET timestamp = timestamp + {MS_PER_DAY}")


def test_a_file_that_changes_while_it_is_read_is_read_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_replay, "BOOK_ROWS", 100)
    file = at_rest(committed(tmp_path))
    apply, batches = book_intake.BookIntake._apply, []

    def change_once(self: book_intake.BookIntake, *arguments: object) -> int:
        batches.append(arguments)
        if len(batches) == 5:
            with closing(sqlite3.connect(file.path)) as connection, connection:
                connection.execute("UPDATE trades SET size = 7")
        return apply(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(book_intake.BookIntake, "_apply", change_once)
    with caplog.at_level(logging.INFO):
        result = run(engine([file]), [file])
    assert "it changed while it was read: reading a copy from its start" in caplog.text
    assert result.outcome.ohlc[0][5] == 7 * ROWS
    assert result.position.book_rows == ROWS
    assert result.outcome.file_problems == []


def test_the_reference_tells_of_a_file_that_changed_while_it_was_read(tmp_path: Path) -> None:
    file = at_rest(committed(tmp_path))
    with recording(file.path) as source:
        add_a_day(file)
        with pytest.raises(FileChangedError, match="changed"):
            source.check_unchanged()


def test_a_copy_that_a_killed_process_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    abandoned = tmp_path / f"{private_folder.PREFIX}abandoned"
    abandoned.mkdir()
    (abandoned / "in-use").touch()
    (abandoned / "recording.db").touch()
    with private_folder.private_folder() as used:
        assert not abandoned.exists()
        private_folder.remove_abandoned_folders()
        assert used.is_dir()
    assert not used.exists()


def test_a_copy_goes_where_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(
        private_folder.shutil,
        "disk_usage",
        lambda path: usage if path != tmp_path else usage._replace(free=0),
    )
    with private_folder.private_folder(1) as folder:
        assert folder.parent == Path("/var/tmp")
