"""Tell whether two runs are the same job on the same files."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from shared.clock import format_utc
from shared.job import HistoryContent, Job, Snapshots
from shared.printable import printable
from shared.recordings.day_files import DayFile
from shared.run_files.numbers import Count, EpochMs, Int64

_SAMPLE_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class JobIdentity:
    """What a checkpoint's numbers depend on, apart from the files."""

    instrument: str
    from_ms: EpochMs
    to_ms: EpochMs
    window_seconds: Count
    depth_levels: Count
    snapshots: Snapshots
    history: HistoryContent

    @property
    def digest(self) -> str:
        """A short text that stands for this job."""
        return hashlib.blake2b(repr(self).encode(), digest_size=16).hexdigest()

    def __str__(self) -> str:
        return (
            f"{self.instrument}, {format_utc(self.from_ms)} – {format_utc(self.to_ms)},"
            f" {self.window_seconds} s, {self.depth_levels} levels, snapshots: {self.snapshots},"
            f" history: {self.history}"
        )


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """One input file: its name, size, time of change and a digest of both its ends.

    `log_bytes` is the size of a write-ahead log beside it, 0 if there is none.
    """

    name: str
    size: Int64
    changed_ns: Int64
    sample: str
    log_bytes: Int64

    @property
    def digest(self) -> str:
        """A short text that stands for this file with this content."""
        return hashlib.blake2b(repr(self).encode(), digest_size=16).hexdigest()


def identify_job(job: Job) -> JobIdentity:
    """Return the identity of `job`; where its files and its results lie is no part of it."""
    return JobIdentity(
        instrument=job.instrument,
        from_ms=job.time_range.from_ms,
        to_ms=job.time_range.to_ms,
        window_seconds=job.window_seconds,
        depth_levels=job.depth_levels,
        snapshots=job.snapshots,
        history=job.history,
    )


def identify_file(file: DayFile) -> FileIdentity:
    """Return the identity of a day file; one that cannot be read has an empty digest."""
    name = printable(file.path.name)
    try:
        stat = file.path.stat()
        sample = _digest_of_ends(file.path, stat.st_size)
    except OSError:
        return FileIdentity(name, -1, -1, "", 0)
    try:
        log_bytes = file.path.with_name(file.path.name + "-wal").stat().st_size
    except OSError:
        log_bytes = 0
    return FileIdentity(name, stat.st_size, stat.st_mtime_ns, sample, log_bytes)


def identify_growing_file(file: DayFile) -> FileIdentity:
    """Return the identity of a day file that grows: its name, for all else may change.

    Whether its rows are those that were read is asked of the rows themselves.
    """
    return FileIdentity(printable(file.path.name), -1, -1, "growing", 0)


def _digest_of_ends(path: Path, size: int) -> str:
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        digest.update(file.read(_SAMPLE_BYTES))
        file.seek(max(size - _SAMPLE_BYTES, 0))
        digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()
