"""Days that a follower has left: rows that are added to them all the same are not lost."""

import sqlite3
import time
from dataclasses import dataclass, field
from pathlib import Path

from shared.errors import OrderflowError
from shared.recordings.day_files import DayFile
from shared.recordings.growing.in_place import Watch, growing_source
from shared.recordings.opening import connect, ids_of
from shared.recordings.tables import find_table

LOOK_SECONDS = 1.0
"""How often the day before is looked at."""

Ends = tuple[int | None, int | None]
"""The highest ids of the book and of the trades."""


@dataclass(slots=True)
class LeftDays:
    """The days left so far, with the highest ids that each had; `ends` is kept with checkpoints."""

    ends: dict[int, Ends] = field(default_factory=dict)
    _watch: Watch | None = None
    _next_s: float = 0.0

    def leave(self, file: DayFile, ends: Ends) -> None:
        """Take note that `file` was read up to the rows `ends`."""
        self.ends[file.day] = ends

    def come_back_to(self, file: DayFile) -> None:
        """Forget that `file` was left."""
        self.ends.pop(file.day, None)
        self._watch = None

    def has_grown_lately(self, file: DayFile) -> bool:
        """Say whether the day before, which was left, has got more rows; seldom looked at."""
        now_s = time.monotonic()
        if now_s < self._next_s or file.day not in self.ends:
            return False
        self._next_s = now_s + LOOK_SECONDS
        if self._watch is None or self._watch.path != file.path:
            self._watch = Watch(file.path)
        return self._watch.has_changed(now_s) and self.has_grown(file)

    def has_grown(self, file: DayFile) -> bool:
        """Say whether a day that was left has got more rows."""
        known = self.ends.get(file.day)
        found = ends_of(file.path)
        return known is not None and found is not None and found != known


def ends_of(path: Path) -> Ends | None:
    """Return the highest ids of the recording at `path`, None when they cannot be told now."""
    try:
        with connect(growing_source(path).uri) as connection:
            return _end_of(connection, "book"), _end_of(connection, "trades")
    except (OSError, sqlite3.Error, OrderflowError):
        return None


def _end_of(connection: sqlite3.Connection, name: str) -> int | None:
    table = find_table(connection, name)
    ids = ids_of(connection, table) if table is not None and table.row_id else range(0)
    return ids[-1] if ids else None
