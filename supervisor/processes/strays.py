"""End what a worker left behind outside its own process group."""

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import psutil

from shared.worker_link import FAMILY

LOOKS = 3
LOOK_SECONDS = 0.02
_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Let orphaned descendants become this process's children instead of init's (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Strays:
    """Finds and ends the strays of workers that are gone, a few looks after each.

    `known` returns the children that are no strays: the workers, and the guardian.
    """

    def __init__(self, known: Callable[[], set[int]]) -> None:
        self._known = known
        self._looks_left: dict[str, int] = {}

    @property
    def is_hunting(self) -> bool:
        """Whether there may be strays yet; `hunt` is due again after `LOOK_SECONDS`."""
        return bool(self._looks_left)

    def expect(self, family: str) -> None:
        """Look for strays of `family`, whose worker has just ended."""
        self._looks_left[family] = LOOKS

    def hunt(self) -> None:
        """SIGKILL the strays that are there now and collect those that have ended."""
        for family, looks in list(self._looks_left.items()):
            # A killed one's own children come to us next: look again from the start.
            self._looks_left[family] = LOOKS if self._kill(family) else looks - 1
            if not self._looks_left[family]:
                del self._looks_left[family]
        self.reap()

    def reap(self) -> None:
        """Collect adopted children that have ended."""
        for pid in children() - self._known():
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)

    def _kill(self, family: str) -> int:
        killed = 0
        for pid in children() - self._known():
            try:
                mark = psutil.Process(pid).environ().get(FAMILY, "")
            except (psutil.Error, OSError):
                continue
            if mark == family:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                killed += 1
        return killed


def children() -> set[int]:
    """Return the pids of this process's children, zombies included."""
    try:
        text = Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii")
    except OSError:  # not Linux, or a kernel without CONFIG_PROC_CHILDREN
        return {process.pid for process in psutil.Process().children()}
    return {int(pid) for pid in text.split()}
