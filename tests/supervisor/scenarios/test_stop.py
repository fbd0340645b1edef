"""Scenarios 12, 13, 16 and 17: a stop is complete and takes at most 4 s."""

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.supervisor.harness import ROOT, Run, is_gone, wait_until


def test_12_ignored_term_ends_in_kill_within_4_s(run: Run) -> None:
    run.start(processor=["--ignore-term"], visualizer=["--ignore-term"])
    run.wait_ready()
    began = time.monotonic()
    assert run.stop() == 0
    assert time.monotonic() - began <= 4.0
    assert len(run.events("killing")) == 2


def test_13_ctrl_c_through_a_pty_twice_leaves_no_orphan(run: Run) -> None:
    run.make_plan(processor=["--ignore-term"], visualizer=["--ignore-term"])
    with _on_a_terminal(run) as terminal:
        pids = run.wait_ready()
        began = time.monotonic()
        os.write(terminal, b"\x03")
        wait_until("the stop began", lambda: run.events("supervisor_stopping"))
        os.write(terminal, b"\x03")
        assert run.wait() == 130
        assert time.monotonic() - began < 3.0, "the second Ctrl-C kills now"
    assert all(is_gone(pid) for pid in pids)


def test_13b_one_ctrl_c_stops_cleanly(run: Run) -> None:
    run.make_plan()
    with _on_a_terminal(run) as terminal:
        pids = run.wait_ready()
        os.write(terminal, b"\x03")
        assert run.wait() == 130
    assert all(is_gone(pid) for pid in pids)
    assert not run.events("killing")


@pytest.mark.parametrize("kind", ["plain", "session"])
def test_16_grandchild_is_gone_after_a_stop(run: Run, kind: str) -> None:
    run.start(processor=["--grandchild", kind])
    run.wait_ready()
    grandchild = _grandchild_of(run)
    assert not is_gone(grandchild)
    assert run.stop() == 0
    assert is_gone(grandchild)


@pytest.mark.parametrize("kind", ["plain", "session"])
def test_16b_grandchild_is_gone_after_its_worker_died(run: Run, kind: str) -> None:
    run.start(processor=["--grandchild", kind])
    processor, _ = run.wait_ready()
    grandchild = _grandchild_of(run)
    os.kill(processor, signal.SIGKILL)
    wait_until("the grandchild is gone", lambda: is_gone(grandchild), 2)


@pytest.mark.parametrize("kind", ["plain", "session"])
def test_17_grandchild_that_holds_stdout_does_not_delay_the_stop(run: Run, kind: str) -> None:
    run.start(processor=["--grandchild", kind, "--ignore-term"])
    run.wait_ready()
    _grandchild_of(run)
    began = time.monotonic()
    assert run.stop() == 0
    assert time.monotonic() - began <= 4.0


def test_stopped_worker_sees_the_stop(run: Run) -> None:
    run.start()
    processor, _ = run.wait_ready()
    os.kill(processor, signal.SIGSTOP)
    began = time.monotonic()
    assert run.stop() == 0
    assert time.monotonic() - began < 3.0
    assert not run.events("killing")


def test_hangup_stops(run: Run) -> None:
    run.start()
    run.wait_ready()
    run.signal(signal.SIGHUP)
    assert run.wait() == 0


def test_stop_during_a_backoff_starts_nobody(run: Run) -> None:
    run.start(
        processor=["--exit-after", "0", "--exit-code", "1"],
        policy={"backoff_first_s": 30.0, "backoff_jitter": 0.0},
    )
    run.wait_for("processor", "BACKOFF")
    assert run.stop() == 0
    assert len(run.events("starting", "processor")) == 1


def _grandchild_of(run: Run) -> int:
    def look() -> int | None:
        words = run.log("processor").split()
        return int(words[words.index("grandchild") + 1]) if "grandchild" in words else None

    return wait_until("the grandchild runs", look)


@contextmanager
def _on_a_terminal(run: Run) -> Iterator[int]:
    """Start the run with a new terminal as its own, so that Ctrl-C goes to its whole group."""
    ours, theirs = pty.openpty()
    adopt = (
        "import fcntl, os, sys, termios;"
        "fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
        "os.execv(sys.argv[1], sys.argv[1:])"
    )
    run.popen = subprocess.Popen(
        [sys.executable, "-c", adopt, *run.command],
        cwd=ROOT,
        env=run.environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    fcntl.fcntl(ours, fcntl.F_SETFL, os.O_NONBLOCK)
    assert termios.tcgetattr(ours)[3] & termios.ISIG, "the terminal turns Ctrl-C into SIGINT"
    try:
        yield ours
    finally:
        os.close(ours)
