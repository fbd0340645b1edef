"""A third worker is one more entry in a list: the same loop, commands and texts know it."""

import os
import signal
import subprocess
import sys

import pytest

from tests.supervisor.harness import ROOT, Run, is_gone

NAMES = ("calculator", "window", "recorder")
THREE = ROOT / "tests" / "supervisor" / "workers" / "three.py"


@pytest.fixture
def three(run: Run) -> Run:
    """Start the real command, with three workers in its list; all of them are ready."""
    run.launch([sys.executable, str(THREE), "--port", "0", "--run-dir", str(run.run_dir.root)])
    for name in NAMES:
        run.wait_for(name, "RUNNING")
    return run


def command(run: Run, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(THREE), *arguments],
        cwd=ROOT,
        env={**run.environment, "ORDERFLOW_RUN_DIR": str(run.run_dir.root)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def pids(run: Run) -> dict[str, int]:
    return {
        worker["name"]: worker["pid"] for worker in (run.status() or {"workers": []})["workers"]
    }


def test_each_of_three_workers_is_restarted_alone(three: Run) -> None:
    for name in NAMES:
        before = pids(three)
        assert command(three, "restart", name).stdout == f"restarting {name}\n"
        three.wait_for_new_pid(name, before[name])
        three.wait_for(name, "RUNNING")
        after = pids(three)
        assert [n for n in NAMES if before[n] != after[n]] == [name]


def test_each_of_three_workers_that_is_killed_comes_back_alone(three: Run) -> None:
    for name in NAMES:
        before = pids(three)
        os.kill(before[name], signal.SIGKILL)
        three.wait_for_new_pid(name, before[name])
        three.wait_for(name, "RUNNING")
        after = pids(three)
        assert [n for n in NAMES if before[n] != after[n]] == [name]
    assert [end["worker"] for end in three.events("backoff")] == list(NAMES)


def test_the_commands_know_all_three(three: Run) -> None:
    status = command(three, "status")
    assert status.returncode == 0
    assert [line.split()[:2] for line in status.stdout.splitlines()[1:4]] == [
        [name, "RUNNING"] for name in NAMES
    ]
    assert command(three, "logs", "recorder").stdout.endswith(" recorder | recording BTC-USDT\n")
    everything = command(three, "logs").stdout
    assert " calculator | calculating\n" in everything
    assert " recorder | recording BTC-USDT\n" in everything
    story = command(three, "logs", "supervisor").stdout
    assert all(f"info  {name} is running · pid " in story for name in NAMES)
    refused = command(three, "restart", "processor")
    assert refused.returncode == 2
    assert all(f"'{name}'" in refused.stderr for name in NAMES)
    assert command(three, "restart").stdout == "restarting calculator, window, recorder\n"


def test_a_run_of_three_ends_all_three(three: Run) -> None:
    found = pids(three)
    assert three.stop() == 0
    assert sorted(event["worker"] for event in three.events("stopped")) == sorted(NAMES)
    assert all(is_gone(pid) for pid in found.values())
