"""Run the real supervisor on small workers; the plan comes as one JSON argument."""

import json
import sys
from pathlib import Path

import click

from shared.errors import OrderflowError
from shared.run_directory import RunDirectory
from supervisor.restart_policy import RestartPolicy
from supervisor.run import RunPlan, supervise
from supervisor.worker_record import Liveness, RestartOn
from supervisor.worker_spec import PROCESSOR, VISUALIZER, WorkerSpec

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
        processor = WorkerSpec(
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
        return [processor, page]

    try:
        return supervise(plan, make_specs)
    except OrderflowError as error:
        click.echo(f"Error: {error}", err=True)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
