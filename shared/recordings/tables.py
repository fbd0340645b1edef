"""What SQLite calls the tables and columns of a recording, and how a row is named and found."""

import sqlite3
from dataclasses import dataclass
from functools import cached_property

from shared.recordings.problems import UnusableFileError

REQUIRED_COLUMNS = {
    "book": ("bids", "asks", "timestamp"),
    "trades": ("price", "size", "side", "timestamp"),
}

KNOWN_COLUMNS = {
    "book": ("id", "instrument", *REQUIRED_COLUMNS["book"], "action", "seq_id", "prev_seq_id"),
    "trades": ("id", "instrument", "trade_id", *REQUIRED_COLUMNS["trades"]),
}

_ROWID_NAMES = ("rowid", "_rowid_", "oid")
"""What SQLite calls the number of a row, each unless a column has that name."""


@dataclass(frozen=True)
class RecordedTable:
    """One of a recording's two tables; `columns` are in lower case, for SQLite does not mind.

    `row_id` is the column, or SQLite's own name, of the integer that names a row and finds it at
    once; None where there is none, as in a view. `is_stored_by_id` says that it is the column id.
    """

    name: str
    real_name: str
    columns: frozenset[str]
    row_id: str | None
    is_stored_by_id: bool

    @cached_property
    def source(self) -> str:
        """What to write behind FROM; the table's rows are then those of `r`."""
        return f'main."{self.real_name.replace(chr(34), chr(34) * 2)}" AS r'

    @property
    def key(self) -> str:
        """What orders rows of the same time: the column id, else the order they are stored in."""
        return "r.id" if "id" in self.columns else f"r.{self.row_id}"

    @property
    def is_stored_by_key(self) -> bool:
        """Whether the table's rows lie in the order of `key`."""
        return self.row_id is not None and (self.is_stored_by_id or "id" not in self.columns)

    def check_columns(self) -> None:
        """Raise UnusableFileError when a column that we need is missing."""
        required = REQUIRED_COLUMNS[self.name]
        missing = [name for name in required if name not in self.columns]
        if missing:
            raise UnusableFileError(
                f"expected columns {', '.join(required)} in table {self.name},"
                f" found no {', '.join(missing)}"
            )


def find_table(connection: sqlite3.Connection, name: str) -> RecordedTable | None:
    """Return the table, or view, of that name in whatever case; None if there is none.

    Raises sqlite3.Error when the columns of a view or virtual table cannot be told.
    """
    found = connection.execute(
        "SELECT name, type, rootpage FROM main.sqlite_master"
        " WHERE type IN ('table', 'view') AND lower(name) = ?",
        (name,),
    ).fetchone()
    if found is None:
        return None
    real_name = _text(found[0])
    # The generated and hidden ones included, which table_info leaves out.
    rows = connection.execute(
        "SELECT name, upper(type), pk FROM pragma_table_xinfo(?)", (real_name,)
    ).fetchall()
    columns = frozenset(_text(column).lower() for column, *_ in rows)
    is_table = _text(found[1]) == "table" and bool(found[2])
    table = RecordedTable(name, real_name, columns, None, is_stored_by_id=False)
    if not is_table or not _has_rowid(connection, table):
        return table
    # An INTEGER PRIMARY KEY is the rowid itself, unless SQLite made an index for it (DESC).
    keys = [(_text(column).lower(), _text(kind)) for column, kind, pk in rows if pk]
    is_stored_by_id = keys == [("id", "INTEGER")] and not _has_key_index(connection, real_name)
    row_id = "id" if is_stored_by_id else _free_rowid_name(columns)
    return RecordedTable(name, real_name, columns, row_id, is_stored_by_id)


def table_of(connection: sqlite3.Connection, name: str) -> RecordedTable:
    """Return a table that can be read row by row; raise UnusableFileError when it cannot."""
    try:
        table = find_table(connection, name)
    except sqlite3.Error as error:
        raise UnusableFileError(f"table {name} cannot be read: {error}") from error
    if table is None:
        raise UnusableFileError(f"expected a table {name}, found none")
    table.check_columns()
    return table


def _has_rowid(connection: sqlite3.Connection, table: RecordedTable) -> bool:
    free = _free_rowid_name(table.columns)
    if free is None:
        return not _has_key_index(connection, table.real_name)
    try:
        connection.execute(f"SELECT r.{free} FROM {table.source} LIMIT 0")
    except sqlite3.OperationalError:  # WITHOUT ROWID
        return False
    return True


def _has_key_index(connection: sqlite3.Connection, real_name: str) -> bool:
    return bool(
        connection.execute(
            "SELECT 1 FROM pragma_index_list(?) WHERE origin = 'pk'", (real_name,)
        ).fetchone()
    )


def _free_rowid_name(columns: frozenset[str]) -> str | None:
    return next((name for name in _ROWID_NAMES if name not in columns), None)


def _text(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
