"""Choose how a job is calculated: by the fast engine, or by the reference where that is not."""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from processor.calculation.following import Following
from processor.calculation.replay import Replay
from processor.calculation.sink import Sink
from processor.poison.flight_recorder import FlightRecorder
from processor.poison.suspects import Suspects
from processor.reference.replay import ReferenceReplay
from processor.reporting.quality import Quality
from shared.errors import UsageError
from shared.job import Job
from shared.recordings.day_files import DayFile
from shared.recordings.growing.days import GrowingDays
from shared.recordings.opening import OnWait, do_nothing

if TYPE_CHECKING:
    from processor.engine.compiling.loading import Kernels
    from processor.history.work import HistoryWork

logger = logging.getLogger(__name__)


def load_kernels() -> "Kernels | None":
    """Return the fast engine's kernels, None where its compiled wheels are not installed."""
    try:
        from processor.engine.compiling.loading import Kernels
        from processor.engine.replay import engine_replay  # noqa: F401 - what it needs is there
    except ImportError as error:
        logger.warning("the fast engine is not to be had (%s): going row by row", error)
        return None
    return Kernels()


def choose_replay(
    kernels: "Kernels | None",
    files: Sequence[DayFile],
    job: Job,
    quality: Quality,
    recorder: FlightRecorder | None = None,
    suspects: Suspects | None = None,
    sink: Sink | None = None,
    on_wait: OnWait = do_nothing,
) -> Replay:
    """Return the fast engine, or the reference where there are no kernels."""
    if kernels is None:
        return ReferenceReplay(files, job, quality, sink, on_wait)
    from processor.engine.replay.engine_replay import EngineReplay

    return EngineReplay(files, job, quality, kernels, recorder, suspects, sink, on_wait)


def choose_follower(
    kernels: "Kernels | None",
    days: GrowingDays,
    job: Job,
    quality: Quality,
    following: Following,
    recorder: FlightRecorder | None = None,
    suspects: Suspects | None = None,
    sink: Sink | None = None,
    on_wait: OnWait = do_nothing,
) -> Replay:
    """Return the fast engine as it follows `days`; raise UsageError where there are no kernels."""
    if kernels is None:
        raise UsageError("--follow needs the compiled engine, which cannot be loaded here")
    from processor.engine.follow.follow_replay import FollowReplay

    return FollowReplay(days, job, quality, following, kernels, recorder, suspects, sink, on_wait)


def choose_work(kernels: "Kernels | None") -> "HistoryWork":
    """Return what does the work on the columns of a history."""
    from processor.history.work import BY_DEFINITION, HistoryWork

    if kernels is None:
        return BY_DEFINITION
    from processor.engine.history.fast_layers import FastLayers
    from processor.engine.history.fast_packing import FastPacking
    from processor.engine.history.fast_seconds import FastSeconds

    seconds = FastSeconds(kernels)
    return HistoryWork(
        FastPacking(kernels), FastLayers(kernels), seconds.of_trades, seconds.of_book
    )
