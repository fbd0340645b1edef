"""The database of a history as its writer uses it: all between two commits is one transaction."""

import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from processor.history.base_tables import BaseTables
from processor.history.book_tables import BookTables
from processor.history.heat_layers import OpenLayers
from processor.history.quality_marks import Mark
from processor.history.state import WriterState
from shared.clock import utc_now_text
from shared.history.packing import Pack, pack
from shared.history.schema import IDENTITY, migrate
from shared.run_files.earlier_run import set_aside

_CHECKPOINT_PAGES = 64
"""After so many pages, 1 MB, what is in the write-ahead log goes to the database itself."""

PATIENCE_SECONDS = 5.0
"""How long somebody else who writes is waited for."""

_KEPT_COMMITS = 3
"""The newest checkpoint and the one before it, and one more for a commit without a checkpoint."""

COMMIT, FILE = "commit", "file"
"""The kinds of states to go back to: where a commit was made, and where a file began."""


class HistoryStore:
    """The database at `path`, made if it is not there, written by one process at a time."""

    def __init__(self, path: Path, pack: Pack = pack) -> None:
        self._connection = sqlite3.connect(
            path, isolation_level=None, timeout=PATIENCE_SECONDS, cached_statements=64
        )
        try:
            # What is committed is on the disk before the checkpoint that counts on it.
            self._connection.execute("PRAGMA synchronous = FULL")
            migrate(self._connection, utc_now_text())
            self._connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
            self._connection.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._connection.close()
            raise
        self.tables = BaseTables(self._connection, pack)
        self.book_tables = BookTables(self._connection, pack)

    def close(self) -> None:
        """Forget what is not committed, and close the database."""
        self._connection.close()

    @property
    def size(self) -> int:
        """How many bytes its pages take, wherever they are written just now."""
        [pages], [page_bytes] = (
            self._connection.execute(f"PRAGMA {name}").fetchone()
            for name in ("page_count", "page_size")
        )
        return int(pages * page_bytes)

    @property
    def job(self) -> str | None:
        """The digest of the job that this is the history of, None of an empty one."""
        row = self._connection.execute("SELECT digest FROM job").fetchone()
        return str(row[0]) if row else None

    @property
    def identity(self) -> str | None:
        """What tells this history from any other, None of an empty one."""
        row = self._connection.execute(IDENTITY).fetchone()
        return str(row[0]) if row else None

    def begin_job(self, digest: str) -> None:
        """Note whose history this is."""
        self._connection.execute("INSERT INTO job VALUES (?)", (digest,))

    @property
    def files(self) -> list[tuple[str, int, str]]:
        """Name, day and digest of the files so far."""
        return self._connection.execute(
            "SELECT name, day, digest FROM files ORDER BY id"
        ).fetchall()

    def add_file(self, number: int, name: str, day: int, digest: str) -> None:
        """Put an input file, of a day counted from 1970-01-01."""
        row = (number, name, day, digest)
        self._connection.execute("INSERT INTO files VALUES (?, ?, ?, ?)", row)

    def put_marks(self, after: int, marks: Sequence[Mark]) -> None:
        """Put marks of quality in the place of all `after` that number: some were open then."""
        self._connection.execute("DELETE FROM quality WHERE id > ?", (after,))
        rows = [(number, *mark) for number, mark in enumerate(marks, after + 1)]
        self._connection.executemany("INSERT INTO quality VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def remember(self, kind: str, state: WriterState) -> int:
        """Note a state to go back to, and return its number, which no other ever has."""
        cursor = self._connection.execute(
            "INSERT INTO states (kind, state) VALUES (?, ?)", (kind, state.encode())
        )
        return int(cursor.lastrowid or 0)

    def commit(self) -> None:
        """Make all that was put so far last."""
        self._connection.execute(
            "DELETE FROM states WHERE kind = ? AND id NOT IN"
            " (SELECT id FROM states WHERE kind = ? ORDER BY id DESC LIMIT ?)",
            (COMMIT, COMMIT, _KEPT_COMMITS),
        )
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN IMMEDIATE")

    def newest(self, kind: str) -> int | None:
        """Return the number of the newest state of a kind."""
        row = self._connection.execute("SELECT max(id) FROM states WHERE kind = ?", (kind,))
        number: int | None = row.fetchone()[0]
        return number

    def go_back_to(self, number: int, kind: str) -> WriterState | None:
        """Forget all that came after a state, and return it; None where there is none such."""
        row = self._connection.execute(
            "SELECT state FROM states WHERE id = ? AND kind = ?", (number, kind)
        ).fetchone()
        if row is None:
            return None
        state = WriterState.decode(row[0])
        self._connection.execute("DELETE FROM states WHERE id > ?", (number,))
        self._connection.execute("DELETE FROM files WHERE id > ?", (state.files,))
        self._connection.execute("DELETE FROM quality WHERE id > ?", (state.marks,))
        self.tables.cut(state.settled_ms, state.minute_trades)
        self.book_tables.cut(OpenLayers.from_lists(state.heat), state.frame_ms)
        return state

    def forget(self, number: int) -> None:
        """Forget the state of this number."""
        self._connection.execute("DELETE FROM states WHERE id = ?", (number,))


def set_history_aside(path: Path) -> bool:
    """Rename a history so that it is not used, but can be looked at; say whether it was there.

    What is beside it goes: it belongs to no other file.
    """
    was_there = set_aside(path)
    _remove_beside(path)
    return was_there


def remove_history(path: Path) -> None:
    """Delete a history."""
    with contextlib.suppress(OSError):
        path.unlink()
    _remove_beside(path)


def _remove_beside(path: Path) -> None:
    for ending in ("-wal", "-shm"):
        with contextlib.suppress(OSError):
            path.with_name(path.name + ending).unlink()
