"""Run the real supervisor on small workers; the plan comes as one JSON argument."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import click

from shared.errors import OrderflowError
from shared.job import Job, TimeRange
from supervisor.files.file_watch import FileWatch
from supervisor.policy.restart_policy import RestartPolicy
from supervisor.processes import launcher, worker_process
from supervisor.processes.worker_spec import WORKERS
from supervisor.run import RunPlan, supervise

HERE = Path(__file__).parent


def main() -> int:
    """Supervise as the first argument says."""
    asked = json.loads(sys.argv[1])
    plan = RunPlan(
        job=Job(
            instrument="TEST-USDT",
            time_range=TimeRange(0, 1),
            data_dir=Path(),
            run_dir=Path(asked["run_dir"]),
            window_seconds=60,
            depth_levels=50,
        ),
        port=asked.get("port", 0),
        policy=RestartPolicy(**asked.get("policy", {})),
        is_tied_to_launcher=asked.get("is_tied_to_launcher", False),
    )
    work = (sys.executable, str(HERE / "working.py"), *asked["processor"])
    serve = (sys.executable, str(HERE / "serving.py"), *asked["visualizer"])
    processor, visualizer = (spec for spec in WORKERS if spec.name != "recorder")
    specs = [
        replace(processor, command=lambda _: tuple(asked.get("processor_command") or work)),
        replace(visualizer, command=lambda _: serve),
    ]
    if asked.get("without_pidfd"):
        for module in (worker_process, launcher):
            module.open_pidfd = lambda _pid: None  # as on a platform that has none
    if asked.get("broken_part"):
        FileWatch.tick = _raise  # a bug of our own
    try:
        return supervise(plan, specs)
    except OrderflowError as error:
        click.echo(f"Error: {error}", err=True)
        return error.exit_code


def _raise(*_arguments: object) -> NoReturn:
    raise RuntimeError("a bug of our own")


if __name__ == "__main__":
    sys.exit(main())
