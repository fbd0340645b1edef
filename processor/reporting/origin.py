"""Whether a job's recording is simulated, as far as its files say."""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from shared.errors import OrderflowError
from shared.recordings.day_files import DayFile
from shared.recordings.live_files import beside
from shared.recordings.opening import connect
from shared.recordings.sources import is_simulated, sources_in
from shared.recordings.tables import REQUIRED_COLUMNS, find_table

LOOK_SECONDS = 1.0
"""How often a file is asked again that says nothing yet, for it has no rows."""


class Origin:
    """What the files of a job say about where their rows come from; they become more."""

    def __init__(self) -> None:
        self._known: set[DayFile] = set()
        self._unread: list[DayFile] = []
        self._next_s = float("-inf")
        self._is_simulated = False

    def expect(self, files: Iterable[DayFile]) -> None:
        """Take note of the files there are; those that are new will be asked."""
        new = [file for file in files if file not in self._known]
        if new:
            self._known.update(new)
            self._unread += new
            self._next_s = float("-inf")

    def is_simulated(self, now_s: float) -> bool:
        """Say whether any of the files says that its rows are simulated."""
        if self._unread and now_s >= self._next_s:
            self._next_s = now_s + LOOK_SECONDS
            self._unread = [file for file in self._unread if not self._ask(file)]
        return self._is_simulated

    def _ask(self, file: DayFile) -> bool:
        """Ask `file`; say whether it need not be asked again: its rows come after its word."""
        for address in _addresses(file.path):
            try:
                with connect(address) as connection:
                    sources = sources_in(connection)
                    has_said_all = bool(sources) or _has_rows(connection)
            except (OSError, sqlite3.Error, OrderflowError):
                continue
            self._is_simulated |= any(map(is_simulated, sources))
            return has_said_all
        return False


def _addresses(path: Path) -> Iterator[str]:
    """Yield by what to ask the file, which may be growing, and may be being read just now.

    It is opened by SQLite alone: when anything else closed it, this process would lose the locks
    that those who read it have. One in WAL mode without a log is opened as one at rest.
    """
    real = path.resolve()  # a log lies beside the file itself, and not beside a link to it
    yield f"{real.as_uri()}?mode=ro&readonly_shm=1"
    if not beside(real, "-wal").exists():
        yield f"{real.as_uri()}?mode=ro&immutable=1"


def _has_rows(connection: sqlite3.Connection) -> bool:
    tables = (find_table(connection, name) for name in REQUIRED_COLUMNS)
    return any(
        connection.execute(f"SELECT 1 FROM {table.source} LIMIT 1").fetchone()
        for table in tables
        if table is not None
    )
