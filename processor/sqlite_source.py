"""Open a recorded SQLite file for reading, leaving it and everything beside it untouched."""

import logging
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.errors import OrderflowError
from shared.exit_codes import ExitCode

logger = logging.getLogger(__name__)

# A memory map of the file saves at most a fifth of the scan, counts the whole file as this
# process's memory, and a file cut short under it kills the process instead of raising an error.
_PRAGMAS = ("query_only = ON", "mmap_size = 0", "cache_size = -8192", "temp_store = MEMORY")

REQUIRED_COLUMNS = {
    "book": ("id", "bids", "asks", "timestamp"),
    "trades": ("id", "price", "size", "side", "timestamp"),
}


class UnusableFileError(OrderflowError):
    """A recorded file cannot be opened or read as what it should be."""

    exit_code = ExitCode.PARTIAL_DATA


@contextmanager
def open_recording(path: Path) -> Iterator[sqlite3.Connection]:
    """Open `path` read-only; text comes back as bytes.

    A recording whose write-ahead log still holds rows is read together with it.
    Raises UnusableFileError when `path` is missing or not an SQLite database.
    """
    if not path.is_file():
        raise UnusableFileError("expected a file, found none")
    with _database_uri(path) as uri:
        try:
            connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            raise UnusableFileError(f"expected an SQLite database, found: {error}") from error
        try:
            connection.text_factory = bytes
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as error:
            connection.close()
            raise UnusableFileError(f"expected an SQLite database, found: {error}") from error
        try:
            yield connection
        finally:
            connection.close()


def columns_of(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    """Return the column names of `table`.

    Raises UnusableFileError when there is no such table or it lacks a column we need.
    """
    rows = connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
    columns = tuple(name.decode() for (name,) in rows)
    if not columns:
        raise UnusableFileError(f"expected a table {table}, found none")
    missing = [name for name in REQUIRED_COLUMNS[table] if name not in columns]
    if missing:
        raise UnusableFileError(
            f"expected columns {', '.join(REQUIRED_COLUMNS[table])} in table {table},"
            f" found no {', '.join(missing)}"
        )
    return columns


def estimated_rows(path: Path) -> int:
    """Return how many rows `path` holds by its ids, without reading them; 0 if unusable."""
    total = 0
    try:
        with open_recording(path) as connection:
            for table in REQUIRED_COLUMNS:
                first, last = connection.execute(f"SELECT min(id), max(id) FROM {table}").fetchone()
                total += last - first + 1 if last is not None else 0
    except (UnusableFileError, sqlite3.Error):
        pass
    return total


@contextmanager
def _database_uri(path: Path) -> Iterator[str]:
    base = path.absolute().as_uri()
    log = path.with_name(path.name + "-wal")
    if not (log.exists() and log.stat().st_size):
        yield f"{base}?mode=ro&immutable=1"
    elif path.with_name(path.name + "-shm").exists():
        yield f"{base}?mode=ro&readonly_shm=1"
    else:
        # SQLite would create the missing -shm file beside the recording: read a copy instead.
        logger.warning("%s: its recorder did not close it; reading a copy", path)
        with tempfile.TemporaryDirectory(prefix="orderflow-") as folder:
            copy = Path(folder) / path.name
            shutil.copyfile(path, copy)
            shutil.copyfile(log, copy.with_name(log.name))
            yield f"{copy.as_uri()}?mode=ro"
