"""Run the real supervisor on small workers; the plan comes as one JSON argument."""

import json
import sys
from pathlib import Path
from typing import NoReturn

import click

from shared.errors import OrderflowError
from shared.run_files.run_directory import RunDirectory
from supervisor.files.reports import PublishedFiles
from supervisor.policy.restart_policy import RestartPolicy
from supervisor.policy.worker_record import Liveness, RestartOn
from supervisor.processes import launcher, worker_process
from supervisor.processes.worker_spec import PROCESSOR, VISUALIZER, WorkerSpec
from supervisor.run import RunPlan, supervise

HERE = Path(__file__).parent


def main() -> int:
    """Supervise as the first argument says."""
    asked = json.loads(sys.argv[1])
    run_dir = RunDirectory(Path(asked["run_dir"]))
    plan = RunPlan(
        run_dir=run_dir,
        instrument="TEST-USDT",
        port=asked.get("port", 0),
        policy=RestartPolicy(**asked.get("policy", {})),
        is_tied_to_launcher=asked.get("is_tied_to_launcher", False),
    )

    def make_specs(_port: int, _token: str | None) -> list[WorkerSpec]:
        worker = WorkerSpec(
            PROCESSOR,
            tuple(
                asked.get("processor_command")
                or (sys.executable, str(HERE / "working.py"), *asked["processor"])
            ),
            RestartOn.FAILURE,
            Liveness.HEARTBEAT,
        )
        page = WorkerSpec(
            VISUALIZER,
            (sys.executable, str(HERE / "serving.py"), *asked["visualizer"]),
            RestartOn.ALWAYS,
            Liveness.PROBE,
            is_given_listener=True,
        )
        return [worker, page]

    if asked.get("without_pidfd"):
        for module in (worker_process, launcher):
            module.open_pidfd = lambda _pid: None  # as on a platform that has none
    if asked.get("broken_part"):
        PublishedFiles.changes = _raise  # a bug of our own
    try:
        return supervise(plan, make_specs)
    except OrderflowError as error:
        click.echo(f"Error: {error}", err=True)
        return error.exit_code


def _raise(_files: PublishedFiles) -> NoReturn:
    raise RuntimeError("a bug of our own")


if __name__ == "__main__":
    sys.exit(main())
