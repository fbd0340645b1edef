"""Which two workers there are: their command lines and how each is kept."""

import sys
from dataclasses import dataclass, field

from shared.clock import from_epoch_ms
from shared.job import Job
from supervisor.policy.worker_record import Liveness, RestartOn

PROCESSOR = "processor"
VISUALIZER = "visualizer"


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """A worker: its name, how it is started, and when it is started again.

    `environment` is added to the supervisor's own; it is where a secret belongs, which every
    user of the machine could read in a command line.
    """

    name: str
    command: tuple[str, ...]
    restart_on: RestartOn
    liveness: Liveness
    is_given_listener: bool = False
    environment: dict[str, str] = field(default_factory=dict)


def processor_spec(job: Job) -> WorkerSpec:
    """Return the worker that turns recordings into the published files."""
    return WorkerSpec(
        name=PROCESSOR,
        command=(sys.executable, "-m", "processor.main", *_job_arguments(job)),
        restart_on=RestartOn.FAILURE,
        liveness=Liveness.HEARTBEAT,
    )


def visualizer_spec(job: Job, host: str, port: int, poll_ms: int, token: str | None) -> WorkerSpec:
    """Return the worker that serves the page on the supervisor's listening socket."""
    page_arguments = ("--host", host, "--port", str(port), "--poll-ms", str(poll_ms))
    return WorkerSpec(
        name=VISUALIZER,
        command=(sys.executable, "-m", "visualizer.app", *_job_arguments(job), *page_arguments),
        restart_on=RestartOn.ALWAYS,
        liveness=Liveness.PROBE,
        is_given_listener=True,
        environment={"ORDERFLOW_TOKEN": token} if token else {},
    )


def _job_arguments(job: Job) -> tuple[str, ...]:
    return (
        "--instrument",
        job.instrument,
        "--from",
        from_epoch_ms(job.time_range.from_ms).isoformat(),
        "--to",
        from_epoch_ms(job.time_range.to_ms).isoformat(),
        "--data-dir",
        str(job.data_dir),
        "--run-dir",
        str(job.run_dir),
        "--window-seconds",
        str(job.window_seconds),
        "--depth-levels",
        str(job.depth_levels),
    )
