"""The tables of a day file that grows, and how one of before gets what it lacks."""

import sqlite3

from shared.recordings.problems import UnusableFileError
from shared.recordings.tables import KNOWN_COLUMNS, REQUIRED_COLUMNS, find_table

_ADDED_LATER = {
    "book": {"action": "TEXT", "seq_id": "INTEGER", "prev_seq_id": "INTEGER"},
    "trades": {"trade_id": "TEXT"},
}
"""Columns that recordings of before may lack."""

TABLES = """
CREATE TABLE IF NOT EXISTS book (id INTEGER PRIMARY KEY, instrument TEXT, bids TEXT NOT NULL, asks TEXT NOT NULL, timestamp TEXT NOT NULL, action TEXT, seq_id INTEGER, prev_seq_id INTEGER);
CREATE TABLE IF NOT EXISTS trades (id INTEGER PRIMARY KEY, instrument TEXT, trade_id TEXT, price REAL NOT NULL, size REAL NOT NULL, side TEXT NOT NULL, timestamp TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sources (table_name TEXT PRIMARY KEY, source TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS gaps (id INTEGER PRIMARY KEY, table_name TEXT NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, rows INTEGER, reason TEXT NOT NULL);
"""  # noqa: E501 - the schema as it stands in the file


def make_tables(connection: sqlite3.Connection) -> None:
    """Make the tables that are missing, and add what one of before lacks.

    Raises UnusableFileError when the file has tables of those names that rows cannot be added to.
    """
    found = [find_table(connection, name) for name in KNOWN_COLUMNS]
    is_whole = all(
        table is not None and set(KNOWN_COLUMNS[table.name]) <= table.columns for table in found
    )
    has_own = connection.execute(
        "SELECT count(*) FROM main.sqlite_master WHERE name IN ('sources', 'gaps')"
    ).fetchone() == (2,)
    if not is_whole or not has_own:
        connection.executescript(f"BEGIN IMMEDIATE; {TABLES}")
        try:
            for name in REQUIRED_COLUMNS:
                _complete(connection, name)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    for name in REQUIRED_COLUMNS:
        table = find_table(connection, name)
        if table is None or not table.is_stored_by_id:
            raise UnusableFileError(f"expected a table {name} of rows by id, found another form")
        table.check_columns()


def _complete(connection: sqlite3.Connection, name: str) -> None:
    table = find_table(connection, name)
    for column, kind in _ADDED_LATER[name].items():
        if table is not None and column not in table.columns:
            connection.execute(f'ALTER TABLE "{table.real_name}" ADD COLUMN {column} {kind}')
