"""Scenarios 14, 15 and 18 to 20: the supervisor's own end, and others in its place."""

import os
import select
import signal
import socket
import subprocess
import sys
import time

import orjson
import psutil
import pytest

from shared.worker_link import FAMILY
from supervisor.processes.guardian import SCRIPT
from supervisor.processes.worker_process import open_pidfd
from tests.supervisor.harness import Run, command_of, is_gone, wait_until
from tests.support.ports import free_port


@pytest.mark.parametrize("kind", ["plain", "session"])
def test_14_killed_supervisor_takes_all_with_it_within_100_ms(run: Run, kind: str) -> None:
    run.start(processor=["--grandchild", kind])
    run.wait_ready()
    victims = wait_until("three in the family", lambda: len(f := run.family()) == 3 and f)
    ends = [fd for process in victims if (fd := open_pidfd(process.pid)) is not None]
    assert len(ends) == 3
    killed_at = time.monotonic()
    run.signal(signal.SIGKILL)
    took = [_seconds_until_readable(fd, killed_at) for fd in ends]
    run.wait()
    assert max(took) <= 0.1, took


def test_15_start_after_a_kill_is_clean(run: Run) -> None:
    port = free_port()
    run.start(processor=["--grandchild", "plain"], port=port)
    before = run.wait_ready()
    run.signal(signal.SIGKILL)
    run.wait()
    run.launch()
    wait_until("the new supervisor answers", lambda: (run.status() or {}).get("pid") == run.pid)
    after = run.wait_ready()
    assert not set(before) & set(after)
    assert all(is_gone(pid) for pid in before)
    assert not run.events("backoff")


def test_18_second_supervisor_exits_75_and_names_the_first(run: Run) -> None:
    run.start()
    pids = run.wait_ready()
    second = subprocess.run(
        run.command, env=run.environment, capture_output=True, text=True, timeout=20, check=False
    )
    assert second.returncode == 75
    assert f"pid {run.pid}" in second.stderr
    assert run.wait_ready() == pids


@pytest.mark.parametrize("differs", ["create_time", "boot_id"])
def test_19_stranger_with_a_recorded_pid_lives(run: Run, differs: str) -> None:
    stranger = _sleeper("somebody/its-own-id")
    try:
        _record(
            run,
            stranger,
            create_time=0.0 if differs == "create_time" else 1.0,
            boot_id="another-id" if differs == "boot_id" else "its-own-id",
        )
        run.start()
        run.wait_ready()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_19b_recorded_leftover_is_ended(run: Run) -> None:
    leftover = _sleeper("an-earlier-supervisor/its-own-id")
    _record(run, leftover, create_time=1.0, boot_id="its-own-id")
    run.start()
    assert leftover.wait(20) == -signal.SIGKILL
    run.wait_ready()


def test_20_foreign_server_on_the_port_is_named_and_nothing_starts(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as foreign:
        port = foreign.getsockname()[1]
        run.start(port=port)
        assert run.wait() == 69
    assert f"port {port}" in run.console
    assert f"pid {os.getpid()}" in run.console
    assert not run.run_dir.events.exists()
    assert not run.run_dir.supervisor_status.exists()


def test_bug_in_one_part_is_told_and_ends_no_worker(run: Run) -> None:
    run.start(broken_part=True)
    processor, page = run.wait_ready()
    [error] = wait_until("it is told", lambda: run.events("internal_error"))[:1]
    assert "a bug of our own" in error["reason"]
    assert "Traceback" in error["detail"]
    os.kill(processor, signal.SIGKILL)
    run.wait_for_new_pid("processor", processor)
    assert run.worker("visualizer")["pid"] == page


def test_guardian_that_was_killed_is_started_again(run: Run) -> None:
    run.start()
    run.wait_ready()
    [guardian] = [
        child
        for child in psutil.Process(run.pid).children()
        if any(SCRIPT.name in argument for argument in command_of(child))
    ]
    guardian.kill()
    wait_until("a new guardian", lambda: run.events("guardian_restarted"))


def _seconds_until_readable(descriptor: int, since: float) -> float:
    readable, _, _ = select.select([descriptor], [], [], 10)
    os.close(descriptor)
    assert readable, "still alive after 10 s"
    return time.monotonic() - since


def _sleeper(family: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"],
        env={**os.environ, FAMILY: family},
        start_new_session=True,
    )


def _record(run: Run, process: subprocess.Popen[bytes], create_time: float, boot_id: str) -> None:
    """Write what a killed supervisor would have left; `create_time` 1 stands for the true one."""
    run.run_dir.create()
    real = psutil.Process(process.pid).create_time()
    entry = {
        "pid": process.pid,
        "create_time": real if create_time else real - 3600,
        "boot_id": boot_id,
    }
    run.run_dir.running.write_bytes(orjson.dumps([entry]))
