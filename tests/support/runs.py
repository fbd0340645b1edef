"""Run the processor's parts on recordings and hand back all that comes out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from processor.calculation.replay import Replay
from processor.engine.compiling.loading import Kernels
from processor.engine.replay.engine_replay import EngineReplay
from processor.job.pipeline import Pipeline
from processor.job.stop_signal import StopSignal
from processor.reference.interpreter import DBInterpreter
from processor.reference.replay import ReferenceReplay
from processor.reporting.quality import Quality
from shared.exit_codes import ExitCode
from shared.job import Job, TimeRange
from shared.recordings.day_files import DayFile
from shared.recordings.records import OrderbookUpdate, Trade
from shared.run_files.processor_status import ProcessorStatus, read_processor_status
from shared.run_files.run_directory import RunDirectory
from shared.worker_link import WorkerLink
from tests.support.recordings import MS_PER_DAY, T0

ONE_DAY = TimeRange(T0, T0 + MS_PER_DAY)
EVER = TimeRange(0, 10**14)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a replay made of its input."""

    ohlc: list[list[float]]
    cvd: list[list[float]]
    metrics: list[list[float]]
    bids: list[tuple[float, float]]
    asks: list[tuple[float, float]]
    skipped: dict[str, int]
    observed: dict[str, int]
    file_problems: list[tuple[str, str]]
    book_time_ms: int | None
    conservation: Any = field(compare=False)


def stream(
    *files: DayFile, time_range: TimeRange = ONE_DAY, quality: Quality | None = None
) -> list[tuple[OrderbookUpdate, list[Trade]]]:
    """Return the steps of a stream over `files`."""
    return list(DBInterpreter(files, time_range, quality).stream())


def windows(steps: Sequence[tuple[OrderbookUpdate, list[Trade]]]) -> list[tuple[Any, list[int]]]:
    """Return the steps as (book row id or None, ids of the trades)."""
    return [(update.row_id, [trade.id for trade in trades]) for update, trades in steps]


def replay(
    *files: DayFile,
    time_range: TimeRange = ONE_DAY,
    window_seconds: int = 60,
    depth_levels: int = 50,
) -> Outcome:
    """Replay `files` through the reference and the engine, which must agree to the last bit."""
    job = Job(files[0].instrument, time_range, Path(), Path(), window_seconds, depth_levels)
    quality = Quality()
    reference = outcome_of(ReferenceReplay(files, job, quality), quality)
    quality = Quality()
    engine = outcome_of(EngineReplay(files, job, quality, compiled_kernels()), quality)
    assert engine == reference
    return reference


@cache
def compiled_kernels() -> Kernels:
    """Return kernels that are ready, the same for every replay of this process."""
    kernels = Kernels()
    kernels.prepare()
    kernels.wait()
    for _ in kernels.load_sorted():
        pass
    return kernels


def outcome_of(run: Replay, quality: Quality) -> Outcome:
    """Do all steps of `run` and return what came out."""
    for _ in run.steps():
        pass
    return Outcome(
        ohlc=[list(bar) for bar in run.ohlc_bars],
        cvd=[list(bar) for bar in run.cvd_bars],
        metrics=[list(bar) for bar in run.metric_bars],
        bids=[tuple(level) for level in run.depth.bids],
        asks=[tuple(level) for level in run.depth.asks],
        skipped={str(kind): count for kind, count in quality.skipped.items()},
        observed=run.observed,
        file_problems=[(problem.file, problem.problem) for problem in quality.file_problems],
        book_time_ms=run.position.book_time_ms,
        conservation=run.conservation,
    )


@dataclass(frozen=True, slots=True)
class Published:
    """The documents that a run left in its folder."""

    exit_code: int
    ohlc: Any
    cvd: Any
    metrics: Any
    depth: Any
    status: ProcessorStatus


def run_pipeline(
    data_dir: Path,
    run_dir: Path,
    *,
    instrument: str = "BTC-USDT",
    time_range: TimeRange = ONE_DAY,
    window_seconds: int = 60,
    depth_levels: int = 50,
) -> Published:
    """Run a whole job in this process; expected failures come as their exceptions."""
    job = Job(instrument, time_range, data_dir, run_dir, window_seconds, depth_levels)
    return published(run_dir, Pipeline(job, WorkerLink(), StopSignal()).run())


def published(run_dir: Path, exit_code: int = ExitCode.OK) -> Published:
    """Read the five files below `run_dir`."""
    run = RunDirectory(run_dir)
    documents = (orjson.loads(p.read_bytes()) for p in (run.ohlc, run.cvd, run.metrics, run.depth))
    return Published(exit_code, *documents, read_processor_status(run.processor_status))
