"""One writer a day file: a lock that dies with the process that holds it."""

import fcntl
import os
from pathlib import Path

from shared.errors import CannotWriteError, OrderflowError
from shared.exit_codes import ExitCode


class AlreadyWrittenError(OrderflowError):
    """Another process, or another writer of this one, is writing the day file."""

    exit_code = ExitCode.ALREADY_RUNNING

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: somebody else is writing it; one file has one writer")
        self.path = path


class FileLock:
    """Holds the file at `path`, made if absent, for as long as this process lives.

    It is close()d after whoever has the same file open: closing a descriptor of a file lets go of
    all locks that SQLite holds on it in this process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise CannotWriteError(path, error.strerror or str(error)) from error
        try:
            # Not the kind of lock that SQLite takes: neither is in the way of the other.
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._descriptor)
            raise AlreadyWrittenError(path) from error
        except OSError:
            # A file system without such locks: SQLite's own still keep its transactions apart.
            pass

    def is_at_its_path(self) -> bool:
        """Say whether the file is still where it was, and not deleted or replaced by another."""
        try:
            return os.path.samestat(os.fstat(self._descriptor), self._path.stat())
        except OSError:
            return False

    def close(self) -> None:
        """Let go."""
        os.close(self._descriptor)
