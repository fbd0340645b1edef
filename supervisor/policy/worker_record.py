"""One worker as the policy sees it: a value, without process, clock or file."""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from shared.run_files.supervisor_status import WorkerState

_ALIVE = frozenset({WorkerState.STARTING, WorkerState.RUNNING, WorkerState.STOPPING})
_SETTLED = frozenset({WorkerState.STOPPED, WorkerState.EXITED, WorkerState.FATAL})


class RestartOn(StrEnum):
    """When a worker that ended is started again."""

    FAILURE = "failure"
    ALWAYS = "always"


class Liveness(StrEnum):
    """How a worker shows that it does its work."""

    HEARTBEAT = "heartbeat"
    PROBE = "probe"


class AfterStop(Enum):
    """What follows when a process that is being stopped has ended."""

    STAY = auto()
    START_AFRESH = auto()
    COUNT_AS_FAILURE = auto()


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """One worker as the policy sees it.

    `attempt` counts failures in a row, `failure_times` are those of the last hour;
    `outside_failures` in a row are what only others can mend, and count for nothing. `wake_at` is
    when a BACKOFF is over or a STOPPING process is killed. `last_sign_of_life` may lie ahead: at
    a start it is the end of the start-up allowance. `is_proven` says that this process was ready
    for `healthy_s`.
    """

    restart_on: RestartOn
    liveness: Liveness
    state: WorkerState = WorkerState.STOPPED
    is_ready: bool = False
    starts: int = 0
    attempt: int = 0
    failure_times: tuple[float, ...] = ()
    outside_failures: int = 0
    wake_at: float | None = None
    allowance_until: float = 0.0
    last_sign_of_life: float = 0.0
    ready_since: float | None = None
    is_proven: bool = False
    failed_probes: int = 0
    memory_strikes: int = 0
    after_stop: AfterStop = AfterStop.STAY
    stop_reason: str | None = None
    is_told_to_stop: bool = False

    @property
    def is_alive(self) -> bool:
        """Whether a process of this worker exists."""
        return self.state in _ALIVE

    @property
    def is_settled(self) -> bool:
        """Whether nothing will happen to this worker any more by itself."""
        return self.state in _SETTLED
