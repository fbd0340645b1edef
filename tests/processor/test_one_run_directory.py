"""Two processors never write into one run directory, and its files may be anything."""

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.run_files.processor_status import Phase, read_processor_status
from shared.run_files.run_directory import RunDirectory
from tests.support.commands import clean_environment, command_path
from tests.support.recordings import BOOK_SCHEMA, T0, TRADES_SCHEMA, Book, Recording, Tick
from tests.support.waiting import wait_for

RANGE = ("--from", "2025-07-01", "--to", "2025-07-02")


def command(data: Path, run: RunDirectory, *more: str) -> list[str]:
    where = ("--data-dir", str(data), "--run-dir", str(run.root))
    return [command_path("orderflow-process"), *RANGE, *where, *more]


def process(data: Path, run: RunDirectory, *more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(data, run, *more),
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory(tmp_path / "run")


@pytest.fixture(scope="module")
def long_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording that takes longer to process than a file takes to be looked at."""
    folder = tmp_path_factory.mktemp("long")
    connection = sqlite3.connect(folder / "BTC-USDT-25-07-01.db")
    connection.execute(BOOK_SCHEMA)
    connection.execute(TRADES_SCHEMA)
    # Levels as mappings, which go row by row.
    connection.execute(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 79999)"
        " INSERT INTO book SELECT i + 1, NULL,"
        ' \'[{"price":"99","size":"1"}]\', \'[{"price":"101","size":"1"}]\', ? + i * 100 FROM n',
        (T0,),
    )
    connection.commit()
    connection.close()
    return folder


@pytest.fixture(scope="module")
def short_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [Book(T0 + 1000 * index, [["100", "1"]], [["101", "1"]]) for index in range(100)]
    folder = tmp_path_factory.mktemp("short")
    return Recording(folder).write(rows, [Tick(T0 + 500)]).path.parent


@contextmanager
def held_still(data: Path, run: RunDirectory) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a processor up to its first status, and stop it there."""
    with subprocess.Popen(
        command(data, run), env=clean_environment(), stderr=subprocess.DEVNULL
    ) as first:
        try:
            wait_for(run.processor_status.exists, "a first status", 30)
            first.send_signal(signal.SIGSTOP)
            assert first.poll() is None
            yield first
        finally:
            first.kill()


def contents(run: RunDirectory) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in run.root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("lose", [None, "processor.lock"], ids=["as it is", "lock file deleted"])
def test_a_second_processor_is_refused_with_75_and_writes_nothing(
    run: RunDirectory, long_data: Path, lose: str | None
) -> None:
    with held_still(long_data, run) as first:
        if lose:
            (run.root / lose).unlink()
        before = contents(run)
        second = process(long_data, run, "--window-seconds", "300")
        assert second.returncode == 75
        assert f"(pid {first.pid})" in second.stderr
        assert "Traceback" not in second.stderr
        assert contents(run) == before
        first.send_signal(signal.SIGCONT)
        assert first.wait(60) == 0
    status = read_processor_status(run.processor_status)
    assert (status.pid, status.phase) == (first.pid, Phase.FINISHED)


def test_after_a_killed_processor_the_next_goes_on(run: RunDirectory, long_data: Path) -> None:
    with held_still(long_data, run) as first:
        first.kill()
    assert process(long_data, run).returncode == 0


def test_a_run_directory_deleted_under_a_processor_holds_the_result_all_the_same(
    run: RunDirectory, long_data: Path
) -> None:
    with held_still(long_data, run) as first:
        shutil.rmtree(run.root)
        first.send_signal(signal.SIGCONT)
        assert first.wait(60) == 0
    assert read_processor_status(run.processor_status).book_rows == 80_000


def put_fifo(path: Path) -> None:
    os.mkfifo(path)


def put_folder(path: Path) -> None:
    path.mkdir()


def put_dangling_link(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


@pytest.mark.parametrize("put", [put_fifo, put_folder, put_dangling_link])
@pytest.mark.parametrize(
    "name",
    [
        *("checkpoint.json", "checkpoint.previous.json", "flight.bin", "suspects.json"),
        *("processor.lock", "supervisor.lock"),
    ],
)
def test_a_job_is_done_whatever_lies_in_a_file_s_place(
    run: RunDirectory, short_data: Path, name: str, put: Callable[[Path], None]
) -> None:
    run.create()
    put(run.root / name)
    done = process(short_data, run)
    assert done.returncode == 0, done.stderr
    assert read_processor_status(run.processor_status).book_rows == 100


@pytest.mark.parametrize("put", [put_fifo, put_dangling_link])
def test_a_published_file_takes_its_place_back(
    run: RunDirectory, short_data: Path, put: Callable[[Path], None]
) -> None:
    run.create()
    for path in run.published:
        put(path)
    done = process(short_data, run)
    assert done.returncode == 0, done.stderr
    assert all(path.is_file() and not path.is_symlink() for path in run.published)
