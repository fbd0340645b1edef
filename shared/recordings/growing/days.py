"""The day files of an instrument as they appear, one after the other."""

import logging
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from shared.clock import MS_PER_DAY
from shared.errors import OrderflowError
from shared.job import TimeRange
from shared.recordings.day_files import DayFile, recorded_days
from shared.recordings.growing.in_place import Pulse, growing_source, pulse_of
from shared.recordings.opening import connect
from shared.recordings.tables import REQUIRED_COLUMNS, find_table

logger = logging.getLogger(__name__)

LIST_SECONDS = 0.25
"""How often a folder is looked through for new files."""

LOOK_SECONDS = 1.0
"""How often a file is opened to see whether it has rows, though nothing seems to have changed."""


def _nobody(_file: DayFile) -> None:
    """Tell nobody."""


class GrowingDays:
    """The files of `instrument` in `time_range`, in the order of their days; `files` grows.

    `on_new` is told of each that appears. One of a day before the newest known is none of a
    recording that grows, and is passed over.
    """

    def __init__(self, data_dir: Path, instrument: str, time_range: TimeRange) -> None:
        self._data_dir = data_dir
        self._instrument = instrument
        self._range = time_range
        self._days = time_range.days
        self._beyond: DayFile | None = None
        self._next_s = float("-inf")
        self._with_rows: set[int] = set()
        self._looked: dict[int, tuple[Pulse, float]] = {}
        self._passed_over: set[int] = set()
        self.files: list[DayFile] = []
        self.on_new: Callable[[DayFile], None] = _nobody

    def look(self) -> None:
        """See which files there are; at most each `LIST_SECONDS`."""
        now_s = time.monotonic()
        if now_s < self._next_s:
            return
        self._next_s = now_s + LIST_SECONDS
        for file in recorded_days(self._data_dir, self._instrument):
            if file.day in self._days:
                self._take(file)
            elif file.day >= self._days.stop and self._beyond is None:
                self._beyond = file

    def next_name(self) -> str:
        """Return the name of the file that would be the next, as recorders name it."""
        day = self.files[-1].day + 1 if self.files else self._days.start
        date = DayFile(self._data_dir, self._instrument, day).date
        return f"{self._instrument}-{date:%y-%m-%d}.db"

    def has_rows(self, file: DayFile) -> bool:
        """Say whether anything is committed in `file`."""
        if file.day in self._with_rows:
            return True
        now_s, pulse = time.monotonic(), pulse_of(file.path)
        before, looked_s = self._looked.get(file.day, ((), float("-inf")))
        if pulse == before and now_s < looked_s + LOOK_SECONDS:
            return False
        self._looked[file.day] = pulse, now_s
        if has_rows(file):
            self._with_rows.add(file.day)
        return file.day in self._with_rows

    def is_begun_after(self, number: int) -> bool:
        """Say whether a file behind the one of that number in `files` has rows."""
        return any(self.has_rows(file) for file in self.files[number + 1 :])

    def is_past_range(self) -> bool:
        """Say whether the file of a day behind the range has rows."""
        is_whole_day = self._range.to_ms % MS_PER_DAY == 0
        return is_whole_day and self._beyond is not None and self.has_rows(self._beyond)

    def _take(self, file: DayFile) -> None:
        if not self.files or file.day > self.files[-1].day:
            self.files.append(file)
            self.on_new(file)
        elif file.day not in self._passed_over and not any(
            known.day == file.day for known in self.files
        ):
            self._passed_over.add(file.day)
            logger.warning("%s appeared after later days: it is passed over", file.path.name)


def has_rows(file: DayFile) -> bool:
    """Say whether a table of `file` has a row; one that cannot be read now has none."""
    try:
        with connect(growing_source(file.path).uri) as connection:
            tables = [find_table(connection, name) for name in REQUIRED_COLUMNS]
            return any(
                connection.execute(f"SELECT 1 FROM {table.source} LIMIT 1").fetchone()
                for table in tables
                if table is not None
            )
    except (OSError, sqlite3.Error, OrderflowError):
        return False
