"""One writer a run directory, whatever becomes of the files in it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.errors import RunDirectoryError
from shared.run_files import run_lock
from shared.run_files.run_directory import RunDirectory
from shared.run_files.run_lock import (
    AlreadyRunningError,
    Holder,
    LockState,
    Role,
    RunLock,
    find_holder,
)


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    run = RunDirectory(tmp_path / "run")
    run.create()
    return run


@contextmanager
def held(run: RunDirectory, role: Role = Role.SUPERVISOR) -> Iterator[RunLock]:
    lock = RunLock(run, role)
    try:
        yield lock
    finally:
        lock.close()


def test_the_second_is_told_who_the_first_is(run: RunDirectory) -> None:
    with held(run):
        assert run.lock.read_text() == f"{os.getpid()}\n"
        with pytest.raises(AlreadyRunningError, match=rf"a supervisor .*\(pid {os.getpid()}\)"):
            RunLock(run, Role.SUPERVISOR)
    RunLock(run, Role.SUPERVISOR).close()


@pytest.mark.parametrize("first", Role)
@pytest.mark.parametrize("second", Role)
def test_nobody_of_any_role_comes_in_beside_another(
    run: RunDirectory, first: Role, second: Role
) -> None:
    with (
        held(run, first),
        pytest.raises(AlreadyRunningError, match=rf"a {first} .*\(pid {os.getpid()}\)"),
    ):
        RunLock(run, second)


def test_a_deleted_file_loses_no_lock_and_the_pid_is_known_all_the_same(run: RunDirectory) -> None:
    with held(run):
        run.lock.unlink()
        with pytest.raises(AlreadyRunningError, match=rf"\(pid {os.getpid()}\)"):
            RunLock(run, Role.SUPERVISOR)
        assert find_holder(run) == Holder(None, os.getpid())


def test_a_deleted_file_is_made_anew_with_its_lock(run: RunDirectory) -> None:
    with held(run) as lock:
        run.lock.unlink()
        assert lock.keep() is LockState.HELD
        assert find_holder(run) == Holder(Role.SUPERVISOR, os.getpid())
        assert run.lock.read_text() == f"{os.getpid()}\n"


def make_folder(path: Path) -> None:
    (path / "with").mkdir(parents=True)


def make_link(path: Path) -> None:
    path.symlink_to(path.parent.parent / "elsewhere")


def make_dangling_folder_link(path: Path) -> None:
    path.symlink_to(path.parent)


INTRUDERS = [make_folder, os.mkfifo, make_link, make_dangling_folder_link]


@pytest.mark.parametrize("intrude", INTRUDERS, ids=["folder", "fifo", "link", "link to folder"])
def test_what_is_in_the_file_s_place_is_set_aside(
    run: RunDirectory, intrude: Callable[[Path], None]
) -> None:
    intrude(run.lock)
    with held(run) as lock:
        assert run.lock.read_text() == f"{os.getpid()}\n"
        run.lock.unlink()
        intrude(run.lock)
        assert lock.keep() is LockState.HELD
        assert find_holder(run) == Holder(Role.SUPERVISOR, os.getpid())
    assert len(list(run.root.glob("supervisor.lock.aside.*"))) == 2
    assert not (run.root.parent / "elsewhere").exists(), "nothing is written through a link"


def test_a_longer_pid_of_before_leaves_nothing_behind(run: RunDirectory) -> None:
    run.lock.write_text("9" * 30)
    with held(run):
        assert run.lock.read_text() == f"{os.getpid()}\n"


def test_a_folder_that_was_moved_is_waited_for_and_not_made_anew(run: RunDirectory) -> None:
    away = run.root.with_name("away")
    with held(run) as lock:
        run.root.rename(away)
        assert lock.keep() is LockState.AWAY
        assert not run.root.exists()
        away.rename(run.root)
        assert lock.keep() is LockState.HELD


def test_a_folder_that_was_deleted_is_made_anew_and_held(run: RunDirectory) -> None:
    with held(run) as lock:
        for path in (run.lock, run.data):
            path.unlink() if path.is_file() else path.rmdir()
        run.root.rmdir()
        assert lock.keep() is LockState.HELD
        with pytest.raises(AlreadyRunningError):
            RunLock(run, Role.SUPERVISOR)


def test_another_folder_in_its_place_is_held_from_then_on(run: RunDirectory) -> None:
    with held(run) as lock:
        run.root.rename(run.root.with_name("away"))
        run.create()
        assert lock.keep() is LockState.HELD
        assert find_holder(run) == Holder(Role.SUPERVISOR, os.getpid())
        assert find_holder(RunDirectory(run.root.with_name("away"))) is None


def test_who_finds_its_place_taken_by_another_is_told(run: RunDirectory) -> None:
    with held(run) as lock:
        run.root.rename(run.root.with_name("away"))
        run.create()
        with held(run):
            assert lock.keep() is LockState.TAKEN


def test_where_folders_cannot_be_locked_the_file_alone_keeps_others_out(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RunLock, "_lock_folder", lambda _self, _folder: False)
    with held(run) as lock:
        assert not lock.is_on_folder
        for role in Role:
            with pytest.raises(AlreadyRunningError, match="a supervisor runs here already"):
                RunLock(run, role)


def test_one_that_only_looks_keeps_nobody_from_starting(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[object] = []
    real = run_lock.fcntl.flock

    def flock(descriptor: int, operation: int) -> None:
        if not looks:  # somebody has it for a moment
            looks.append(descriptor)
            raise BlockingIOError
        real(descriptor, operation)

    monkeypatch.setattr(run_lock.fcntl, "flock", flock)
    with held(run) as lock:
        assert lock.is_on_folder


def test_the_lock_ends_with_its_process_however_that_ends(run: RunDirectory) -> None:
    take = (
        "import os, sys; from pathlib import Path\n"
        "from shared.run_files.run_directory import RunDirectory\n"
        "from shared.run_files.run_lock import Role, RunLock\n"
        "lock = RunLock(RunDirectory(Path(sys.argv[1])), Role.PROCESSOR)\n"
        "print(os.getpid(), flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", take, str(run.root)],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{process.pid}\n"
        assert find_holder(run) == Holder(Role.PROCESSOR, process.pid)
        process.kill()
    assert find_holder(run) is None
    RunLock(run, Role.SUPERVISOR).close()


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError):
        RunLock(RunDirectory(tmp_path / "absent"), Role.SUPERVISOR)
