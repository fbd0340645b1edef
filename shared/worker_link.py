"""A worker's side of its tie to the supervisor: boot id, heartbeat, listening socket, lifeline."""

import contextlib
import ctypes
import faulthandler
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

BOOT_ID = "ORDERFLOW_WORKER_BOOT_ID"
SUPERVISOR_PID = "ORDERFLOW_WORKER_SUPERVISOR_PID"
HEARTBEAT_FD = "ORDERFLOW_WORKER_HEARTBEAT_FD"
LIFELINE_FD = "ORDERFLOW_WORKER_LIFELINE_FD"
LISTEN_FD = "ORDERFLOW_WORKER_LISTEN_FD"
LAST_SIGNAL = "ORDERFLOW_WORKER_LAST_SIGNAL"
"""Which signal ended the process before, empty if none did; absent at the first start."""
FAMILY = "ORDERFLOW_FAMILY"
"""`<supervisor's boot id>/<worker's boot id>`; it stays in the environment, so that a descendant
that left the worker's session is still known for what it is."""

HEALTH_PATH = "/_health"
BOOT_ID_HEADER = "X-Orderflow-Boot-Id"
"""The supervisor's probe sends the boot id it expects; only a worker that has it answers with it,
so that strangers learn nothing but that the page lives."""

HEARTBEAT_SECONDS = 1.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Beat:
    """One line on the heartbeat pipe: whose it is, and numbers that grow with the work done."""

    boot_id: str
    progress: Mapping[str, float | None]


@dataclass(slots=True)
class WorkerLink:
    """What the supervisor handed to this process; without a supervisor every part is absent."""

    boot_id: str = ""
    heartbeat_fd: int | None = None
    listening_socket: socket.socket | None = None
    last_signal: str | None = None
    _next_heartbeat: float = 0.0

    @property
    def is_supervised(self) -> bool:
        """Whether a supervisor started this process, and holds the run directory for it."""
        return self.heartbeat_fd is not None

    def heartbeat(self, progress: Mapping[str, float | None]) -> None:
        """Tell the supervisor that the work loop is alive, at most once a second.

        Call it from the loop that does the work and from nowhere else. `progress` are numbers
        that grow with the work done. Never blocks: a full pipe drops the beat.
        """
        now = time.monotonic()
        if self.heartbeat_fd is None or now < self._next_heartbeat:
            return
        self._next_heartbeat = now + HEARTBEAT_SECONDS
        line = msgspec.json.encode(Beat(self.boot_id, progress)) + b"\n"
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            os.write(self.heartbeat_fd, line)


def enter_worker() -> WorkerLink:
    """Take over what the supervisor handed down; call it first thing in a worker's main thread.

    Ties this process's life to the supervisor's and lets SIGABRT print every thread's traceback.
    The hand-over leaves the environment, so that grandchildren do not take it for theirs.
    """
    faulthandler.enable()  # SIGABRT is among the signals it answers with every thread's traceback
    supervisor_pid = os.environ.pop(SUPERVISOR_PID, None)
    if supervisor_pid is None:
        return WorkerLink()
    lifeline_fd = _inherited_fd(LIFELINE_FD)
    _die_with(int(supervisor_pid), lifeline_fd)
    heartbeat_fd = _inherited_fd(HEARTBEAT_FD)
    if heartbeat_fd is not None:
        os.set_blocking(heartbeat_fd, False)
    listen_fd = _inherited_fd(LISTEN_FD)
    return WorkerLink(
        boot_id=os.environ.pop(BOOT_ID, ""),
        heartbeat_fd=heartbeat_fd,
        listening_socket=None if listen_fd is None else socket.socket(fileno=listen_fd),
        last_signal=os.environ.pop(LAST_SIGNAL, None),
    )


def _inherited_fd(name: str) -> int | None:
    text = os.environ.pop(name, None)
    if text is None:
        return None
    descriptor = int(text)
    os.set_inheritable(descriptor, False)
    return descriptor


def _die_with(supervisor_pid: int, lifeline_fd: int | None) -> None:
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) == 0:
            if os.getppid() != supervisor_pid:  # it died before the signal was armed
                os._exit(1)
            return
    if lifeline_fd is not None:
        threading.Thread(
            target=_exit_at_end_of, args=(lifeline_fd,), name="lifeline", daemon=True
        ).start()


def _exit_at_end_of(lifeline_fd: int) -> None:
    while os.read(lifeline_fd, 1):
        pass
    if os.getpgrp() == os.getpid():  # a session of our own: the grandchildren go too
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
