"""Choose how a job is calculated."""

import logging
from collections.abc import Sequence

from processor.calculation.replay import Replay
from processor.calculation.sink import Sink
from processor.poison.flight_recorder import FlightRecorder
from processor.poison.suspects import Suspects
from processor.reference.replay import ReferenceReplay
from processor.reporting.quality import Quality
from shared.job import Job
from shared.recordings.day_files import DayFile
from shared.recordings.opening import OnWait, do_nothing

logger = logging.getLogger(__name__)


def choose_replay(
    files: Sequence[DayFile],
    job: Job,
    quality: Quality,
    recorder: FlightRecorder | None = None,
    suspects: Suspects | None = None,
    sink: Sink | None = None,
    on_wait: OnWait = do_nothing,
) -> Replay:
    """Return the fast engine, or the reference where its compiled wheels are not installed."""
    try:
        from processor.engine.replay.engine_replay import EngineReplay
    except ImportError as error:
        logger.warning("the fast engine is not to be had (%s): going row by row", error)
        return ReferenceReplay(files, job, quality, sink, on_wait)
    return EngineReplay(files, job, quality, None, recorder, suspects, sink, on_wait)
