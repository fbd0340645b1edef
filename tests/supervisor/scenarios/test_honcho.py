"""Scenario 26: under honcho, which ends its entries in its own ways."""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.supervisor.harness import ROOT, Run, wait_until

HONCHO = Path(sys.executable).with_name("honcho")


@pytest.fixture
def under_honcho(run: Run, tmp_path: Path) -> Run:
    """Start the run by a Procfile of its own; `run.popen` is honcho."""
    run.make_plan(processor=["--grandchild", "session"], is_tied_to_launcher=True)
    procfile = tmp_path / "Procfile"
    procfile.write_text(f"supervisor: exec {shlex.join(run.command)}\n", "utf-8")
    with run.console_path.open("wb") as console:
        run.popen = subprocess.Popen(
            [str(HONCHO), "start", "-f", str(procfile), "-d", str(ROOT)],
            env=run.environment,
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            start_new_session=True,
        )
    run.wait_ready()
    return run


def test_26_ctrl_c_at_honcho_leaves_nothing(under_honcho: Run) -> None:
    supervisor = psutil.Process(under_honcho.status()["pid"])
    os.killpg(under_honcho.pid, signal.SIGINT)  # as a terminal does, to honcho's whole group
    assert under_honcho.wait(8) == 130
    assert not supervisor.is_running()
    assert not under_honcho.family()
    assert "SIGKILL" not in under_honcho.console, "honcho did not have to kill"


def test_26b_killed_honcho_leaves_nothing(under_honcho: Run) -> None:
    supervisor = psutil.Process(under_honcho.status()["pid"])
    helper = supervisor.parent()
    under_honcho.signal(signal.SIGKILL)
    under_honcho.wait()
    wait_until("the supervisor is gone", lambda: not supervisor.is_running(), 8)
    wait_until("its workers are gone", lambda: not under_honcho.family(), 1)
    wait_until("honcho's helper is gone", lambda: not helper.is_running(), 8)
