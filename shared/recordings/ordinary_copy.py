"""Copy tables that are none, or that name their rows in no way of ours, into ordinary ones."""

import sqlite3
from contextlib import closing
from pathlib import Path

from shared.recordings.tables import KNOWN_COLUMNS, RecordedTable, find_table


def needs_copy(connection: sqlite3.Connection) -> bool:
    """Say whether a table of the recording is a view, virtual, WITHOUT ROWID or the like."""
    for name in KNOWN_COLUMNS:
        try:
            table = find_table(connection, name)
        except sqlite3.Error:
            return True
        if table is not None and table.row_id is None:
            return True
    return False


def copy_as_ordinary(connection: sqlite3.Connection, copy: Path) -> tuple[str, ...]:
    """Copy the columns we know of both tables to a new file, and return what went wrong.

    The values keep their types. What can be read up to an error is there.
    """
    problems = []
    connection.execute("ATTACH ? AS private", (f"{copy.absolute().as_uri()}?mode=rwc",))
    for pragma in ("journal_mode = MEMORY", "synchronous = OFF"):
        connection.execute(f"PRAGMA private.{pragma}")
    for name in KNOWN_COLUMNS:
        try:
            table = find_table(connection, name)
            if table is not None:
                problems += _copy_table(connection, table)
        except sqlite3.Error as error:
            problems.append(f"table {name} cannot be read: {error}")
    connection.commit()
    return tuple(problems)


def _copy_table(connection: sqlite3.Connection, table: RecordedTable) -> list[str]:
    columns = [name for name in KNOWN_COLUMNS[table.name] if name in table.columns]
    plain = {name: f"r.{name}" for name in columns}
    # Text would become an integer key if it looks like one.
    strict = plain | {"id": "CASE typeof(r.id) WHEN 'integer' THEN r.id ELSE 'none' END"}
    into = f"INSERT INTO private.{table.name} ({', '.join(columns)})"
    # Ids that are no integers, or not each another's, order the rows but do not name them.
    for id_type, values in (("INTEGER PRIMARY KEY", strict), ("", plain)):
        select = f"SELECT {', '.join(values[name] for name in columns)} FROM {table.source}"
        typed = [f"{name} {id_type}" if name == "id" else name for name in columns]
        connection.execute(f"DROP TABLE IF EXISTS private.{table.name}")
        connection.execute(f"CREATE TABLE private.{table.name} ({', '.join(typed)})")
        try:
            connection.execute(f"{into} {select}")
        except sqlite3.IntegrityError:
            continue
        except sqlite3.Error as error:
            good = _rows_before_error(connection, select)
            connection.execute(f"{into} {select} LIMIT {good}")
            return [f"table {table.name}: the file is damaged: {error}"]
        return []
    return []


def _rows_before_error(connection: sqlite3.Connection, select: str) -> int:
    count = 0
    with closing(connection.execute(select)) as rows:
        try:
            for _ in rows:
                count += 1
        except sqlite3.Error:
            pass
    return count
