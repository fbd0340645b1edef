"""Whose history it is, what becomes of another's, and that nothing about it ends the run."""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from processor.engine.replay import file_replay
from shared.exit_codes import ExitCode
from shared.history.repository import History, HistoryError, open_history
from shared.history.schema import VERSION
from shared.job import HistoryContent, Job, TimeRange
from shared.run_files.processor_status import read_processor_status
from shared.run_files.run_directory import RunDirectory
from tests.support.recordings import MS_PER_DAY, T0
from tests.support.resume import StopAfter, make_job, result, run_job, tables_of, write_day
from tests.support.tiny_disk import fill, tiny_disk

TWO_DAYS = TimeRange(T0, T0 + 2 * MS_PER_DAY)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_replay, "BOOK_ROWS", 16)
    monkeypatch.setattr(file_replay, "TRADE_ROWS", 16)
    monkeypatch.setattr("processor.job.job_run.LOOK_SECONDS", 0.0)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    write_day(folder, 0)
    write_day(folder, 1)
    return folder


@pytest.fixture
def job(data: Path, tmp_path: Path) -> Job:
    return make_job(data, tmp_path / "run", time_range=TWO_DAYS)


@pytest.fixture
def run(job: Job) -> RunDirectory:
    return RunDirectory(job.run_dir)


@pytest.fixture
def whole(data: Path, tmp_path: Path) -> dict[str, Any]:
    """The tables of an undisturbed run."""
    job = make_job(data, tmp_path / "whole", time_range=TWO_DAYS)
    run_job(job, every_s=1000)
    return tables_of(RunDirectory(job.run_dir).history)


def test_it_is_there_whole_when_the_run_says_that_it_is_finished(
    job: Job, run: RunDirectory
) -> None:
    assert run_job(job, every_s=1000) == ExitCode.OK
    with open_history(run.history) as history:
        trades = history.trades(*_range(job))
        bars = history.bars(60_000, *_range(job))
    status = read_processor_status(run.processor_status)
    assert status.trades == len(trades.ts) == bars.trades.trades.sum()
    assert status.book_rows == bars.book.book_rows.sum()
    assert status.history is not None
    assert status.history.problem is None
    assert status.history.bytes == pytest.approx(run.history.stat().st_size, abs=5 * 16_384)


def test_nothing_is_beside_it_when_the_run_is_over(job: Job, run: RunDirectory) -> None:
    run_job(job, every_s=1000)
    assert [path.name for path in run.root.glob("history*")] == ["history.db"]


def _range(job: Job) -> tuple[int, int]:
    return job.time_range.from_ms, job.time_range.to_ms


def test_bars_alone_keep_no_trades(job: Job, run: RunDirectory, whole: dict[str, Any]) -> None:
    run_job(replace(job, history=HistoryContent.BARS), every_s=1000)
    tables = tables_of(run.history)
    assert tables["history.trade_chunks"] == []
    assert tables["history.bars"] == whole["history.bars"]
    assert tables["history.seconds"] == whole["history.seconds"]


def test_off_keeps_none_and_sets_an_earlier_one_aside(
    job: Job, run: RunDirectory, whole: dict[str, Any]
) -> None:
    run_job(job, every_s=1000)
    assert run_job(replace(job, history=HistoryContent.OFF), every_s=1000) == ExitCode.OK
    assert [path.name for path in run.root.glob("history*")] == ["history.aside"]
    assert tables_of(run.root / "history.aside") == whole
    assert read_processor_status(run.processor_status).history is None


@pytest.mark.parametrize("change", ["window_seconds", "depth_levels", "history"])
def test_that_of_another_job_is_set_aside(
    job: Job, run: RunDirectory, whole: dict[str, Any], change: str
) -> None:
    run_job(job, every_s=1000)
    changes: dict[str, Any] = {
        "window_seconds": 5,
        "depth_levels": 7,
        "history": HistoryContent.BARS,
    }
    run_job(replace(job, **{change: changes[change]}))
    assert tables_of(run.root / "history.aside") == whole
    assert tables_of(run.history) != whole


def test_that_of_other_files_is_set_aside_and_begun_anew(
    job: Job, run: RunDirectory, data: Path
) -> None:
    run_job(job, every_s=1000)
    next(data.glob("*25-07-01*")).unlink()
    write_day(data, 0, seed=2)
    assert run_job(job, every_s=1000) == ExitCode.OK
    other = make_job(data, run.root.with_name("other"), time_range=TWO_DAYS)
    run_job(other, every_s=1000)
    assert tables_of(run.history) == tables_of(RunDirectory(other.run_dir).history)
    assert (run.root / "history.aside").exists()


