"""The record of running processes, and who is ended by it: whatever it holds, nobody else."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, given, settings

from shared.worker_link import FAMILY
from supervisor.processes import leftovers
from supervisor.processes.leftovers import (
    Leftovers,
    RunningProcess,
    RunningRecord,
    find_leftovers,
)
from tests.supervisor.harness import OWN_FAMILY, wait_until
from tests.supervisor.junk import HUGE, HUGE_IDS, damaged


@pytest.fixture
def leftover() -> Iterator[RunningProcess]:
    """A process that a killed supervisor might have left."""
    popen = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"],
        env={**os.environ, FAMILY: f"{OWN_FAMILY}/b1"},
        start_new_session=True,
    )
    process = psutil.Process(popen.pid)
    wait_until("the kernel shows its environment", lambda: FAMILY in process.environ())
    yield RunningProcess(popen.pid, psutil.Process(popen.pid).create_time(), "b1")
    popen.kill()
    popen.wait(10)


def test_what_was_recorded_and_still_runs_is_ended(
    leftover: RunningProcess, tmp_path: Path
) -> None:
    path = tmp_path / "workers.json"
    assert RunningRecord(path).update([leftover])
    found = find_leftovers(path)
    assert (found.orphans, found.owner_pid) == ((leftover,), None)
    found.end()
    assert psutil.Process(leftover.pid).wait(10) == -signal.SIGKILL


@pytest.mark.parametrize(
    "change",
    [{"pid": "41"}, {"pid": True}, {"pid": 0}, {"pid": 1}, {"pid": -1}, {"create_time": None}],
    ids=str,
)
def test_a_record_with_one_wrong_entry_ends_nobody(
    leftover: RunningProcess, tmp_path: Path, change: dict[str, object]
) -> None:
    entry = {
        "pid": leftover.pid,
        "create_time": leftover.create_time,
        "boot_id": leftover.boot_id,
    }
    (tmp_path / "workers.json").write_text(json.dumps([entry, {**entry, **change}]))
    assert find_leftovers(tmp_path / "workers.json") == Leftovers()
    assert psutil.Process(leftover.pid).is_running()


def test_an_absent_record_ends_nobody(tmp_path: Path) -> None:
    assert find_leftovers(tmp_path / "workers.json") == Leftovers()


def test_a_record_is_only_written_when_it_changed_and_again_after_a_failure(
    tmp_path: Path,
) -> None:
    path = tmp_path / "run" / "workers.json"
    record, running = RunningRecord(path), [RunningProcess(41, 1.5, "b1")]
    assert not record.update(running), "there is no such folder"
    path.parent.mkdir()
    assert record.update(running)
    path.unlink()
    assert record.update(running)
    assert not path.exists()


@pytest.mark.parametrize("lose", [Path.unlink, lambda path: path.write_bytes(b"another's")])
def test_a_record_that_somebody_deleted_or_replaced_is_written_anew_after_a_look(
    tmp_path: Path, lose: Callable[[Path], object]
) -> None:
    path = tmp_path / "workers.json"
    record, running = RunningRecord(path), [RunningProcess(41, 1.5, "b1")]
    record.update(running)
    written = path.read_bytes()
    lose(path)
    record.look()
    assert record.update(running)
    assert path.read_bytes() == written


def test_one_whose_supervisor_lives_is_left_alone_and_the_supervisor_named(
    leftover: RunningProcess, tmp_path: Path
) -> None:
    path = tmp_path / "workers.json"
    ours = replace(
        leftover,
        supervisor_pid=os.getpid(),
        supervisor_create_time=psutil.Process().create_time(),
    )
    RunningRecord(path).update([ours])
    found = find_leftovers(path)
    assert (found.orphans, found.owner_pid) == ((), os.getpid())
    found.end()
    assert psutil.Process(leftover.pid).is_running()


def test_one_whose_supervisor_s_pid_is_a_stranger_s_now_is_ended(
    leftover: RunningProcess, tmp_path: Path
) -> None:
    path = tmp_path / "workers.json"
    lost = replace(leftover, supervisor_pid=os.getpid(), supervisor_create_time=1.5)
    RunningRecord(path).update([lost])
    assert find_leftovers(path).orphans == (lost,)


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Whom `end_leftovers` would have killed."""
    groups: list[int] = []
    monkeypatch.setattr(leftovers.os, "killpg", lambda group, _signal: groups.append(group))
    return groups


OURSELVES = {"pid": os.getpid(), "create_time": 1.5, "boot_id": "b1"}


@given(damaged([OURSELVES, {"pid": 2**31, "create_time": 2.5, "boot_id": ""}]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_damaged_record_ends_nobody(tmp_path: Path, killed: list[int], content: bytes) -> None:
    (tmp_path / "workers.json").write_bytes(content)
    find_leftovers(tmp_path / "workers.json").end()
    assert killed == []


@pytest.mark.parametrize("junk", HUGE, ids=HUGE_IDS)
def test_ten_megabytes_of_junk_end_nobody(tmp_path: Path, killed: list[int], junk: bytes) -> None:
    (tmp_path / "workers.json").write_bytes(junk)
    assert find_leftovers(tmp_path / "workers.json") == Leftovers()
    assert killed == []
