"""Read a recording in place while its recorder adds to it: what is committed, and nothing else.

Every look opens the file anew. A connection that stays open would lose its locks as soon as
anything else in this process closes the same file, as a copy of it does: such is POSIX.
"""

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from shared.recordings.live_files import Footprint, beside
from shared.recordings.opening import Source

_WAL_FORMAT = 2

Pulse = tuple[tuple[int, int, int], ...]
"""What changes with every commit: inode, size and time of change of a file and of its log."""


def growing_source(path: Path) -> Source:
    """Return what to read the recording at `path` by while somebody may be adding to it.

    SQLite's own locks keep what is read of one moment, and the index of a log is only read, so that
    nothing is written beside the file. A file in WAL mode without a log has nobody who writes it:
    it is read as one at rest, which `check_unchanged` asks afterwards.
    Raises OSError when there is no such file.
    """
    real = path.resolve()
    footprint = Footprint.of(real)
    with real.open("rb") as file:
        is_in_wal_mode = file.read(19)[18:] == bytes([_WAL_FORMAT])
    if is_in_wal_mode and not beside(real, "-wal").exists():
        return Source(path, f"{real.as_uri()}?mode=ro&immutable=1", (), footprint)
    return Source(path, f"{real.as_uri()}?mode=ro&readonly_shm=1")


def pulse_of(path: Path) -> Pulse:
    """Return the pulse of the recording at `path`, empty when there is no such file."""
    real = path.resolve()
    beats = []
    for each in (real, beside(real, "-wal")):
        with suppress(OSError):
            stat = os.stat(each)  # noqa: PTH116 - twenty times a second: half the time of Path's
            beats.append((stat.st_ino, stat.st_size, stat.st_mtime_ns))
    return tuple(beats)


@dataclass(slots=True)
class Watch:
    """Tells when a recording was written to; it is asked again and again.

    Times of change stand still for milliseconds and file systems may keep whole seconds of them,
    so that some commits leave no trace: whoever watches looks now and then all the same.
    """

    path: Path
    _pulse: Pulse | None = None
    _changed_s: float = field(default_factory=time.monotonic)

    def has_changed(self, now_s: float) -> bool:
        """Say whether it was written to since the last time this was asked; at first it was."""
        pulse = pulse_of(self.path)
        if pulse == self._pulse:
            return False
        self._pulse, self._changed_s = pulse, now_s
        return True

    @property
    def inode(self) -> int | None:
        """What tells the file from another of its name, None while there is none."""
        return self._pulse[0][0] if self._pulse else None

    def silent_s(self, now_s: float) -> float:
        """Return for how long nobody has written to it, as far as was seen when last asked."""
        newest_ns = max((changed_ns for _, _, changed_ns in self._pulse or ()), default=None)
        watched_s = now_s - self._changed_s
        return watched_s if newest_ns is None else max(watched_s, time.time() - newest_ns / 1e9)