def test_fresh_begins_it_anew(job: Job, run: RunDirectory, whole: dict[str, Any]) -> None:
    run_job(job, stop=StopAfter(100))
    assert run_job(job, is_fresh=True, every_s=1000) == ExitCode.OK
    assert tables_of(run.history) == whole


def test_a_run_directory_from_before_there_were_histories_is_begun_anew(
    job: Job, run: RunDirectory, whole: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    run_job(job, stop=StopAfter(100))
    run.history.unlink()
    caplog.clear()
    assert run_job(job, every_s=1000) == ExitCode.OK
    assert "what was kept beside it does not reach so far" in caplog.text
    assert tables_of(run.history) == whole


def no_database(path: Path) -> None:
    path.write_bytes(b"no database at all, but some bytes" * 100)


def cut_in_half(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def of_the_future(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")


def of_another_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE job (something TEXT)")


def with_a_damaged_state(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE states SET state = x'00'")


def with_a_damaged_chunk(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE seconds SET trades = x'00'")


@pytest.mark.parametrize(
    "damage",
    [
        no_database,
        cut_in_half,
        of_the_future,
        of_another_program,
        with_a_damaged_state,
        with_a_damaged_chunk,
    ],
)
def test_one_that_cannot_be_gone_on_with_costs_time_and_nothing_else(
    job: Job, run: RunDirectory, whole: dict[str, Any], damage: Callable[[Path], None]
) -> None:
    assert run_job(job, stop=StopAfter(100)) == ExitCode.TERMINATED
    damage(run.history)
    assert run_job(job, every_s=1000) == ExitCode.OK
    assert tables_of(run.history) == whole


def test_a_reader_that_never_ends_stops_nobody_and_sees_one_moment(
    job: Job, run: RunDirectory, whole: dict[str, Any]
) -> None:
    run_job(job, stop=StopAfter(100))
    with closing(sqlite3.connect(f"file:{run.history}?mode=ro", uri=True)) as reader:
        reader.execute("BEGIN")
        count = reader.execute("SELECT count(*) FROM trade_chunks").fetchone()
        assert run_job(job, every_s=1000) == ExitCode.OK
        assert reader.execute("SELECT count(*) FROM trade_chunks").fetchone() == count
    assert tables_of(run.history) == whole


def test_one_that_somebody_else_writes_to_is_done_without(
    job: Job, run: RunDirectory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("processor.history.store.PATIENCE_SECONDS", 0.1)
    run_job(job, stop=StopAfter(100))
    with closing(sqlite3.connect(run.history, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert run_job(job, every_s=1000) == ExitCode.OK
    assert "the history ends here, the run goes on without it: database is locked" in caplog.text
    status = read_processor_status(run.processor_status)
    assert status.history is not None
    assert status.history.problem == "database is locked"


def test_a_full_disk_ends_it_with_a_notice_and_the_next_run_completes_it(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole_job = make_job(data, tmp_path / "whole", time_range=TWO_DAYS)
    run_job(whole_job, every_s=1000)
    with tiny_disk(tmp_path / "disk", 8192) as disk:
        job = make_job(data, disk / "run", time_range=TWO_DAYS)
        run_job(job, stop=StopAfter(20))
        ballast = fill(disk)
        caplog.set_level(logging.WARNING)
        assert run_job(job, stop=StopAfter(20)) == ExitCode.TERMINATED
        assert "the history ends here, the run goes on without it" in caplog.text
        ballast.unlink()
        assert run_job(job, every_s=1000) == ExitCode.OK
        # No checkpoint was taken either, so it goes on from where the history reaches.
        assert result(disk / "run") == result(tmp_path / "whole")


def test_a_reader_of_no_history_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match=r"history\.db: expected a history, found no such file"):
        History(tmp_path / "history.db")
    no_database(tmp_path / "history.db")
    with pytest.raises(HistoryError, match=r"history\.db: .*not a database"):
        History(tmp_path / "history.db")


def test_windows_are_of_whole_seconds(job: Job, run: RunDirectory) -> None:
    run_job(job, every_s=1000)
    with open_history(run.history) as history:
        for window_ms in (0, -1000, 500, 1500):
            with pytest.raises(ValueError, match="expected a window of whole seconds"):
                history.bars(window_ms, *_range(job))
        assert len(history.bars(1000, 5, 5).trades.ts) == 0
