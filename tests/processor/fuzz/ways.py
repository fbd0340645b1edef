"""Run the processor in the ways there are, and take what each leaves: files, status, exit code."""

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import orjson

from processor.calculation.replay import Replay
from processor.engine.compiling.loading import Kernels
from processor.engine.replay.engine_replay import EngineReplay
from processor.job import job_run
from processor.reference.replay import ReferenceReplay
from shared.clock import format_utc
from shared.errors import NoInputError
from shared.exit_codes import ExitCode
from shared.job import Job, Snapshots, TimeRange
from shared.run_files.run_directory import RunDirectory
from tests.processor.fuzz.sums import Asked
from tests.support.commands import clean_environment
from tests.support.engine_runs import SwitchingKernels, UncompiledKernels
from tests.support.resume import TIMES, StopAfter, run_job, tables_of
from tests.support.runs import compiled_kernels

ROOT = Path(__file__).parents[3]
DATA_FILES = ("ohlc", "cvd", "metrics", "depth")

SMALL: dict[str, int] = {
    "processor.engine.replay.file_replay.BOOK_ROWS": 16,
    "processor.engine.replay.file_replay.TRADE_ROWS": 16,
    "processor.engine.replay.file_replay.RANGE_ROWS": 32,
    "processor.engine.sqlite.read_ranges.RANGE_ROWS": 32,
    "processor.engine.sqlite.queries.RANGE_ROWS": 32,
    "processor.engine.sqlite.queries.WIDE_BYTES": 200,
    "processor.engine.intake.book_intake.WIDE_BYTES": 200,
    "processor.reference.interpreter.TRADE_BATCH": 8,
}
"""Batches so small that a file of some rows has many."""

_WITHOUT_ENGINE = """
import sys
sys.modules["nanoarrow"] = None  # as if it were not installed
from processor.main import run
run()
"""

MakeKernels = Callable[[], Kernels]


@dataclass(frozen=True, slots=True)
class Told:
    """What a run left: its data files to the byte, its status apart from clocks, how it ended."""

    exit_code: int
    files: Mapping[str, bytes]
    status: Mapping[str, Any]
    history: Mapping[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        """The data files as documents."""
        return {name: orjson.loads(content) for name, content in self.files.items()}

    @property
    def problems(self) -> list[tuple[str, str]]:
        """The files with problems, each with what it is."""
        return [(each["file"], each["problem"]) for each in self.status["file_problems"]]


def job_of(asked: Asked, instrument: str, data_dir: Path, run_dir: Path) -> Job:
    """Return the job that was asked for."""
    return Job(
        instrument,
        TimeRange(asked.from_ms, asked.to_ms),
        data_dir,
        run_dir,
        asked.window_ms // 1000,
        asked.levels,
        Snapshots(asked.snapshots),
    )


def by_reference(job: Job) -> Told:
    """Run `job` through the reference."""
    with _replaying(_reference):
        return _run(job)


def by_engine(job: Job, kernels: MakeKernels = compiled_kernels) -> Told:
    """Run `job` through the engine."""
    with _replaying(_engine(kernels)):
        return _run(job)


def by_engine_in_small_batches(job: Job) -> Told:
    """Run `job` through the engine, a few rows at a time."""
    with _small_batches():
        return by_engine(job)


def by_engine_stopped(job: Job, looks: Sequence[int]) -> Told:
    """Run `job` through the engine, stopped after so many looks each time, and go on."""
    with (
        _small_batches(),
        _replaying(_engine(compiled_kernels)),
        patch.object(job_run, "LOOK_SECONDS", 0.0),
    ):
        for count in looks:
            try:
                if run_job(job, stop=StopAfter(count)) != ExitCode.TERMINATED:
                    break
            except NoInputError:
                break
        return _run(job)


def by_command(job: Job, *, is_reference: bool = False) -> Told:
    """Run `job` as the command that a user types, or as it runs where the engine is missing."""
    command = ["-m", "processor.main"] if not is_reference else ["-c", _WITHOUT_ENGINE]
    done = subprocess.run(
        [
            *(sys.executable, *command, "--instrument", job.instrument),
            *("--from", _iso(job.time_range.from_ms), "--to", _iso(job.time_range.to_ms)),
            *("--data-dir", str(job.data_dir), "--run-dir", str(job.run_dir)),
            *("--window-seconds", str(job.window_seconds)),
            *("--depth-levels", str(job.depth_levels), "--snapshots", str(job.snapshots)),
        ],
        env=clean_environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return _left(job.run_dir, done.returncode)


def uncompiled() -> Kernels:
    """Return kernels that stay plain Python."""
    return UncompiledKernels()


def switching() -> Kernels:
    """Return kernels that are compiled from the second time on that they are asked for."""
    kernels = SwitchingKernels()
    first_load = kernels.load_sorted

    def load_and_switch() -> Iterator[None]:
        kernels.switch()
        yield from first_load()

    kernels.load_sorted = load_and_switch  # type: ignore[method-assign]
    return kernels


@contextmanager
def _small_batches() -> Iterator[None]:
    """Have files read in batches of a few rows."""
    with ExitStack() as stack:
        for name, value in SMALL.items():
            stack.enter_context(patch(name, value))
        yield


def _reference(_kernels: Any, files: Any, job: Job, quality: Any, *rest: Any) -> Replay:
    _recorder, _suspects, sink, on_wait = rest
    return ReferenceReplay(files, job, quality, sink, on_wait)


def _engine(kernels: MakeKernels) -> Callable[..., Replay]:
    return lambda _own, files, job, quality, *rest: EngineReplay(
        files, job, quality, kernels(), *rest
    )


@contextmanager
def _replaying(make: Callable[..., Replay]) -> Iterator[None]:
    """Have jobs of this process replayed by what `make` makes, and their log lines made in vain."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = [_Nowhere()]
    try:
        with patch.object(job_run, "choose_replay", make):
            yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


class _Nowhere(logging.Handler):
    """Puts lines together, which must work, and drops them; no line is a traceback."""

    def emit(self, record: logging.LogRecord) -> None:
        self.format(record)
        assert record.exc_info is None, record.exc_text


def _run(job: Job) -> Told:
    try:
        code = run_job(job, every_s=100.0)
    except NoInputError:
        code = ExitCode.NO_INPUT
    return _left(job.run_dir, int(code))


def _left(run_dir: Path, exit_code: int) -> Told:
    run = RunDirectory(run_dir)
    status = orjson.loads(run.processor_status.read_bytes())
    paths = dict(zip(DATA_FILES, (run.ohlc, run.cvd, run.metrics, run.depth), strict=True))
    files = {name: path.read_bytes() for name, path in paths.items()}
    told = {name: value for name, value in status.items() if name not in (*TIMES, "history")}
    history = status["history"]  # none where there is no file of the instrument
    assert history is None or history["problem"] is None, history
    return Told(exit_code, files, told, tables_of(run.history) if history else {})


def _iso(moment_ms: int) -> str:
    return format_utc(moment_ms).removesuffix(" UTC")
