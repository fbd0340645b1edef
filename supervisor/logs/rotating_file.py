"""Append to a file, rotate it by size, and count instead of failing."""

import contextlib
import errno
import os
from pathlib import Path
from stat import S_ISREG

from supervisor.loop.descriptors import close_quietly

MAX_BYTES = 10_000_000
KEPT_FILES = 5
RETRY_SECONDS = 1.0


class RotatingFile:
    """A log file of at most `max_bytes`, with `kept_files` in all: `x`, `x.1`, … oldest last.

    A full disk, a vanished folder or a directory in its place is no error to the caller: what
    could not be written is counted in `lost_lines`, and the file is tried again after a second.
    Its folder is made where it `makes_folder`, those above never.
    """

    def __init__(
        self,
        path: Path,
        max_bytes: int = MAX_BYTES,
        kept_files: int = KEPT_FILES,
        *,
        makes_folder: bool = True,
    ) -> None:
        self.path = path
        self.lost_lines = 0
        self._max_bytes = max_bytes
        self._kept_files = kept_files
        self._makes_folder = makes_folder
        self._descriptor: int | None = None
        self._size = 0
        self._inode = 0
        self._retry_at = 0.0
        self._next_check = 0.0

    def write(self, lines: bytes, now: float) -> bool:
        """Append whole lines, each ending in a newline; return whether all of them got there.

        Half a line never stays in the file: a reader finds whole ones only.
        """
        written = self._append(lines, now)
        if written == len(lines):
            return True
        whole = lines.rfind(b"\n", 0, written) + 1
        if whole < written:
            self._cut_off(written - whole)
        self.lost_lines += lines.count(b"\n", whole)
        return False

    def close(self) -> None:
        """Close the file; the next write opens it again."""
        close_quietly(self._descriptor)
        self._descriptor = None

    def _append(self, lines: bytes, now: float) -> int:
        try:
            descriptor = self._open_for(len(lines), now)
            written = os.write(descriptor, lines) if descriptor is not None else 0
        except OSError:
            self.close()
            self._retry_at = now + RETRY_SECONDS
            return 0
        self._size += written
        return written

    def _cut_off(self, size: int) -> None:
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self._size - size)
                self._size -= size

    def _open_for(self, size: int, now: float) -> int | None:
        if self._descriptor is not None and now >= self._next_check:
            self._next_check = now + RETRY_SECONDS
            if not self._is_at_its_path():
                self.close()
        if self._descriptor is None:
            if now < self._retry_at:
                return None
            self._open()
        if self._size and self._size + size > self._max_bytes:
            self._rotate()
        return self._descriptor

    def _open(self) -> None:
        if self._makes_folder:  # not those above: a run directory that was moved may come back
            self.path.parent.mkdir(exist_ok=True)
        # Not blocking: opening a FIFO would wait for a reader.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
        self._descriptor = os.open(self.path, flags, 0o644)
        found = os.fstat(self._descriptor)
        if not S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "expected a file, found something else")
        self._size, self._inode = found.st_size, found.st_ino

    def _is_at_its_path(self) -> bool:
        # Else the file was deleted or moved away, and what is written now nobody will find.
        try:
            return self.path.stat().st_ino == self._inode
        except OSError:
            return False

    def _rotate(self) -> None:
        self.close()
        for number in range(self._kept_files - 1, 0, -1):
            newer = self._numbered(number - 1)
            if newer.exists():
                newer.replace(self._numbered(number))
        self._open()

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}") if number else self.path
