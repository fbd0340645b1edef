"""One supervisor a run directory: an advisory lock that ends with its process."""

import fcntl
import os
from pathlib import Path

from shared.errors import OrderflowError, RunDirectoryError
from shared.exit_codes import ExitCode


class AlreadyRunningError(OrderflowError):
    """Another supervisor holds this run directory."""

    exit_code = ExitCode.ALREADY_RUNNING


def take_lock(path: Path) -> int:
    """Lock `path` for this process's life, write its pid there and return the descriptor.

    Raises AlreadyRunningError with the pid of the one that runs.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise RunDirectoryError(path, error.strerror or str(error)) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        owner = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
        os.close(descriptor)
        raise AlreadyRunningError(
            f"{path.parent}: a supervisor runs here already (pid {owner});"
            " stop it with `orderflow-supervise stop` or choose another --run-dir"
        ) from error
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor
