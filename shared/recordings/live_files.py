"""Tell whether a recording is at rest, and copy one that is not as it was last committed.

What SQLite keeps beside a file while it is written: in its default mode a `-journal` with what was
there before the transaction that is going on, or was when its writer died; in WAL mode a `-wal`
with what was committed but not yet brought into the file. Their formats and the bytes that writers
lock are documented and frozen: https://sqlite.org/fileformat2.html, https://sqlite.org/walformat.html
and `src/os.h`, `src/wal.c`.
"""

import errno
import fcntl
import os
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

REST_SECONDS = 60.0
"""A file that changed later than that may be in the midst of being written."""

PATIENCE_SECONDS = 10.0
"""How long to wait for a moment between two changes; recorders that commit leave many a second."""

_PAUSE_SECONDS = 0.003
_CHUNK_BYTES = 4 * 2**20
_CLOCK_TICK_SECONDS = 0.05
"""Twice as long as the time of change of a file may stand still while it changes."""

_PENDING_BYTE = 0x40000000
_SHARED_BYTES = (_PENDING_BYTE + 2, 510)
_LAST_READER_BYTE = 127
"""In a `-shm` file: while somebody reads by it, the log is not begun anew."""

_WAL_FORMAT = 2


class NotCopiedError(Exception):
    """A recording cannot be copied as it was last committed; says why."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """What tells that nobody has written to a recording in between."""

    inode: int
    size: int
    changed_ns: int
    has_journal: bool
    log_bytes: int

    @classmethod
    def of(cls, path: Path) -> "Footprint":
        """Return that of the recording at `path`; raise OSError when there is none."""
        real = path.resolve()
        stat = real.stat()
        return cls(
            stat.st_ino,
            stat.st_size,
            stat.st_mtime_ns,
            _journal_mark(real) is not None,
            _size(beside(real, "-wal")),
        )

    def is_at_rest(self, now_s: float) -> bool:
        """Say whether nobody is writing, nor was interrupted in it, as far as can be seen."""
        is_old = now_s - self.changed_ns / 1e9 >= REST_SECONDS
        return is_old and not self.has_journal and not self.log_bytes


def beside(path: Path, suffix: str) -> Path:
    """Return the file that SQLite keeps beside `path` under a name with that suffix."""
    return path.with_name(path.name + suffix)


def copy_committed(path: Path, copy: Path, on_wait: Callable[[], None]) -> None:
    """Copy the recording at `path`, with the log beside it, to `copy`.

    Opened for writing, the copy becomes what was last committed: SQLite rolls a journal back and
    brings a log in. All of it is of one moment. A recorder that lives is kept from committing
    meanwhile in journal mode, for as long as it takes to copy what lies in memory, and from nothing
    in WAL mode. Raises NotCopiedError when there is no such moment for `PATIENCE_SECONDS`, OSError
    when something cannot be read or written.
    """
    path = path.resolve()
    _bring_to_memory(path, on_wait)
    deadline_s = time.monotonic() + PATIENCE_SECONDS
    while not _is_copied(path, copy, on_wait):
        if time.monotonic() > deadline_s:
            raise NotCopiedError(
                f"its recorder left no moment in {PATIENCE_SECONDS:.0f} s to see what it committed"
            )
        on_wait()
        time.sleep(_PAUSE_SECONDS)


def _is_copied(path: Path, copy: Path, on_wait: Callable[[], None]) -> bool:
    """Copy file and log, and say whether they are of one moment.

    - Locked against commits, a file in journal mode does not change. A journal beside it is hot,
      and then stays, or is one of a transaction that has written nothing yet.
    - While a transaction is going on that has written to the file already, the file is locked to
      us; but all that it overwrites is in its journal before. Copied after the file, that of the
      same transaction takes the copy back.
    - Where the file system has no locks, a file that nobody wrote to meanwhile will do.
    - In WAL mode the file changes only by what is in the log. Copied after the file, a log that was
      not begun anew meanwhile has all of that, and what of it is committed.
    """
    for suffix in ("-journal", "-wal"):
        beside(copy, suffix).unlink(missing_ok=True)
    started_s = time.time()
    footprint = Footprint.of(path)
    with path.open("rb") as file, _shared(path, file) as is_locked:
        before = _log_mark(path)
        header = _copy(file, copy, on_wait)
        has_log = before is not None and _copy_log(path, copy, before[0], on_wait)
        is_same_log = _log_mark(path) == before
    if header[18:19] == bytes([_WAL_FORMAT]) or (before is not None and before[0] == "-wal"):
        return is_same_log and has_log == (before is not None)
    if is_locked:
        return True
    if before is not None or is_locked is not None:
        return has_log and is_same_log
    was_still = started_s - footprint.changed_ns / 1e9 > _CLOCK_TICK_SECONDS
    return was_still and Footprint.of(path) == footprint


def _copy_log(path: Path, copy: Path, suffix: str, on_wait: Callable[[], None]) -> bool:
    try:
        with beside(path, suffix).open("rb") as log:
            _copy(log, beside(copy, suffix), on_wait)
    except FileNotFoundError:  # that transaction is over
        return False
    return True


def _log_mark(path: Path) -> tuple[str, bytes] | None:
    """Return which log lies beside `path`, and what tells it from the one before and the next."""
    wal = beside(path, "-wal")
    if _size(wal):
        return "-wal", _read(wal, 32)
    journal = _journal_mark(path)
    return None if journal is None else ("-journal", journal)


def _journal_mark(path: Path) -> bytes | None:
    """Return the nonce of the journal beside `path`; None if there is none, or it is done with."""
    header = _read(beside(path, "-journal"), 28)
    return header[12:16] if header[:1] not in (b"", b"\0") else None


def _copy(file: BinaryIO, to: Path, on_wait: Callable[[], None]) -> bytes:
    """Copy all of `file` and return how it begins."""
    file.seek(0)
    begin = b""
    with to.open("wb") as copy:
        while chunk := file.read(_CHUNK_BYTES):
            begin = begin or chunk[:100]
            copy.write(chunk)
            on_wait()
    return begin


def _bring_to_memory(path: Path, on_wait: Callable[[], None]) -> None:
    """Read `path` once, so that a copy made while its recorder waits need not wait for the disk."""
    buffer = bytearray(_CHUNK_BYTES)
    with path.open("rb", buffering=0) as file:
        while file.readinto(buffer):
            on_wait()


@contextmanager
def _shared(path: Path, file: BinaryIO) -> Iterator[bool | None]:
    """Lock the recording as SQLite's readers do, if its writer lets them; say whether it does.

    None where the file system has no locks. Nothing is written for it. A write-ahead log is kept
    from being begun anew as well.
    """
    with ExitStack() as stack:
        with suppress(FileNotFoundError, PermissionError):
            shm = stack.enter_context(beside(path, "-shm").open("rb"))
            _lock(shm, _LAST_READER_BYTE, 1)
        is_locked = _lock(file, _PENDING_BYTE, 1) and _lock(file, *_SHARED_BYTES)
        with suppress(OSError):
            _set_lock(file, fcntl.F_UNLCK, _PENDING_BYTE, 1)
        yield is_locked


def _lock(file: BinaryIO, start: int, length: int) -> bool | None:
    try:
        _set_lock(file, fcntl.F_RDLCK, start, length)
    except OSError as error:
        return False if error.errno in (errno.EAGAIN, errno.EACCES) else None
    return True


def _set_lock(file: BinaryIO, kind: int, start: int, length: int) -> None:
    # Locks of the open file and not of the process: those would be lost as soon as anything in
    # this process closed the same file.
    command = getattr(fcntl, "F_OFD_SETLK", None)
    if command is None or struct.calcsize("P") != 8:
        how = fcntl.LOCK_UN if kind == fcntl.F_UNLCK else fcntl.LOCK_SH | fcntl.LOCK_NB
        fcntl.lockf(file, how, length, start)
    else:
        fcntl.fcntl(file, command, struct.pack("hhqqi4x", kind, os.SEEK_SET, start, length, 0))


def _read(path: Path, count: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(count)
    except FileNotFoundError:
        return b""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
