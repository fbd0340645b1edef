"""Runs that are interrupted and gone on with: what must be the same in the end, and how to ask."""

import json
import logging
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from processor.job.pipeline import Pipeline
from processor.job.stop_signal import StopSignal
from shared.exit_codes import ExitCode
from shared.job import Job, TimeRange
from shared.run_files.run_directory import RunDirectory
from shared.worker_link import WorkerLink
from tests.support.commands import clean_environment
from tests.support.recordings import MS_PER_DAY, T0, Book, Recording, Tick
from tests.support.runs import ONE_DAY

ROOT = Path(__file__).parents[2]
DYING = ROOT / "tests" / "processor" / "resume" / "dying.py"

DAYS = ("25-07-01", "25-07-02", "25-07-03")

TIMES = (
    *("pid", "started_at_ms", "updated_at_ms", "rows_came_at_ms", "rows_per_s", "eta_s", "run_id"),
)
"""What in a status tells of processes and the clock, and not of the data."""


class StopAfter(StopSignal):
    """A stop signal that comes when it has been looked for `looks` times."""

    def __init__(self, looks: int) -> None:
        self._looks_left = looks

    @property
    def received(self) -> signal.Signals | None:  # type: ignore[override]
        self._looks_left -= 1
        return signal.SIGTERM if self._looks_left < 0 else None


def write_day(folder: Path, number: int, seed: int = 1) -> Path:
    """Write a day of random rows and return its file."""
    rng, start = random.Random(seed * 10 + number), T0 + number * MS_PER_DAY
    book = [
        Book(
            start + 1_000 * i, [[99 - i % 7, rng.randint(0, 5)]], [[101 + i % 5, rng.random() + 1]]
        )
        for i in range(200)
    ]
    trades = [
        Tick(start + 900 * i, 100 + rng.random(), rng.random() + 0.01, rng.choice(["buy", "sell"]))
        for i in range(200)
    ]
    return Recording(folder).write(book, trades, day=DAYS[number]).path


def make_job(data_dir: Path, run_dir: Path, **changes: Any) -> Job:
    job: dict[str, Any] = {
        "instrument": "BTC-USDT",
        "time_range": ONE_DAY,
        "data_dir": data_dir,
        "run_dir": run_dir,
        "window_seconds": 60,
        "depth_levels": 20,
    }
    return Job(**(job | changes))


def run_job(
    job: Job, *, stop: StopSignal | None = None, is_fresh: bool = False, every_s: float = 0.0
) -> ExitCode:
    """Run `job` in this process, taking a checkpoint at every look."""
    logging.getLogger().setLevel(logging.INFO)
    pipeline = Pipeline(
        job,
        WorkerLink(),
        stop or StopSignal(),
        is_fresh=is_fresh,
        checkpoint_seconds=every_s,
    )
    return pipeline.run()


def result(run_dir: Path) -> dict[str, Any]:
    """The four data files to the byte, the history table by table, and the status.

    Apart from times, rates, pids and sizes on the disk.
    """
    run = RunDirectory(run_dir)
    status = orjson.loads(run.processor_status.read_bytes())
    files = {p.name: p.read_bytes() for p in (run.ohlc, run.cvd, run.metrics, run.depth)}
    told = {name: value for name, value in status.items() if name not in TIMES}
    told["history"] = status["history"] and status["history"]["problem"]
    return {**files, **told, **tables_of(run.history)}


def tables_of(history: Path) -> dict[str, Any]:
    """The rows of each table that holds what a run has made."""
    with closing(sqlite3.connect(f"file:{history}?mode=ro", uri=True)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table'"
        ).fetchall()
        names = sorted({name for [name] in tables} - WRITERS_OWN)
        return {
            f"history.{name}": sorted(connection.execute(f"SELECT * FROM {name}"), key=repr)
            for name in names
        }


WRITERS_OWN = {"states", "migrations", "sqlite_sequence"}
"""Tables of a history that tell of its writer and not of the data."""


@dataclass(frozen=True, slots=True)
class Lives:
    """How a job went that died again and again: how often, and how its last life ended."""

    deaths: int
    exit_code: int
    log: str


def die_and_go_on(
    data_dir: Path,
    run_dir: Path,
    *,
    instrument: str = "BTC-USDT",
    time_range: TimeRange = ONE_DAY,
    **plan: Any,
) -> Lives:
    """Run a job in processes that die as `plan` says (see `dying.py`), each going on from there."""
    described = {
        "data_dir": str(data_dir),
        "run_dir": str(run_dir),
        "instrument": instrument,
        "from_ms": time_range.from_ms,
        "to_ms": time_range.to_ms,
        **plan,
    }
    done = run_script(DYING, [json.dumps(described)], timeout=170)
    assert done.returncode == 0, done.stderr[-4000:]
    return Lives(log=done.stderr, **json.loads(done.stdout))


def run_script(
    script: Path, arguments: Sequence[str], timeout: float = 60
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(script), *arguments],
        env=clean_environment(PYTHONPATH=str(ROOT), OPENBLAS_NUM_THREADS="1"),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
