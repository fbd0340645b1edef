"""What a replay works on and with, file after file."""

from dataclasses import dataclass

from processor.calculation.position import Position
from processor.calculation.sink import Sink, keeps_time
from processor.engine.compiling.loading import Kernels
from processor.engine.state import EngineState
from processor.poison.flight_recorder import FlightRecorder
from processor.poison.suspects import NO_SUSPECTS, Suspects
from processor.reporting.quality import Quality
from shared.job import Job
from shared.recordings.opening import OnWait, do_nothing


@dataclass(slots=True)
class ReplayContext:
    """One job's state and quality, which a file found out of order takes back, and its tools."""

    job: Job
    state: EngineState
    position: Position
    quality: Quality
    kernels: Kernels
    recorder: FlightRecorder | None = None
    suspects: Suspects = NO_SUSPECTS
    sink: Sink | None = None
    on_wait: OnWait = do_nothing

    @property
    def keeps_time(self) -> bool:
        """Whether there is somebody to take columns of heat and keyframes."""
        return keeps_time(self.job, self.sink)
