"""The tables of `history.db`, and the way from each version of them to the next."""

import sqlite3

from shared.errors import OrderflowError
from shared.history.bars import BookBars, TradeBars

CHUNK_MS = 600_000
"""How much time a row of `seconds` holds."""

SECOND_MS, MINUTE_MS, HOUR_MS = 1000, 60_000, 3_600_000

_PAGE_BYTES = 16_384

_OF_EACH = {"first_file", "first_id", "last_file", "last_id"}
"""Fields that trades and book both have: in the table `bars` they say of which they are."""


def _named(fields: tuple[str, ...], of: str) -> tuple[str, ...]:
    return tuple(f"{of}_{name}" if name in _OF_EACH else name for name in fields if name != "ts")


TRADE_COLUMNS, BOOK_COLUMNS = _named(TradeBars._fields, "trade"), _named(BookBars._fields, "book")
"""The columns of `bars` that hold the fields of TradeBars and of BookBars, but for their `ts`."""

_BARS = ", ".join(("seconds", "ts", *TRADE_COLUMNS, *BOOK_COLUMNS))

_TABLES = f"""
CREATE TABLE migrations (version INTEGER PRIMARY KEY, at TEXT NOT NULL);
CREATE TABLE job (digest TEXT NOT NULL);
CREATE TABLE files (id INTEGER PRIMARY KEY, name TEXT NOT NULL, day INTEGER NOT NULL,
                    digest TEXT NOT NULL);
CREATE TABLE bars ({_BARS}, PRIMARY KEY (seconds, ts)) WITHOUT ROWID;
CREATE TABLE seconds (ts INTEGER PRIMARY KEY, trades BLOB NOT NULL, book BLOB NOT NULL);
CREATE TABLE trade_chunks (ts INTEGER PRIMARY KEY, trades INTEGER NOT NULL, columns BLOB NOT NULL);
CREATE TABLE quality (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, from_ms INTEGER NOT NULL,
                      to_ms INTEGER NOT NULL, rows INTEGER NOT NULL, file INTEGER, row_id INTEGER);
CREATE TABLE states (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, state BLOB NOT NULL)
"""

_BOOK_TABLES = """
CREATE TABLE heat (seconds INTEGER NOT NULL, ts INTEGER NOT NULL, decimals INTEGER NOT NULL,
                   standing_ms INTEGER NOT NULL, bids BLOB NOT NULL, asks BLOB NOT NULL,
                   PRIMARY KEY (seconds, ts)) WITHOUT ROWID;
CREATE TABLE keyframes (ts INTEGER PRIMARY KEY, file INTEGER NOT NULL, row_id INTEGER NOT NULL,
                        bids INTEGER NOT NULL, levels BLOB NOT NULL)
"""

_VERSIONS = (_TABLES, _BOOK_TABLES)
"""What makes each version of the schema from the one before it."""

VERSION = len(_VERSIONS)

BOOKS_SINCE = 2
"""The version that brought heat and keyframes."""

IDENTITY = "SELECT digest || ' ' || at FROM job, migrations WHERE version = 1"
"""What tells a history from any other, also from another one of the same job."""


class SchemaError(OrderflowError):
    """A database is no history, or one of a version that this program does not know."""


def migrate(connection: sqlite3.Connection, now: str) -> None:
    """Bring a history, or an empty database, to the newest version, step by step.

    Each step is one transaction with its record. Raises SchemaError when it is newer than that.
    """
    [found] = connection.execute("PRAGMA user_version").fetchone()
    if found > VERSION:
        raise SchemaError(f"expected a history of version {VERSION} or before, found {found}")
    if not found and connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
        raise SchemaError("expected a history, found a database of something else")
    if not found:
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
    connection.execute("PRAGMA journal_mode = WAL")
    for version in range(found + 1, VERSION + 1):
        connection.execute("BEGIN IMMEDIATE")
        for statement in _VERSIONS[version - 1].split(";"):
            connection.execute(statement)
        connection.execute("INSERT INTO migrations VALUES (?, ?)", (version, now))
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("COMMIT")
