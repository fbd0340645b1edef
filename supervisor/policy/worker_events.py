"""What can happen to a worker, and what the policy can ask the shell to do about it."""

from dataclasses import dataclass
from enum import Enum, auto

from shared.event_kind import EventKind
from shared.run_files.supervisor_status import WorkerState


@dataclass(frozen=True, slots=True)
class StartAsked:
    """The supervisor wants the worker to run."""


@dataclass(frozen=True, slots=True)
class SpawnFailed:
    """The operating system refused to start the process."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The process is gone: by itself with a code, or by a signal."""

    exit_code: int | None = None
    signal: str | None = None


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The work loop wrote a heartbeat."""


@dataclass(frozen=True, slots=True)
class ProbeAnswered:
    """The worker answered its health probe with its own boot id."""


@dataclass(frozen=True, slots=True)
class ProbeFailed:
    """The worker did not answer its health probe, or not as itself."""

    reason: str


@dataclass(frozen=True, slots=True)
class MemorySeen:
    """The resident memory of the worker's process tree was measured."""

    rss_bytes: int


@dataclass(frozen=True, slots=True)
class LoopGap:
    """The supervisor itself did not run for `seconds`: laptop asleep, SIGSTOP, a stalled disk."""

    seconds: float


@dataclass(frozen=True, slots=True)
class RestartAsked:
    """A user wants the worker started afresh, its failures forgotten."""


@dataclass(frozen=True, slots=True)
class StopAsked:
    """The run ends: stop the worker, for good."""


@dataclass(frozen=True, slots=True)
class KillAsked:
    """The run ends now: no more waiting for the worker."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed; only deadlines are looked at."""


WorkerEvent = (
    StartAsked
    | SpawnFailed
    | Ended
    | Heartbeat
    | ProbeAnswered
    | ProbeFailed
    | MemorySeen
    | LoopGap
    | RestartAsked
    | StopAsked
    | KillAsked
    | Tick
)


class Do(Enum):
    """What the shell must do to the worker's process."""

    SPAWN = auto()
    TERMINATE = auto()
    ABORT = auto()
    KILL = auto()


@dataclass(frozen=True, slots=True)
class Report:
    """A line for the status log.

    It tells of the state before the decision, or before the report that follows another, and of
    the state `to`, which is the one after the decision unless said otherwise.
    """

    kind: EventKind
    reason: str
    next_delay_s: float | None = None
    to: WorkerState | None = None


Action = Do | Report
