"""What every replay of day files offers, and the one place that chooses between them."""

import logging
from collections.abc import Generator, Sequence
from typing import Any, Protocol

from processor.calculation.position import Position
from processor.calculation.results import Results
from processor.poison.flight_recorder import FlightRecorder, Span
from processor.poison.suspects import Suspects
from processor.reference.replay import ReferenceReplay
from processor.reporting.quality import Quality
from shared.job import Job
from shared.recordings.day_files import DayFile
from shared.recordings.opening import OnWait, do_nothing
from shared.run_files.processor_status import Conservation

logger = logging.getLogger(__name__)


class Replay(Results, Protocol):
    """One pass over day files, in steps, and what it has to show between them."""

    @property
    def position(self) -> Position:
        """How far the replay has come."""
        ...

    @property
    def open_bar_ms(self) -> int:
        """The start of the open trade bar, 0 before the first."""
        ...

    @property
    def conservation(self) -> Conservation:
        """The sums that must agree."""
        ...

    @property
    def observed(self) -> dict[str, int]:
        """Counts of book rows after which something was odd."""
        ...

    def to_document(self) -> dict[str, Any] | None:
        """Return as JSON values all that `restore` needs, None where that is not offered."""
        ...

    def restore(self, document: dict[str, Any]) -> None:
        """Go on from where `to_document` was called, in place of the beginning."""
        ...

    def has_passed(self, span: Span) -> bool:
        """Say whether the rows of `span`, which are of the file at work, are done."""
        ...

    def steps(self) -> Generator[None, None, None]:
        """Do the work, yielding every few milliseconds so that the caller can look up."""
        ...


def choose_replay(
    files: Sequence[DayFile],
    job: Job,
    quality: Quality,
    recorder: FlightRecorder | None = None,
    suspects: Suspects | None = None,
    on_wait: OnWait = do_nothing,
) -> Replay:
    """Return the fast engine, or the reference where its compiled wheels are not installed."""
    try:
        from processor.engine.engine_replay import EngineReplay
    except ImportError as error:
        logger.warning("the fast engine is not to be had (%s): going row by row", error)
        return ReferenceReplay(files, job, quality, on_wait)
    return EngineReplay(files, job, quality, recorder=recorder, suspects=suspects, on_wait=on_wait)
