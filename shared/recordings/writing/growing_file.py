"""A day file that grows: opened or made, held against other writers, committed when told."""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from enum import Enum
from itertools import chain, islice
from pathlib import Path
from typing import Any

from shared.errors import CannotWriteError
from shared.recordings.problems import UnusableFileError
from shared.recordings.writing.file_lock import FileLock
from shared.recordings.writing.rows import Gap, NewBookRow, NewRow, NewTrade
from shared.recordings.writing.tables import make_tables

CACHE_KILOBYTES = 4096
_BUSY_SECONDS = 5.0
_CHECKPOINT_PAGES = 16_384
"""Of a log that somebody else reads by: beyond it the log is brought in, however long that takes.
Else that is done by `sync`, often, and for what little has come."""

_LARGE_PAGE = 16_384
"""Rows of a book are a kilobyte and more: on larger pages they take a tenth less room and time,
where not each few of them are a commit of their own."""

_BOOK = "book (id, instrument, bids, asks, timestamp, action, seq_id, prev_seq_id)"
_TRADES = "trades (id, instrument, trade_id, price, size, side, timestamp)"
_COLUMNS = {"book": _BOOK, "trades": _TRADES}

_ROWS_A_STATEMENT = 16
"""Rows put in by one statement: it takes Python and SQLite 40 % less time than as many of a row."""


class Commits(Enum):
    """How a day file is written.

    OFTEN: a few rows at a time and readers beside (SQLite's write-ahead log). RARELY: a great many
    rows in one transaction, each written once (its rollback journal). Neither leaves a damaged
    file, whatever is killed or cut off; what a power cut may cost is said at `commit`.
    """

    OFTEN = "often"
    RARELY = "rarely"


class OtherSourceError(UnusableFileError):
    """A day file holds rows of another source, which may be the same events a second time."""


class GrowingFile:
    """The day file of `instrument` at `path`; it is held, and nobody else can write it, till close.

    Raises AlreadyWrittenError when somebody writes it, CannotWriteError when it cannot be written,
    UnusableFileError when what is there is no day file.
    """

    def __init__(self, path: Path, instrument: str, commits: Commits) -> None:
        self.path = path
        self.instrument = instrument
        self._lock = FileLock(path)
        try:
            self._connection = _open(path, commits)
        except BaseException:
            self._lock.close()
            raise

    def claim(self, table: str, source: str) -> None:
        """Note that the rows of `table` are from `source`.

        Raises OtherSourceError when they are of another, or of one that nobody noted.
        """
        self._begin()
        noted = self._connection.execute(
            "SELECT source FROM sources WHERE table_name = ?", (table,)
        ).fetchone()
        if noted is None and self._connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():
            noted = ("an unknown source",)
        if noted is None:
            self._connection.execute("INSERT INTO sources VALUES (?, ?)", (table, source))
        elif noted[0] != source:
            raise OtherSourceError(
                f"{self.path}: its {table} are of {noted[0]}; those of {source} may be the same"
                " ones again: write them to another folder"
            )

    def add(self, table: str, rows: Iterable[Sequence[object]], count: int) -> int:
        """Insert `rows`, of which there are `count`, with their ids; return how many were new.

        One whose id is there is left out.
        """
        self._begin()
        columns = _COLUMNS[table]
        one = f"({', '.join('?' * (columns.count(',') + 1))})"
        insert = f"INSERT OR IGNORE INTO {columns} VALUES {one}"
        several = insert + f", {one}" * (_ROWS_A_STATEMENT - 1)
        left = iter(rows)
        values = chain.from_iterable(islice(left, count - count % _ROWS_A_STATEMENT))
        taken_together = zip(*[values] * several.count("?"), strict=True)
        new = self._connection.executemany(several, taken_together).rowcount
        return new + self._connection.executemany(insert, left).rowcount

    def append(self, rows: Iterable[NewRow]) -> list[NewRow]:
        """Add `rows` behind all that are there, in their order; return those that no table takes.

        A number beyond 64 bits is such a row, or a text that is none in UTF-8.
        """
        refused = []
        for row in rows:
            self._begin()
            try:
                self._connection.execute(*self._insertion(row))
            except (ValueError, OverflowError, sqlite3.InterfaceError, sqlite3.IntegrityError):
                refused.append(row)
        return refused

    def _insertion(self, row: NewRow) -> tuple[str, tuple[object, ...]]:
        name = self.instrument
        match row:
            case NewBookRow(time_ms, bids, asks, action, seq_id, prev_seq_id):
                book = (None, name, bids, asks, str(time_ms), action, seq_id, prev_seq_id)
                return f"INSERT INTO {_BOOK} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", book
            case NewTrade(time_ms, trade_id, price, size, side):
                trade = (None, name, trade_id, price, size, side, str(time_ms))
                return f"INSERT INTO {_TRADES} VALUES (?, ?, ?, ?, ?, ?, ?)", trade
            case Gap(from_ms, to_ms, table, count, reason):
                gap = (table, from_ms, to_ms, count, reason)
                return "INSERT INTO gaps VALUES (NULL, ?, ?, ?, ?, ?)", gap

    def rows_by_id(
        self, table: str, first: int, last: int, most: int = -1
    ) -> list[tuple[Any, ...]]:
        """Return the rows of `table` with ids from `first` to `last`, as they are added.

        `most` is how many at most; all where it is negative.
        """
        columns = _COLUMNS[table].partition("(")[2].rstrip(")")
        return self._connection.execute(
            f"SELECT {columns} FROM {table} WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?",
            (first, last, most),
        ).fetchall()

    def is_void(self) -> bool:
        """Say whether there is nothing in the file: neither a row nor a note of one."""
        tables = ("book", "trades", "sources", "gaps")
        return not any(
            self._connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()
            for table in tables
        )

    def commit(self) -> None:
        """Keep what was added.

        That outlives the process from here on. A power cut, too, of a file with rare commits;
        of one with frequent ones from the next `sync` on.
        """
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """Forget what was added since the last commit."""
        if self._connection.in_transaction:
            with suppress(sqlite3.Error):  # a full disk may have done so already
                self._connection.execute("ROLLBACK")

    def sync(self) -> None:
        """See that what was committed outlives a power cut, as far as readers let it be done."""
        self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def is_at_its_path(self) -> bool:
        """Say whether the file is still where it was, and not deleted or replaced by another."""
        return self._lock.is_at_its_path()

    def close(self) -> None:
        """Let go of the file; what is not committed is forgotten."""
        self.rollback()
        with suppress(sqlite3.Error):  # a reader has it open: it stays as it is, and is as whole
            self._connection.execute("PRAGMA busy_timeout = 0")
            self._connection.execute("PRAGMA journal_mode = DELETE").fetchall()
        self._connection.close()
        self._lock.close()

    def _begin(self) -> None:
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")


def _open(path: Path, commits: Commits) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(
            path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute(f"PRAGMA cache_size = -{CACHE_KILOBYTES}")
            if commits is Commits.OFTEN:
                connection.execute("PRAGMA journal_mode = WAL").fetchall()
                connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
                connection.execute("PRAGMA synchronous = NORMAL")
            else:
                connection.execute(f"PRAGMA page_size = {_LARGE_PAGE}")  # of a new file alone
                connection.execute("PRAGMA journal_mode = DELETE").fetchall()
                connection.execute("PRAGMA synchronous = FULL")
            make_tables(connection)
        except BaseException:
            connection.close()
            raise
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise CannotWriteError(path, str(error)) from error
        raise UnusableFileError(f"{path}: expected a day file, found: {error}") from error
    return connection
