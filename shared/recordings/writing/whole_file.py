"""Writes one day file of a recording, which appears under its name only when it is whole."""

import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self

BookRow = tuple[str, str, str, str]
"""(instrument, bids, asks, timestamp)."""

TradeRow = tuple[str, str, float, float, str, str]
"""(instrument, trade_id, price, size, side, timestamp)."""

_ROWS_PER_INSERT = 512

# The file is made anew after a failure, so it needs neither a journal nor syncs; the page size is
# fixed so that the bytes do not depend on how SQLite was built.
_SETUP = """
PRAGMA page_size = 4096;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
CREATE TABLE book (id INTEGER PRIMARY KEY, instrument TEXT, bids TEXT NOT NULL, asks TEXT NOT NULL, timestamp TEXT NOT NULL);
CREATE TABLE trades (id INTEGER PRIMARY KEY, instrument TEXT, trade_id TEXT, price REAL NOT NULL, size REAL NOT NULL, side TEXT NOT NULL, timestamp TEXT NOT NULL);
"""  # noqa: E501 - the schema as a recorder leaves it in the file
_SOURCES = "CREATE TABLE sources (table_name TEXT PRIMARY KEY, source TEXT NOT NULL)"
_INSERT_BOOK = "INSERT INTO book (instrument, bids, asks, timestamp) VALUES (?, ?, ?, ?)"
_INSERT_TRADES = (
    "INSERT INTO trades (instrument, trade_id, price, size, side, timestamp)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)


class DayFileWriter:
    """A day file being written: a context that keeps it on success and removes it on an error.

    A killed process leaves `<name>.part`, which no reader takes for a day file and the next run
    writes over. `source` is whose rows they are, if that is to be noted.
    """

    def __init__(self, path: Path, source: str | None = None) -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self._part.unlink(missing_ok=True)
        # One transaction for all: its commit is the last thing done before the rename.
        self._connection = sqlite3.connect(self._part, isolation_level=None)
        self._connection.executescript(_SETUP)
        self._connection.execute("BEGIN")
        if source is not None:
            self._connection.execute(_SOURCES)
            noted = [(table, source) for table in ("book", "trades")]
            self._connection.executemany("INSERT INTO sources VALUES (?, ?)", noted)
        self._book_rows: list[BookRow] = []
        self._trade_rows: list[TradeRow] = []

    def add_book_row(self, row: BookRow) -> None:
        """Append a row to the book table."""
        self._book_rows.append(row)
        if len(self._book_rows) == _ROWS_PER_INSERT:
            self._insert(_INSERT_BOOK, self._book_rows)

    def add_trade_row(self, row: TradeRow) -> None:
        """Append a row to the trades table."""
        self._trade_rows.append(row)
        if len(self._trade_rows) == _ROWS_PER_INSERT:
            self._insert(_INSERT_TRADES, self._trade_rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._insert(_INSERT_BOOK, self._book_rows)
                self._insert(_INSERT_TRADES, self._trade_rows)
                self._connection.execute("COMMIT")
        finally:
            self._connection.close()
            if kind is not None:
                self._part.unlink(missing_ok=True)
        if kind is None:
            self._part.replace(self._path)

    def _insert(self, statement: str, rows: list[BookRow] | list[TradeRow]) -> None:
        self._connection.executemany(statement, rows)
        rows.clear()
