"""Start a worker's process in a session of its own, signal it and collect it."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import psutil

from shared import worker_link
from supervisor.loop.descriptors import close_quietly
from supervisor.policy.worker_events import Ended


@dataclass(slots=True)
class WorkerProcess:
    """A worker's process and the descriptors the supervisor holds for it.

    `pidfd` is None where the platform has none; SIGCHLD tells of the end there. `create_time` is
    psutil's, and with `pid` names one process for good.
    """

    popen: subprocess.Popen[bytes]
    boot_id: str
    create_time: float
    started_at: float
    output_fd: int
    heartbeat_fd: int
    pidfd: int | None

    @property
    def pid(self) -> int:
        """The process id, which is also its group's and session's."""
        return self.popen.pid

    def signal(self, *numbers: int) -> None:
        """Send signals to the process alone; one that has ended is no error."""
        for number in numbers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)  # safe: the pid stays ours until `collect`

    def kill_group(self) -> None:
        """SIGKILL the process and everything in its group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def has_ended(self) -> bool:
        """Say whether the process has ended, without collecting it."""
        found = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return found is not None

    def collect(self) -> Ended:
        """Kill what is left of the group, reap the ended process and say how it ended."""
        # Before reaping: until then neither the pid nor the group id can belong to a stranger.
        self.kill_group()
        status = self.popen.wait()
        if status >= 0:
            return Ended(exit_code=status)
        return Ended(signal=_signal_name(-status))

    def close(self) -> None:
        """Give back the descriptors."""
        close_quietly(self.output_fd, self.heartbeat_fd, self.pidfd)


def spawn(
    command: tuple[str, ...],
    extra_environment: Mapping[str, str],
    family: str,
    started_at: float,
    lifeline_fd: int,
    listen_fd: int | None,
) -> WorkerProcess:
    """Start `command`; call it from the main thread, whose end the worker does not survive.

    `family` marks the process and all its descendants as this supervisor's. Raises OSError when
    the system refuses.
    """
    boot_id = secrets.token_hex(16)
    output_read, output_write = os.pipe()
    heartbeat_read, heartbeat_write = os.pipe()
    environment = {
        **os.environ,
        **extra_environment,
        worker_link.FAMILY: f"{family}/{boot_id}",
        worker_link.BOOT_ID: boot_id,
        worker_link.SUPERVISOR_PID: str(os.getpid()),
        worker_link.HEARTBEAT_FD: str(heartbeat_write),
        worker_link.LIFELINE_FD: str(lifeline_fd),
        # From the very first import on: SIGABRT prints every thread's traceback.
        "PYTHONFAULTHANDLER": "1",
        "PYTHONUNBUFFERED": "1",
    }
    inherited = [heartbeat_write, lifeline_fd]
    if listen_fd is not None:
        environment[worker_link.LISTEN_FD] = str(listen_fd)
        inherited.append(listen_fd)
    try:
        # No preexec_fn: it can deadlock beside threads. Not the supervisor's stdout either: a
        # descendant that keeps it open would hang whoever reads it.
        popen = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output_write,
            stderr=output_write,
            env=environment,
            pass_fds=inherited,
            start_new_session=True,
        )
    except OSError:
        close_quietly(output_read, heartbeat_read)
        raise
    finally:
        close_quietly(output_write, heartbeat_write)
    os.set_blocking(output_read, False)
    os.set_blocking(heartbeat_read, False)
    return WorkerProcess(
        popen=popen,
        boot_id=boot_id,
        create_time=_create_time(popen.pid),
        started_at=started_at,
        output_fd=output_read,
        heartbeat_fd=heartbeat_read,
        pidfd=open_pidfd(popen.pid),
    )


def open_pidfd(pid: int) -> int | None:
    """Return a descriptor that becomes readable when `pid` ends, or None if there is no such."""
    if sys.platform != "linux":
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:  # a kernel before 5.3, or no descriptor left
        return None


def _create_time(pid: int) -> float:
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:  # unreadable /proc: the record will match nobody, which is the safe side
        return 0.0


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
