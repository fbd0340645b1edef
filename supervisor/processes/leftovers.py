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
    """A worker's process by the three things that together name it for good."""

    pid: Annotated[int, msgspec.Meta(gt=1)]  # 0 and 1 would mean our own group, and init
    create_time: float
    boot_id: str


class RunningRecord:
    """Keeps the record of the running processes as it should be, writing only changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: list[RunningProcess] = []

    def update(self, running: list[RunningProcess]) -> bool:
        """Record `running`; return False when it cannot be written, which the next call retries."""
        if running != self._written:
            try:
                write_json(self._path, [asdict(process) for process in running])
            except RunDirectoryError:
                return False
            self._written = running
        return True


def end_leftovers(path: Path) -> bool:
    """SIGKILL the groups of recorded processes that still run; return whether any is recorded.

    A process counts only if pid, creation time and the boot id in its environment all match: a
    stranger that got the pid since is left alone. A record that is no record ends nobody.
    """
    recorded = _read(path)
    for process in recorded:
        if _is_still(process):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
    return bool(recorded)


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
