"""`orderflow-supervise` as it is, with three small workers in its list."""

import sys
from pathlib import Path

from supervisor.policy.worker_record import Liveness, RestartOn
from supervisor.processes import worker_spec
from supervisor.processes.worker_spec import WorkerSpec

HERE = Path(__file__).parent


def _working(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, str(HERE / "working.py"), *arguments)


worker_spec.WORKERS = (
    WorkerSpec(
        name="calculator",
        command=lambda _: _working("--first-words", "calculating"),
        restart_on=RestartOn.FAILURE,
        liveness=Liveness.HEARTBEAT,
        publishes_files=True,
    ),
    WorkerSpec(
        name="window",
        command=lambda _: (sys.executable, str(HERE / "serving.py")),
        restart_on=RestartOn.ALWAYS,
        liveness=Liveness.PROBE,
        is_given_listener=True,
    ),
    WorkerSpec(
        name="recorder",
        command=lambda told: _working("--first-words", f"recording {told.job.instrument}"),
        restart_on=RestartOn.ALWAYS,
        liveness=Liveness.HEARTBEAT,
    ),
)

from supervisor.main import main  # noqa: E402 - it takes its choices from the list

if __name__ == "__main__":
    main()
