"""The day files that a recording writer has open: today's, and older ones while rows come late."""

import logging
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from shared.recordings.day_files import path_of_day
from shared.recordings.writing.growing_file import Commits, GrowingFile, OtherSourceError

logger = logging.getLogger(__name__)

IDLE_SECONDS = 120.0
"""A file of a day that is over is let go of when no row has come for it for so long."""

Day = tuple[str, int]
"""An instrument and a UTC day, counted from 1970-01-01."""


class OpenDays:
    """The files in `out_dir`, each opened when it is asked for."""

    def __init__(self, out_dir: Path, source: str) -> None:
        self._out_dir = out_dir
        self._source = source
        self._files: dict[Day, GrowingFile] = {}
        self._used_at: dict[Day, float] = {}

    def opened(self, day: Day) -> GrowingFile:
        """Return the file of `day`, held from here on; one that was deleted is made anew.

        Raises what GrowingFile raises.
        """
        file = self._files.get(day)
        if file is not None and not file.is_at_its_path():
            logger.warning("%s is away or another file; a new one is begun", file.path)
            self.drop(day)
            file = None
        if file is None:
            file = GrowingFile(path_of_day(self._out_dir, *day), day[0], Commits.OFTEN)
            self._files[day] = file
            self._claim(file)
        self._used_at[day] = time.monotonic()
        return file

    def drop(self, day: Day) -> None:
        """Let go of the file of `day`, which is opened again when it is asked for."""
        file = self._files.pop(day, None)
        if file is not None:
            with suppress(sqlite3.Error, OSError):
                file.close()

    def tend(self, now_s: float) -> None:
        """Make what was committed outlive a power cut; let go of files that are over."""
        newest: dict[str, int] = {}
        for instrument, number in self._files:
            newest[instrument] = max(number, newest.get(instrument, number))
        for day, file in list(self._files.items()):
            with suppress(sqlite3.Error):
                file.sync()
            if day[1] < newest[day[0]] and now_s - self._used_at[day] >= IDLE_SECONDS:
                self.drop(day)

    def close(self) -> None:
        """Let go of all files."""
        for day in list(self._files):
            self.drop(day)

    def _claim(self, file: GrowingFile) -> None:
        """Note whose rows they are, unless there are others': a recording goes on all the same."""
        for table in ("book", "trades"):
            try:
                file.claim(table, self._source)
            except OtherSourceError as error:
                logger.warning("%s", error)
        file.commit()
