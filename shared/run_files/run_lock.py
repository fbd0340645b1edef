"""One writer a run directory: a supervisor with its workers, or a processor started by itself."""

import contextlib
import errno
import fcntl
import os
import stat
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from shared.errors import OrderflowError, RunDirectoryError
from shared.exit_codes import ExitCode
from shared.run_files.run_directory import RunDirectory

PATIENCE_SECONDS = 0.2
"""Who only looks whether a lock is held has it for an instant: so long a taker tries again."""

_MAX_PID_BYTES = 32


class Role(StrEnum):
    """Who may hold a run directory."""

    SUPERVISOR = "supervisor"
    PROCESSOR = "processor"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a run directory; what cannot be found out is None."""

    role: Role | None = None
    pid: int | None = None

    def __str__(self) -> str:
        role = self.role or "supervisor or processor"
        return f"a {role} runs here already (pid {self.pid or 'unknown'})"


class AlreadyRunningError(OrderflowError):
    """Another supervisor or processor holds this run directory."""

    exit_code = ExitCode.ALREADY_RUNNING


class LockState(StrEnum):
    """What a look after the lock has found."""

    HELD = "held"
    AWAY = "away"
    TAKEN = "taken"


class RunLock:
    """Holds a run directory for the life of this process.

    The lock is on the folder itself, which nobody can delete and make anew unnoticed, and on a
    file in it, which says whose it is and which is all there is where a file system cannot lock
    folders. A deleted file loses nothing; `keep` makes it anew.
    """

    def __init__(self, run: RunDirectory, role: Role) -> None:
        """Take the lock; raise AlreadyRunningError with who has it, or RunDirectoryError."""
        self._run = run
        self._role = role
        self._file: int | None = None
        self._folder: int | None
        folder = self._folder = _open_folder(run.root)
        try:
            self.is_on_folder = self._lock_folder(folder)
            self._lock_file()
        except BaseException:
            self.close()
            raise

    def keep(self) -> LockState:
        """Put right what somebody did to the folder or the file since; call it each second.

        A folder that was deleted is made anew. One that was moved away is left alone until it is
        put back, or another is in its place: then that one is held.
        """
        try:
            if not self._is_at_its_path() and not self._follow():
                return LockState.AWAY
            self._keep_file()
        except AlreadyRunningError:
            return LockState.TAKEN
        except (OSError, RunDirectoryError):
            return LockState.AWAY
        return LockState.HELD if os.access(self._run.root, os.W_OK | os.X_OK) else LockState.AWAY

    def close(self) -> None:
        """Let go of the run directory; the file stays, and says who was the last."""
        for descriptor in (self._file, self._folder):
            if descriptor is not None:
                with contextlib.suppress(OSError):
                    os.close(descriptor)
        self._file = self._folder = None

    def _lock_folder(self, folder: int) -> bool:
        """Lock the folder; return False where the file system cannot do that."""
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() >= ends_at:
                    raise self._refusal() from error
                time.sleep(0.01)
            except OSError:  # NFS, for one, locks no folder that cannot be opened for writing
                return False
            else:
                return True

    def _keep_file(self) -> None:
        if self._file is not None and _is_at(self._file, lock_file(self._run, self._role)):
            return
        try:
            self._lock_file()
        except AlreadyRunningError:
            if not self.is_on_folder:  # else somebody only looks at the new file
                raise

    def _lock_file(self) -> None:
        """Have the file of this role, locked, and nobody else that of another."""
        others = [role for role in Role if role is not self._role]
        if any(_is_locked(lock_file(self._run, role)) for role in others):
            raise self._refusal()
        descriptor = self._open_file()
        if descriptor is None:
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if error.errno == errno.EWOULDBLOCK:
                raise self._refusal() from error
            return
        with contextlib.suppress(OSError):  # a full disk: the lock holds all the same
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        if self._file is not None:
            os.close(self._file)
        self._file = descriptor

    def _open_file(self) -> int | None:
        """Open the file, set something else in its place aside; None if neither can be done.

        Raises RunDirectoryError where the file would be the only lock there is.
        """
        path = lock_file(self._run, self._role)
        try:
            return _open_regular(path)
        except OSError as error:
            reason = error
        with contextlib.suppress(OSError):
            path.replace(path.with_name(f"{path.name}.aside.{time.time_ns()}"))
            return _open_regular(path)
        if self.is_on_folder:
            return None
        raise RunDirectoryError(path, reason.strerror or str(reason)) from reason

    def _is_at_its_path(self) -> bool:
        try:
            return self._folder is not None and os.path.samestat(
                os.fstat(self._folder), self._run.root.stat()
            )
        except OSError:
            return False

    def _follow(self) -> bool:
        """Hold the folder that is at the path now, if there is one or ought to be."""
        root = self._run.root
        if not os.path.lexists(root):
            if self._folder is not None and os.fstat(self._folder).st_nlink > 0:
                return False  # moved away: made anew, it could not be put back
            root.mkdir(parents=True)
        folder = _open_folder(root)
        try:
            self.is_on_folder = self._lock_folder(folder)
        except AlreadyRunningError:
            os.close(folder)
            raise
        if self._folder is not None:
            os.close(self._folder)
        self._folder = folder
        return True

    def _refusal(self) -> AlreadyRunningError:
        holder = find_holder(self._run) or Holder()
        way_out = "stop it with `orderflow-supervise stop`"
        if holder.role is Role.PROCESSOR:
            way_out = "wait for its end, stop it with Ctrl-C"
        return AlreadyRunningError(
            f"{self._run.root}: {holder}; {way_out} or choose another --run-dir"
        )


def lock_file(run: RunDirectory, role: Role) -> Path:
    """Return the file that `role` locks and writes its pid to."""
    return run.lock if role is Role.SUPERVISOR else run.processor_lock


def find_holder(run: RunDirectory) -> Holder | None:
    """Return who holds `run`, or None when nobody does, without disturbing whoever it is."""
    for role in Role:
        if _is_locked(lock_file(run, role)):
            return Holder(role, _pid_in(lock_file(run, role)) or _locker_of(lock_file(run, role)))
    try:
        pid = _locker_of(run.root)
        is_held = pid is not None or _is_locked(run.root)
    except OSError:
        return None
    return Holder(None, pid) if is_held else None


def _open_folder(root: Path) -> int:
    try:
        return os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise RunDirectoryError(root, error.strerror or str(error)) from error


def _open_regular(path: Path) -> int:
    # Not blocking: opening a FIFO would wait for ever. Nor through a link, to somebody else's file.
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW
    descriptor = os.open(path, flags, 0o644)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "expected a file, found something else")


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except OSError:
        return False


def _is_locked(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    else:
        return False
    finally:
        os.close(descriptor)


def _pid_in(path: Path) -> int | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
        try:
            text = os.read(descriptor, _MAX_PID_BYTES).decode("ascii", "replace").strip()
        finally:
            os.close(descriptor)
    except OSError:
        return None
    return int(text) if text.isdecimal() else None


def _locker_of(path: Path) -> int | None:
    """Return the pid that holds the lock on `path`, as the kernel lists it; None elsewhere.

    It needs no right to read `path`, and takes no lock itself.
    """
    try:
        found = path.stat()
        lines = Path("/proc/locks").read_text("ascii").splitlines()
    except OSError:
        return None
    device = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    for line in lines:
        words = line.split()
        if words[1:2] == ["FLOCK"] and device in words:
            pid = words[words.index(device) - 1]
            return int(pid) if pid.isdecimal() and pid != "0" else None
    return None
