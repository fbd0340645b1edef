"""Make the tables of a recording in any form that SQLite has for one."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tests.processor.fuzz.draw import Draw
from tests.processor.fuzz.odd.stored_rows import ColumnTypes, Stored

COLUMNS = {
    "book": ("id", "instrument", "bids", "asks", "timestamp", "action", "seq_id", "prev_seq_id"),
    "trades": ("id", "instrument", "trade_id", "price", "size", "side", "timestamp"),
}
_OPTIONAL = {"seq_id", "prev_seq_id", "trade_id"}

KINDS = (
    *("table", "view", "WITHOUT ROWID", "view of a join", "fts5", "generated columns", "STRICT"),
    *("view with text ids", "CREATE TABLE AS"),
)
KEYS = {
    "INTEGER PRIMARY KEY": "INTEGER PRIMARY KEY",
    "AUTOINCREMENT": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "DESC": "INTEGER PRIMARY KEY DESC",
    "BIGINT": "BIGINT PRIMARY KEY",
    "unique": "INTEGER UNIQUE",
    "untyped": "",
}
EXTRAS = {
    "none": "",
    "rowid": "rowid TEXT DEFAULT 'x'",
    "oid": "OID INTEGER DEFAULT 7",
    "all rowids": "rowid DEFAULT 1, oid DEFAULT 2, _rowid_ DEFAULT 3",
    "key and r": '"key" DEFAULT 5, r DEFAULT 6',
    "a quoted name": '"a ""b"" c" BLOB DEFAULT x\'00ff\'',
    "generated": "doubled AS (timestamp || timestamp)",
}
INDEXES: dict[str, str] = {
    "none": "",
    "time": "CREATE INDEX {table}_i ON {table} (timestamp)",
    "time and id": "CREATE INDEX {table}_i ON {table} (timestamp, id)",
    "time down": "CREATE INDEX {table}_i ON {table} (timestamp DESC, id DESC)",
    "part of the times": "CREATE INDEX {table}_i ON {table} (timestamp) WHERE id % 2",
    "time nocase": "CREATE INDEX {table}_i ON {table} (timestamp COLLATE NOCASE)",
    "an expression": "CREATE INDEX {table}_i ON {table} (CAST(timestamp AS INTEGER))",
    "another column": "CREATE INDEX {table}_i ON {table} (instrument, id, timestamp)",
}


@dataclass(frozen=True, slots=True)
class TableForm:
    """How one table is made."""

    table: str
    kind: str
    key: str
    extra: str
    index: str
    types: ColumnTypes
    columns: tuple[str, ...]
    is_capital: bool

    @classmethod
    def drawn(cls, draw: Draw, table: str, types: ColumnTypes, kept: Sequence[str]) -> "TableForm":
        """Draw the form of a table whose columns `kept` are needed."""
        columns = [name for name in COLUMNS[table] if name in kept]
        if draw.chance("columns in another order", 0.2):
            draw.rng.shuffle(columns)
        return cls(
            table,
            draw.one("kind of table", {kind: kind for kind in KINDS}, 0.6),
            draw.one("key", KEYS, 0.6),
            draw.one("extra columns", EXTRAS, 0.7),
            draw.one("index", INDEXES, 0.7),
            types,
            tuple(columns),
            draw.chance("capitals", 0.15),
        )

    def make(self, connection: sqlite3.Connection, rows: Sequence[Stored]) -> None:
        """Make the table and insert the rows, in their order."""
        _MAKERS.get(self.kind, _make_table)(self, connection, rows)
        is_table = self.kind in ("table", "STRICT", "WITHOUT ROWID", "CREATE TABLE AS")
        if self.index and is_table and {"id", "instrument"} <= set(self.columns):
            connection.execute(self.index.format(table=self.name))

    @property
    def name(self) -> str:
        """The name of the table."""
        return self.table.upper() if self.is_capital else self.table

    def created(self, name: str, ending: str = "", **types: str) -> str:
        """Return the statement that creates a table of these columns."""
        columns = [f"{self._cased(c)} {types.get(c, self._type(c))}" for c in self.columns]
        extra = f", {self.extra}" if self.extra else ""
        return f"CREATE TABLE {name} ({', '.join(columns)}{extra}){ending}"

    def insert(self, connection: sqlite3.Connection, name: str, rows: Sequence[Stored]) -> None:
        """Insert the rows into the table of that name."""
        marks = ", ".join("?" * len(self.columns))
        connection.executemany(
            f"INSERT INTO {name} ({', '.join(self.columns)}) VALUES ({marks})",
            [tuple(row[column] for column in self.columns) for row in rows],
        )

    def _cased(self, column: str) -> str:
        return column.title() if self.is_capital else column

    def _type(self, column: str) -> str:
        if column == "id":
            return self.key
        if column in ("price", "size"):
            return self.types.number
        if column == "timestamp":
            return self.types.time
        return "INTEGER" if column.endswith("seq_id") else "TEXT"


def _make_table(form: TableForm, connection: sqlite3.Connection, rows: Sequence[Stored]) -> None:
    connection.execute(form.created(form.name))
    form.insert(connection, form.name, rows)


def _make_without_rowid(
    form: TableForm, connection: sqlite3.Connection, rows: Sequence[Stored]
) -> None:
    if "id" not in form.columns:  # there must be a key
        _make_table(form, connection, rows)
        return
    connection.execute(form.created(form.name, " WITHOUT ROWID", id="INTEGER PRIMARY KEY"))
    form.insert(connection, form.name, rows)


def _make_strict(form: TableForm, connection: sqlite3.Connection, rows: Sequence[Stored]) -> None:
    types = dict.fromkeys(form.columns, "ANY") | {"id": "INTEGER PRIMARY KEY"}
    connection.execute(replace(form, extra="").created(form.name, " STRICT", **types))
    form.insert(connection, form.name, rows)


def _make_view(form: TableForm, connection: sqlite3.Connection, rows: Sequence[Stored]) -> None:
    kept = _make_kept(form, connection, rows)
    connection.execute(f"CREATE VIEW {form.name} AS SELECT * FROM {kept}")


def _make_view_with_text_ids(
    form: TableForm, connection: sqlite3.Connection, rows: Sequence[Stored]
) -> None:
    if "id" not in form.columns:
        _make_view(form, connection, rows)
        return
    kept = _make_kept(form, connection, rows)
    others = ", ".join(column for column in form.columns if column != "id")
    # Texts that sort as the numbers do, which no table of ours is stored by.
    connection.execute(
        f"CREATE VIEW {form.name} AS SELECT CASE WHEN id < 0"
        " THEN 'a' || printf('%019d', id + 9223372036854775807 + 1)"
        f" ELSE 'b' || printf('%019d', id) END AS id, {others} FROM {kept}"
    )


def _make_view_of_join(
    form: TableForm, connection: sqlite3.Connection, rows: Sequence[Stored]
) -> None:
    if "id" not in form.columns:
        _make_view(form, connection, rows)
        return
    kept = _make_kept(form, connection, rows, id="INTEGER PRIMARY KEY")
    times = f"times_of_{form.table}"
    connection.execute(f"CREATE TABLE {times} AS SELECT id, timestamp FROM {kept}")
    others = ", ".join(f"k.{c}" for c in form.columns if c != "timestamp")
    connection.execute(
        f"CREATE VIEW {form.name} AS SELECT {others}, t.timestamp AS timestamp"
        f" FROM {kept} AS k JOIN {times} AS t ON t.id = k.id"
    )


def _make_fts5(form: TableForm, connection: sqlite3.Connection, rows: Sequence[Stored]) -> None:
    connection.execute(f"CREATE VIRTUAL TABLE {form.name} USING fts5 ({', '.join(form.columns)})")
    form.insert(connection, form.name, rows)


def _make_generated(
    form: TableForm, connection: sqlite3.Connection, rows: Sequence[Stored]
) -> None:
    kept = _make_kept(form, connection, rows)
    others = [column for column in form.columns if column != "timestamp"]
    types = {"id": "INTEGER PRIMARY KEY", "price": form.types.number}
    columns = [f"{column} {types.get(column, '')}" for column in others]
    how = "STORED" if form.is_capital else "VIRTUAL"
    connection.execute(
        f"CREATE TABLE {form.name} ({', '.join(columns)}, moment, timestamp AS (moment) {how})"
    )
    connection.execute(
        f"INSERT INTO {form.name} ({', '.join(others)}, moment)"
        f" SELECT {', '.join(others)}, timestamp FROM {kept}"
    )


def _make_from_select(
    form: TableForm, connection: sqlite3.Connection, rows: Sequence[Stored]
) -> None:
    kept = _make_kept(form, connection, rows, id="")
    connection.execute(f"CREATE TABLE {form.name} AS SELECT * FROM {kept}")


def _make_kept(
    form: TableForm, connection: sqlite3.Connection, rows: Sequence[Stored], **types: str
) -> str:
    """Make a table of the rows for others to be made of, and return its name."""
    name = f"kept_{form.table}"
    connection.execute(form.created(name, **types))
    form.insert(connection, name, rows)
    return name


_MAKERS: dict[str, Callable[[TableForm, sqlite3.Connection, Sequence[Stored]], None]] = {
    "view": _make_view,
    "WITHOUT ROWID": _make_without_rowid,
    "view of a join": _make_view_of_join,
    "view with text ids": _make_view_with_text_ids,
    "fts5": _make_fts5,
    "generated columns": _make_generated,
    "STRICT": _make_strict,
    "CREATE TABLE AS": _make_from_select,
}
