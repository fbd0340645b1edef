"""Remember which processes run, and end those that a killed supervisor left, and no others."""

import contextlib
import os
import signal
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import psutil

from shared.errors import BrokenFileError, RunDirectoryError
from shared.run_files.atomic_file import write_json
from shared.run_files.documents import read_document
from shared.worker_link import FAMILY

_SAME_MOMENT_S = 1.0
"""The kernel counts starts in clock ticks from a boot time that a clock step moves."""


@dataclass(frozen=True, slots=True)
class RunningProcess:
    """A worker's process by the three things that together name it for good, and whose it is.

    `supervisor_pid` and `supervisor_create_time` name the supervisor; 0 where it is not recorded.
    """

    pid: Annotated[int, msgspec.Meta(gt=1)]  # 0 and 1 would mean our own group, and init
    create_time: float
    boot_id: str
    supervisor_pid: int = 0
    supervisor_create_time: float = 0.0


class RunningRecord:
    """Keeps the record of the running processes as it should be, writing only changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: list[RunningProcess] = []
        self._identity: tuple[int, int] | None = None

    def update(self, running: list[RunningProcess]) -> bool:
        """Record `running`; return False when it cannot be written, which the next call retries."""
        if running != self._written:
            try:
                write_json(self._path, [asdict(process) for process in running])
            except RunDirectoryError:
                return False
            self._written = running
            self._identity = _identity_at(self._path)
        return True

    def look(self) -> None:
        """Have the next `update` write again if somebody deleted or replaced the record."""
        if self._written and _identity_at(self._path) != self._identity:
            self._written = []


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Recorded processes that still run.

    Those in `orphans` have lost their supervisor. `owner_pid` is a supervisor that lives, and
    still has recorded ones; None if there is none.
    """

    orphans: tuple[RunningProcess, ...] = ()
    owner_pid: int | None = None

    def has_group(self, pid: int) -> bool:
        """Say whether `pid` is one of the orphans or in the group of one."""
        try:
            return os.getpgid(pid) in {orphan.pid for orphan in self.orphans}
        except OSError:
            return False

    def end(self) -> None:
        """SIGKILL the orphans with their groups."""
        for orphan in self.orphans:
            if _is_still(orphan):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(orphan.pid, signal.SIGKILL)


def find_leftovers(path: Path) -> Leftovers:
    """Return what still runs of the processes that `path` records; nobody is touched.

    A process counts only if pid, creation time and the boot id in its environment all match: a
    stranger that got the pid since is left alone. So is one whose supervisor lives, as in a copy
    of its run directory. A record that is no record names nobody.
    """
    running = [process for process in _read(path) if _is_still(process)]
    owners = {process.supervisor_pid for process in running if _is_owned(process)}
    orphans = tuple(process for process in running if process.supervisor_pid not in owners)
    return Leftovers(orphans, next(iter(owners), None))


def _identity_at(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _read(path: Path) -> tuple[RunningProcess, ...]:
    try:
        return read_document(path, tuple[RunningProcess, ...])
    except (FileNotFoundError, BrokenFileError):
        return ()


def _is_still(recorded: RunningProcess) -> bool:
    try:
        process = psutil.Process(recorded.pid)
        is_same_start = abs(process.create_time() - recorded.create_time) < _SAME_MOMENT_S
        mark = process.environ().get(FAMILY, "")
    except (psutil.Error, OSError):
        return False
    return is_same_start and bool(recorded.boot_id) and mark.endswith(f"/{recorded.boot_id}")


def _is_owned(recorded: RunningProcess) -> bool:
    try:
        owner = psutil.Process(recorded.supervisor_pid)
        started_after_s = owner.create_time() - recorded.supervisor_create_time
        is_dead = owner.status() == psutil.STATUS_ZOMBIE
    except (psutil.Error, OSError, ValueError, OverflowError):
        return False
    return abs(started_after_s) < _SAME_MOMENT_S and not is_dead
