"""End what a worker left behind outside its own process group."""

import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path

import psutil

from shared.worker_link import FAMILY

_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Let orphaned descendants become this process's children instead of init's (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap_strays(known: set[int]) -> None:
    """Collect adopted children that have ended; those in `known` are somebody else's to collect."""
    for pid in children() - known:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def kill_strays(family: str, known: set[int]) -> int:
    """SIGKILL adopted children whose family begins with `family`; return how many there were."""
    killed = 0
    for pid in children() - known:
        try:
            mark = psutil.Process(pid).environ().get(FAMILY, "")
        except (psutil.Error, OSError):
            continue
        if mark.startswith(family):
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
