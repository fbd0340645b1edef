"""What a run may not be made of."""

import contextlib
import socket
from pathlib import Path

import pytest

from shared.job import Job, TimeRange
from shared.run_files.run_directory import RunDirectory
from shared.run_files.run_lock import Role, RunLock
from supervisor.health.page_endpoint import PageEndpoint
from supervisor.processes.worker_spec import WORKERS, Assignment
from supervisor.run_setup import RunSetup

JOB = Job("BTC-USDT", TimeRange(0, 60_000), Path("data"), Path("run"), 60, 50)


def test_two_workers_of_one_name_are_refused(tmp_path: Path) -> None:
    run_dir = RunDirectory(tmp_path)
    with (
        contextlib.closing(RunLock(run_dir, Role.SUPERVISOR)) as lock,
        socket.socket() as listener,
        pytest.raises(ValueError, match="found recorder, processor, visualizer, recorder"),
    ):
        RunSetup(
            run_dir=run_dir,
            lock=lock,
            boot_id="b",
            specs=[*WORKERS, WORKERS[0]],
            assignment=Assignment(JOB, "127.0.0.1", 8050, 500),
            page=PageEndpoint(listener, "http://localhost:8050/", "localhost:8050"),
        )
