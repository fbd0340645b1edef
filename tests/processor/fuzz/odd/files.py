"""Write the day files of a case: any pages, any encoding, whatever its recorder left beside it."""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from tests.processor.fuzz.draw import Draw
from tests.processor.fuzz.odd.market import DrawnDay
from tests.processor.fuzz.odd.stored_rows import ColumnTypes, Stored, stored_rows
from tests.processor.fuzz.odd.table_forms import COLUMNS, TableForm

TABLES = ("book", "trades")
PRAGMAS: dict[str, dict[str, str]] = {
    "page_size": {size: size for size in ("4096", "512", "1024", "8192", "65536")},
    "encoding": {name: f"'{name}'" for name in ("UTF-8", "UTF-16le", "UTF-16be")},
    "auto_vacuum": {"off": "0", "full": "1", "incremental": "2"},
}
LEFT = (
    *("closed", "closed, WAL", "WAL left", "WAL and shm left", "empty journal", "done journal"),
    "hot journal",
)


def write_file(draw: Draw, drawn: DrawnDay, folder: Path, instrument: str) -> str:
    """Write one day as a file of any form that is accepted, and return its name."""
    path = _path(draw, drawn, folder, instrument)
    path.parent.mkdir(parents=True, exist_ok=True)
    left = draw.one("recorder left", {name: name for name in LEFT}, 0.6)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma, values in PRAGMAS.items():
            connection.execute(f"PRAGMA {pragma} = {draw.one(pragma, values, 0.7)}")
        connection.execute("PRAGMA synchronous = OFF")
        if "WAL" in left:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA wal_autocheckpoint = 0")
        _fill(draw, drawn, connection, instrument)
        if draw.chance("VACUUM", 0.1):
            connection.execute("VACUUM")
        _leave(connection, path, left)
    _put_in_place(path)
    if draw.chance("at rest", 0.6):
        then = time.time() - 3600
        for each in path.parent.glob(f"{path.name}*"):
            os.utime(each, (then, then))
    return path.name


def _path(draw: Draw, drawn: DrawnDay, folder: Path, instrument: str) -> Path:
    date = f"25-07-{drawn.number + 1:02}"
    if draw.chance("four digits of the year", 0.2):
        date = f"20{date}"
    if draw.chance("a folder of the instrument", 0.2):
        folder = folder / instrument
    suffix = draw.one("suffix", {name: name for name in (".db", ".sqlite", ".sqlite3")})
    return folder / f"{instrument}-{date}{suffix}"


def _fill(draw: Draw, drawn: DrawnDay, connection: sqlite3.Connection, instrument: str) -> None:
    connection.execute("BEGIN")
    for table in TABLES:
        if table == drawn.left_out:
            continue
        types = ColumnTypes.drawn(draw)
        rows = stored_rows(draw, drawn, table, instrument, types)
        kept = _kept(draw, drawn, table, rows)
        if table == "book" and "seq_id" not in kept:
            for row in drawn.day.book:
                row.seq_id = row.prev_seq_id = None
        form = TableForm.drawn(draw, table, types, kept)
        if any(isinstance(value, bytes) for row in rows for value in row.values()):
            draw.note("values", "blobs")
        form.make(connection, rows)
    connection.execute("COMMIT")


def _kept(draw: Draw, drawn: DrawnDay, table: str, rows: Iterable[Stored]) -> set[str]:
    """Draw which columns there are."""
    kept = set(COLUMNS[table])
    bad = {bad.column for (name, _), bad in drawn.bad.items() if name == table}
    if table == "book" and not drawn.has_actions:
        kept.discard("action")
    for optional, probability in (("id", 0.1), ("instrument", 0.15), ("trade_id", 0.1)):
        if optional in kept and optional not in bad and draw.chance(f"no {optional}", probability):
            kept.discard(optional)
    if draw.chance("no seq_id", 0.7):
        kept -= {"seq_id", "prev_seq_id"}
    return kept


def _leave(connection: sqlite3.Connection, path: Path, left: str) -> None:
    """Leave the file and what lies beside it as `left` says, in a folder beside it."""
    aside = path.with_name("aside")
    match left:
        case "WAL left" | "WAL and shm left":
            _add_a_table(connection)
        case "empty journal":
            connection.execute("PRAGMA journal_mode = TRUNCATE")
            _add_a_table(connection)
        case "done journal":
            connection.execute("PRAGMA journal_mode = PERSIST")
            _add_a_table(connection)
        case "hot journal":
            connection.execute("PRAGMA cache_size = 1")
            connection.execute("BEGIN")
            connection.execute("CREATE TABLE uncommitted (text)")
            connection.executemany("INSERT INTO uncommitted VALUES (?)", [("x" * 900,)] * 50)
            for (name,) in _ordinary_tables(connection):
                connection.execute(f'DELETE FROM "{name}"')
            connection.execute("INSERT INTO uncommitted SELECT * FROM uncommitted")
        case _:
            return
    aside.mkdir()
    for each in path.parent.glob(f"{path.name}*"):
        if not (left == "WAL left" and each.name.endswith("-shm")):
            shutil.copyfile(each, aside / each.name)
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _add_a_table(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE later (text)")
    connection.executemany("INSERT INTO later VALUES (?)", [("x" * 100,)] * 20)


def _ordinary_tables(connection: sqlite3.Connection) -> list[tuple[str]]:
    return connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
        " AND lower(name) IN ('book', 'trades')"
    ).fetchall()


def _put_in_place(path: Path) -> None:
    aside = path.with_name("aside")
    if not aside.is_dir():
        return
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()
    for each in aside.iterdir():
        each.rename(path.with_name(each.name))
    aside.rmdir()
