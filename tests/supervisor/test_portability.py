"""What stands in where the platform has neither pidfd nor parent-death signal."""

import os
import signal
import subprocess
import sys
import time

import pytest

from shared import worker_link
from tests.supervisor.harness import ROOT, Run, is_gone, wait_until

WORKING = str(ROOT / "tests" / "supervisor" / "workers" / "working.py")


def test_death_is_noticed_at_once_without_pidfd(run: Run) -> None:
    run.start(without_pidfd=True, policy={"backoff_first_s": 0.0})
    processor, page = run.wait_ready()
    killed_at = time.monotonic()
    os.kill(processor, signal.SIGKILL)
    run.wait_for_new_pid("processor", processor)
    assert time.monotonic() - killed_at < 0.5, "by SIGCHLD, not by the next look"
    assert run.worker("visualizer")["pid"] == page


@pytest.mark.parametrize("without_pidfd", [False, True], ids=["pidfd", "no pidfd"])
def test_run_tied_to_its_launcher_ends_with_it(run: Run, without_pidfd: bool) -> None:
    run.make_plan(is_tied_to_launcher=True, without_pidfd=without_pidfd)
    launcher = subprocess.Popen(
        ["sh", "-c", '"$@" & wait', "sh", *run.command],
        cwd=ROOT,
        env=run.environment,
        start_new_session=True,
    )
    pids = run.wait_ready()
    supervisor = (run.status() or {})["pid"]
    launcher.kill()
    launcher.wait()
    wait_until("the supervisor is gone", lambda: is_gone(supervisor), 8)
    assert all(is_gone(pid) for pid in pids)
    assert run.events("supervisor_stopping")[0]["reason"] == "the launcher is gone"


def test_worker_without_parent_death_signal_ends_with_its_group_at_the_pipe_s_end() -> None:
    lifeline, supervisor_s_end = os.pipe()
    worker = subprocess.Popen(
        [sys.executable, WORKING, "--without-prctl", "--grandchild", "plain"],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            worker_link.SUPERVISOR_PID: str(os.getpid()),
            worker_link.LIFELINE_FD: str(lifeline),
        },
        pass_fds=[lifeline],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    os.close(lifeline)
    assert worker.stdout is not None
    with worker.stdout:
        grandchild = int(worker.stdout.readline().split()[1])
        assert not is_gone(grandchild)
        os.close(supervisor_s_end)
        assert worker.wait(5) != 0
        wait_until("the grandchild is gone", lambda: is_gone(grandchild), 2)


def test_worker_whose_supervisor_died_before_it_looked_ends_at_once() -> None:
    worker = subprocess.run(
        [sys.executable, WORKING],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), worker_link.SUPERVISOR_PID: "1"},
        timeout=20,
        check=False,
    )
    assert worker.returncode == 1
