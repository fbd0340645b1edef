"""What one run is to process, and the text forms a user gives it in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from shared.clock import FIRST_MS, LAST_MS, MS_PER_DAY, format_utc, to_epoch_ms
from shared.errors import UsageError

CHECKPOINT_SECONDS = 5.0
"""How often a job notes where to go on after a crash, unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class TimeRange:
    """The half-open range `[from_ms, to_ms)`, both epoch milliseconds UTC.

    Raises UsageError unless `from_ms` is before `to_ms`.
    """

    from_ms: int
    to_ms: int

    def __post_init__(self) -> None:
        if self.from_ms >= self.to_ms:
            raise UsageError(
                f"expected --from before --to, found {format_utc(self.from_ms)}"
                f" and {format_utc(self.to_ms)} (--to is exclusive)"
            )

    @property
    def days(self) -> range:
        """The UTC days touched, counted from 1970-01-01."""
        return range(self.from_ms // MS_PER_DAY, (self.to_ms - 1) // MS_PER_DAY + 1)

    @property
    def is_open(self) -> bool:
        """Whether it has no end: it ends with the calendar."""
        return self.to_ms >= LAST_MS

    def __contains__(self, timestamp_ms: int) -> bool:
        return self.from_ms <= timestamp_ms < self.to_ms

    def __str__(self) -> str:
        end = "open end" if self.is_open else format_utc(self.to_ms)
        return f"{format_utc(self.from_ms)} – {end}"


class Snapshots(StrEnum):
    """How rows that replace the whole book are told from those that change it.

    By the column `action` alone; by the rule as well, where the column says nothing or is not
    there; not at all: then every row is an update.
    """

    COLUMN = "column"
    GUESS = "guess"
    NEVER = "never"


class HistoryContent(StrEnum):
    """How much of what a run makes is kept: all, bars alone, or no more than the newest of it."""

    FULL = "full"
    BARS = "bars"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Job:
    """One instrument over one range, and how its book, bars and depth are to be made.

    One that `is_followed` goes on as its recording grows, up to the end of the range.
    """

    instrument: str
    time_range: TimeRange
    data_dir: Path
    run_dir: Path
    window_seconds: int
    depth_levels: int
    snapshots: Snapshots = Snapshots.GUESS
    history: HistoryContent = HistoryContent.FULL
    is_followed: bool = False


def parse_moment(text: str) -> int:
    """Return the epoch milliseconds of a UTC date or ISO 8601 date-time.

    A plain date is its midnight and a date-time without an offset is UTC.
    Raises UsageError when `text` is neither, or beyond the calendar in UTC.
    """
    try:
        timestamp_ms = to_epoch_ms(datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"expected a date like 2025-07-01 or a time like 2025-07-01T13:30, found {text!r}"
        ) from error
    if not FIRST_MS <= timestamp_ms <= LAST_MS:
        raise UsageError(f"expected a time in the years 1 to 9999 UTC, found {text!r}")
    return timestamp_ms
