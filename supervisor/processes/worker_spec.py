"""Which workers there are: how each is started and kept. Another one is another entry here."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from shared import events
from shared.clock import from_epoch_ms
from shared.event_kind import EventKind
from shared.job import CHECKPOINT_SECONDS, Job
from supervisor.policy.worker_record import Liveness, RestartOn


@dataclass(frozen=True, slots=True)
class RecordedExchange:
    """Where what is recorded happens."""

    ws_url: str
    rest_url: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a run's workers are told: the job, and where and for whom the page is served.

    The processor notes where to go on after a crash every `checkpoint_seconds`. What happens at
    `exchange` is recorded, nothing where it is None.
    """

    job: Job
    host: str
    port: int
    poll_ms: int
    token: str | None = None
    checkpoint_seconds: float = CHECKPOINT_SECONDS
    exchange: RecordedExchange | None = None


def _no_environment(_assignment: Assignment) -> Mapping[str, str]:
    return {}


def _always(_assignment: Assignment) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """A worker: its name, how it is started, and how it is kept.

    A worker that is `given_listener` inherits the page's listening socket, and only such a one
    can be probed. The progress that one which `publishes_files` claims must show in the files.
    `environment` is added to the supervisor's own; it is where a secret belongs, which every
    user of the machine could read in a command line. A run for which it `is_wanted` has it. Where
    a number of that name in its heartbeats grows, the event in `counted` is told.
    """

    name: str
    command: Callable[[Assignment], tuple[str, ...]]
    restart_on: RestartOn
    liveness: Liveness
    is_given_listener: bool = False
    publishes_files: bool = False
    environment: Callable[[Assignment], Mapping[str, str]] = _no_environment
    is_wanted: Callable[[Assignment], bool] = _always
    counted: Mapping[str, EventKind] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.liveness is Liveness.PROBE and not self.is_given_listener:
            raise ValueError(f"{self.name}: a worker without the listening socket answers no probe")


def _recorder_command(assignment: Assignment) -> tuple[str, ...]:
    exchange = assignment.exchange
    assert exchange is not None, "it is not wanted"
    return (
        *(sys.executable, "-m", "recorder.live", "--instrument", assignment.job.instrument),
        *("--data-dir", str(assignment.job.data_dir)),
        *("--ws-url", exchange.ws_url, "--rest-url", exchange.rest_url),
    )


def _is_recorded(assignment: Assignment) -> bool:
    return assignment.exchange is not None


def _processor_command(assignment: Assignment) -> tuple[str, ...]:
    return (
        *(sys.executable, "-m", "processor.main", *_job_arguments(assignment.job)),
        *("--checkpoint-seconds", str(assignment.checkpoint_seconds)),
        *(("--follow",) if assignment.job.is_followed else ()),
    )


def _page_command(assignment: Assignment) -> tuple[str, ...]:
    return (
        *(sys.executable, "-m", "visualizer.app", *_job_arguments(assignment.job)),
        *("--host", assignment.host),
        *("--port", str(assignment.port)),
        *("--poll-ms", str(assignment.poll_ms)),
    )


def _page_environment(assignment: Assignment) -> Mapping[str, str]:
    return {"ORDERFLOW_TOKEN": assignment.token} if assignment.token else {}


def _job_arguments(job: Job) -> tuple[str, ...]:
    return (
        *("--instrument", job.instrument),
        *("--from", from_epoch_ms(job.time_range.from_ms).isoformat()),
        *("--to", from_epoch_ms(job.time_range.to_ms).isoformat()),
        *("--data-dir", str(job.data_dir)),
        *("--run-dir", str(job.run_dir)),
        *("--window-seconds", str(job.window_seconds)),
        *("--depth-levels", str(job.depth_levels)),
        *("--snapshots", str(job.snapshots)),
        *("--history", str(job.history)),
    )


WORKERS: tuple[WorkerSpec, ...] = (
    WorkerSpec(  # writes what happens at an exchange into recordings
        name="recorder",
        command=_recorder_command,
        restart_on=RestartOn.ALWAYS,
        liveness=Liveness.HEARTBEAT,
        is_wanted=_is_recorded,
        counted={
            "gaps": events.RECORDING_GAP,
            "reconnects": events.RECORDING_CUT_OFF,
            "lost_rows": events.RECORDING_LOST,
        },
    ),
    WorkerSpec(  # turns recordings into the published files
        name="processor",
        command=_processor_command,
        restart_on=RestartOn.FAILURE,
        liveness=Liveness.HEARTBEAT,
        publishes_files=True,
    ),
    WorkerSpec(  # serves the page
        name="visualizer",
        command=_page_command,
        restart_on=RestartOn.ALWAYS,
        liveness=Liveness.PROBE,
        is_given_listener=True,
        environment=_page_environment,
    ),
)
"""The workers there are, in the order in which they are started and shown."""
