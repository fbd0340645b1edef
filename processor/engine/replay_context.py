"""What a replay works on and with, file after file."""

from dataclasses import dataclass

from processor.calculation.position import Position
from processor.calculation.sink import Sink, keeps_time
from processor.engine.compiling.loading import Kernels
from processor.engine.state import EngineState
from processor.poison.flight_recorder import FlightRecorder
from processor.poison.suspects import NO_SUSPECTS, Suspects
from processor.reporting.quality import Quality
from shared.clock import NO_MOMENT
from shared.job import Job
from shared.recordings.day_files import DayFile
from shared.recordings.opening import OnWait, do_nothing

HELD_BACK_MS = 10_000
"""How long after the newest row of a growing recording more are expected from before it."""


@dataclass(slots=True)
class ReplayContext:
    """One job's state and quality, which a file found out of order takes back, and its tools.

    The files of a recording that `is_growing` may get more rows, and from before their newest ones.
    `reached_ms` is the moment before which all of the file at work was said to have come.
    """

    job: Job
    state: EngineState
    position: Position
    quality: Quality
    kernels: Kernels
    recorder: FlightRecorder | None = None
    suspects: Suspects = NO_SUSPECTS
    sink: Sink | None = None
    on_wait: OnWait = do_nothing
    is_growing: bool = False
    reached_ms: int = NO_MOMENT

    @property
    def keeps_time(self) -> bool:
        """Whether there is somebody to take columns of heat and keyframes."""
        return keeps_time(self.job, self.sink)

    def begin_file(self, file: DayFile) -> None:
        """Tell all that keep something file by file that `file` begins."""
        self.reached_ms = NO_MOMENT
        self.state.begin_file()
        if self.sink is not None:
            self.sink.begin_file(file)

    def reach(self, moment_ms: int) -> None:
        """Tell the sink that all before `moment_ms` has come, as far as that can be known."""
        if self.is_growing:
            moment_ms -= HELD_BACK_MS
        self.reached_ms = max(self.reached_ms, moment_ms)
        if self.sink is not None:
            self.sink.reach(moment_ms)

    def take_position(self) -> None:
        """Take note of how far the state has come."""
        state, position = self.state, self.position
        position.book_rows = state.book_rows
        position.trades = state.trades
        if state.newest_ms is not None:
            position.data_time_ms = state.newest_ms
        if state.newest_book_ms is not None:
            position.book_time_ms = state.newest_book_ms
