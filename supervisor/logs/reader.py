"""Read the workers' logs, whole lines in the order of their time stamps, and follow them."""

import heapq
import time
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

FOLLOW_SECONDS = 0.25


def tail(paths: Iterable[Path], lines: int) -> list[str]:
    """Return the newest `lines` lines of all `paths` together, oldest first."""
    newest = [_last_lines(path, lines) for path in paths]
    return list(heapq.merge(*newest))[-lines:] if lines > 0 else []


def follow(paths: Iterable[Path]) -> Iterator[str]:
    """Yield each new line of `paths` for ever, across rotations; blocks in between."""
    followers = [_Follower(path) for path in paths]
    while True:
        fresh = [line for follower in followers for line in follower.new_lines()]
        yield from sorted(fresh)
        if not fresh:
            time.sleep(FOLLOW_SECONDS)


def _last_lines(path: Path, lines: int) -> list[str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return [line.rstrip("\n") for line in deque(file, maxlen=max(0, lines))]
    except OSError as error:
        return [f"{path.name}: cannot be read: {error.strerror}"]


class _Follower:
    """Remembers how far one log was read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._inode, self._offset = _identity(path)

    def new_lines(self) -> list[str]:
        inode, size = _identity(self._path)
        if inode == 0:
            return []
        if inode != self._inode or size < self._offset:  # rotated: a fresh file
            self._inode, self._offset = inode, 0
        if size == self._offset:
            return []
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                content = file.read(size - self._offset)
        except OSError:  # rotated, or closed for a while: the next look finds it
            return []
        whole = content.rfind(b"\n") + 1
        self._offset += whole
        return content[:whole].decode("utf-8", "replace").splitlines()


def _identity(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_ino, stat.st_size
