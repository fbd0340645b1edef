"""Scenarios 21, 22 and 27: floods, full disks and a thousand restarts."""

import contextlib
import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.supervisor.harness import FAST, Run, status_of, wait_until


def test_21_flood_of_100_mb_is_drained_and_rotated(run: Run) -> None:
    run.start(processor=["--flood-bytes", "100000000"])
    processor, page = run.wait_ready()
    assert run.status() is not None
    wait_until("all logs are there", lambda: (run.run_dir.logs / "processor.log.4").exists(), 60)
    # The flood is over when the worker works again, and so publishes heartbeats of its own.
    wait_until("the flood is over", lambda: "x" * 99 in run.log("processor"), 30)
    logs = list(run.run_dir.logs.glob("processor.log*"))
    assert len(logs) == 5
    assert all(path.stat().st_size <= 10_000_000 for path in logs)
    assert (run.worker("processor")["pid"], run.worker("visualizer")["pid"]) == (processor, page)
    line = run.log("processor").splitlines()[0]
    assert " processor | xxx" in line


@contextlib.contextmanager
def _full_disk(run: Run) -> Iterator[None]:
    """A file system of its own for the run, full while the context lasts."""
    ballast = run.run_dir.root / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 512)
    try:
        yield
    finally:
        ballast.unlink()


@pytest.fixture
def small_disk(run: Run) -> Iterator[Path]:
    """Mount a file system of 512 KB as the run directory."""
    root = run.run_dir.root
    root.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "none", str(root)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a small file system takes root")
    yield root
    run.clean_up()
    subprocess.run(["umount", "-l", str(root)], check=True)


@pytest.mark.patient
def test_22_full_disk_is_counted_and_stops_nobody(run: Run, small_disk: Path) -> None:
    # A processor that ends all the time has a long story to tell.
    policy = {**FAST, "max_failures_in_a_row": 10_000, "max_failures_per_hour": 10_000}
    run.start(processor_command=["/bin/false"], visualizer=["--chatter"], policy=policy)
    page = run.wait_for("visualizer", "RUNNING")["pid"]
    with _full_disk(run):
        for counter in ("lost_status_writes", "lost_log_lines", "lost_events"):
            wait_until(f"{counter} counts", lambda name=counter: _lost(run, name) > 0)
        _wait_for_restarts(run, run.worker("processor")["restarts"] + 5)
        assert run.worker("visualizer")["pid"] == page
    told = len(run.events())
    wait_until("events are written again", lambda: len(run.events()) > told)


def test_22b_unwritable_files_are_counted_and_stop_nobody(run: Run) -> None:
    # No root needed: no regular file of the supervisor may grow any more.
    run.start(visualizer=["--chatter"])
    pids = run.wait_ready()
    psutil.Process(run.pid).rlimit(psutil.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    wait_until("status writes are counted", lambda: _lost(run, "lost_status_writes") > 0)
    wait_until("log lines are counted", lambda: _lost(run, "lost_log_lines") > 0)
    assert run.wait_ready() == pids


def test_closed_console_is_counted_and_stops_nobody(run: Run) -> None:
    reading, writing = os.pipe()
    run.make_plan()
    run.popen = subprocess.Popen(
        run.command, env=run.environment, stdout=writing, stderr=writing, start_new_session=True
    )
    os.close(writing)
    pids = run.wait_ready()
    os.close(reading)
    os.kill(pids[0], signal.SIGKILL)
    run.wait_for_new_pid("processor", pids[0])
    assert run.worker("visualizer")["pid"] == pids[1]
    status = run.status()
    assert status is not None
    assert status["lost_console_lines"] > 0


def test_supervisor_without_a_console_at_all_prints_into_no_file(run: Run) -> None:
    run.make_plan()
    closed = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"]
    run.popen = subprocess.Popen(
        [*closed, *run.command], env=run.environment, start_new_session=True
    )
    run.wait_ready()
    assert run.run_dir.lock.read_text() == f"{run.pid}\n"
    assert run.stop() == 0
    assert run.run_dir.lock.read_text() == f"{run.pid}\n"


def test_console_that_nobody_reads_blocks_nobody(run: Run) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 4096)
    os.set_blocking(writing, True)
    run.make_plan()
    run.popen = subprocess.Popen(
        run.command, env=run.environment, stderr=writing, start_new_session=True
    )
    run.wait_ready()
    os.close(reading)
    os.close(writing)


def test_27_a_thousand_restarts_leave_no_descriptor_and_no_zombie(run: Run) -> None:
    policy = {
        "backoff_first_s": 0.0,
        "max_failures_in_a_row": 10_000,
        "max_failures_per_hour": 10_000,
    }
    run.start(processor_command=["/bin/false"], policy=policy)
    supervisor = psutil.Process(run.pid)
    _wait_for_restarts(run, 50)
    before = supervisor.num_fds()
    _wait_for_restarts(run, 1050)
    # Our own questions and a worker between two lives hold a few, now and then.
    wait_until(f"no more than {before} descriptors", lambda: supervisor.num_fds() <= before)
    zombies = [c for c in supervisor.children() if status_of(c.pid) == psutil.STATUS_ZOMBIE]
    assert len(zombies) <= 1
    assert run.wait_for("visualizer", "RUNNING")["restarts"] == 0


def _wait_for_restarts(run: Run, count: int) -> None:
    wait_until(f"{count} restarts", lambda: run.worker("processor").get("restarts", 0) > count, 90)


def _lost(run: Run, counter: str) -> int:
    return int((run.status() or {}).get(counter, 0))
