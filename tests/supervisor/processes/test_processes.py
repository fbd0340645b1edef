"""Small real processes: measured, followed to their end, started and collected."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from shared.worker_link import FAMILY
from supervisor.loop.descriptors import close_quietly, read_available
from supervisor.loop.event_loop import EventLoop
from supervisor.policy.worker_events import Ended
from supervisor.processes.guardian import Guardian
from supervisor.processes.launcher import LauncherTie, find_launchers
from supervisor.processes.memory import own_rss_bytes, tree_rss_bytes
from supervisor.processes.strays import Strays, children
from supervisor.processes.worker_process import WorkerProcess, spawn
from tests.supervisor.harness import OWN_FAMILY, is_gone, wait_until

SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    popen = subprocess.Popen(
        SLEEP, env={**os.environ, FAMILY: f"{OWN_FAMILY}/b1"}, start_new_session=True
    )
    yield popen
    popen.kill()
    popen.wait(10)


@pytest.fixture
def lifeline() -> Iterator[int]:
    reading, writing = os.pipe()
    yield reading
    close_quietly(reading, writing)


def start(lifeline_fd: int, *command: str) -> WorkerProcess:
    return spawn(command, {"TOLD": "yes"}, OWN_FAMILY, 0.0, lifeline_fd, None)


@pytest.mark.parametrize(
    ("code", "ended"),
    [
        ("raise SystemExit(3)", Ended(exit_code=3)),
        ("import os; os.kill(os.getpid(), 9)", Ended(signal="SIGKILL")),
    ],
)
def test_how_a_process_ended_is_told(lifeline: int, code: str, ended: Ended) -> None:
    process = start(lifeline, sys.executable, "-c", code)
    wait_until("it has ended", process.has_ended, 10)
    assert process.collect() == ended
    process.close()


def test_a_worker_leads_a_session_of_its_own_and_carries_the_family_s_mark(lifeline: int) -> None:
    told = f"import os; print(os.environ['{FAMILY}'], os.environ['TOLD'], os.getsid(0))"
    process = start(lifeline, sys.executable, "-c", told)
    wait_until("it has ended", process.has_ended, 10)
    process.collect()
    output = read_available(process.output_fd, 1000) or b""
    assert output.decode().split() == [f"{OWN_FAMILY}/{process.boot_id}", "yes", f"{process.pid}"]
    process.signal(signal.SIGTERM)  # nobody there is no error
    process.close()


def test_a_command_that_is_none_leaves_no_descriptor(lifeline: int) -> None:
    before = psutil.Process().num_fds()
    with pytest.raises(FileNotFoundError):
        start(lifeline, "/no/such/command")
    assert psutil.Process().num_fds() == before


def test_memory_is_that_of_the_whole_tree(sleeper: subprocess.Popen[bytes]) -> None:
    alone = tree_rss_bytes(sleeper.pid)
    assert alone is not None
    assert 0 < alone < own_rss_bytes() * 10
    both = tree_rss_bytes(os.getpid())
    assert both is not None
    assert both > alone
    sleeper.kill()
    sleeper.wait(10)
    assert tree_rss_bytes(sleeper.pid) is None


def test_the_end_of_a_launcher_is_told_once(sleeper: subprocess.Popen[bytes]) -> None:
    told: list[str] = []
    loop = EventLoop(lambda error: pytest.fail(repr(error)))
    tie = LauncherTie(loop, (psutil.Process(sleeper.pid),), lambda: told.append("gone"))
    tie.check()
    assert told == []
    sleeper.kill()
    sleeper.wait(10)

    def is_told() -> bool:
        loop.run_once(0.05)
        tie.check()
        return bool(told)

    wait_until("it is told", is_told, 10)
    tie.check()
    assert told == ["gone"]
    tie.close()
    loop.close()


def test_launchers_are_the_parent_and_its_parent() -> None:
    assert [process.pid for process in find_launchers()][:1] == [
        pid for pid in [os.getppid()] if pid > 1
    ]


def test_a_guardian_that_is_gone_is_started_again_and_ends_the_family_with_us(
    sleeper: subprocess.Popen[bytes],
) -> None:
    guardian = Guardian(OWN_FAMILY)
    guardian.start()
    first = guardian.pid
    assert first is not None
    assert not guardian.check()
    os.kill(first, signal.SIGKILL)
    wait_until("a new one is there", guardian.check, 10)
    assert guardian.pid != first
    assert sleeper.poll() is None
    guardian.close()
    assert sleeper.wait(10) == -signal.SIGKILL, "it carries the family's mark"


def test_strays_of_an_ended_worker_are_ended_and_others_are_not(
    sleeper: subprocess.Popen[bytes],
) -> None:
    other = subprocess.Popen(SLEEP, env={**os.environ, FAMILY: f"{OWN_FAMILY}/b2"})
    assert {sleeper.pid, other.pid} <= children()
    strays = Strays(lambda: children() - {sleeper.pid, other.pid})
    assert not strays.is_hunting
    strays.expect(f"{OWN_FAMILY}/b1")

    def is_over() -> bool:
        strays.hunt()
        return not strays.is_hunting

    wait_until("the hunt is over", is_over, 10)
    assert is_gone(sleeper.pid)
    assert other.poll() is None
    sleeper.returncode = other.returncode  # collected by the hunt already
    other.kill()
    other.wait(10)


def test_a_pipe_has_bytes_or_none_yet_or_an_end() -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    assert read_available(reading, 10) == b""
    os.write(writing, b"abc")
    assert read_available(reading, 2) == b"ab"
    close_quietly(writing, None)
    assert (read_available(reading, 10), read_available(reading, 10)) == (b"c", None)
    close_quietly(reading, reading)
    assert read_available(reading, 10) is None
