"""Open a recorded SQLite file for reading, leaving it and everything beside it untouched."""

import logging
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
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


_STEPS_BETWEEN_WAITS = 200_000
"""Steps of SQLite's virtual machine between two calls of `on_wait`: milliseconds."""

OnWait = Callable[[], None]


def do_nothing() -> None:
    """Wait in silence."""


class UnusableFileError(OrderflowError):
    """A recorded file cannot be opened or read as what it should be."""

    exit_code = ExitCode.PARTIAL_DATA


@contextmanager
def recording_uri(path: Path) -> Iterator[str]:
    """Give the address under which SQLite reads `path` and writes nothing beside it.

    A recording whose write-ahead log still holds rows is read together with it.
    Raises UnusableFileError when there is no such file, or no copy of it can be made.
    """
    if not path.is_file():
        raise UnusableFileError("expected a file, found none")
    base = path.absolute().as_uri()
    log = path.with_name(path.name + "-wal")
    if not (log.exists() and log.stat().st_size):
        yield f"{base}?mode=ro&immutable=1"
    elif path.with_name(path.name + "-shm").exists():
        yield f"{base}?mode=ro&readonly_shm=1"
    else:
        # SQLite would create the missing -shm file beside the recording: read a copy instead.
        logger.warning("%s: its recorder did not close it; reading a copy", path)
        with ExitStack() as stack:
            try:
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="orderflow-"))
                copy = Path(folder) / path.name
                shutil.copyfile(path, copy)
                shutil.copyfile(log, copy.with_name(log.name))
            except OSError as error:
                raise UnusableFileError(
                    f"its recorder did not close it and it cannot be copied: {error}"
                ) from error
            yield f"{copy.as_uri()}?mode=ro"


def is_immutable(uri: str) -> bool:
    """Say whether the recording at `uri`, as `recording_uri` gives it, stays as it is."""
    return "immutable=1" in uri.rpartition("?")[2]


@contextmanager
def connect(uri: str, on_wait: OnWait = do_nothing) -> Iterator[sqlite3.Connection]:
    """Open the recording at `uri`; text comes back as bytes.

    `on_wait` is called now and then while a query takes its time.
    Raises UnusableFileError when it is not an SQLite database or has neither table.
    """
    try:
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
    except sqlite3.Error as error:
        raise UnusableFileError(f"expected an SQLite database, found: {error}") from error
    try:
        connection.text_factory = bytes
        connection.set_progress_handler(on_wait, _STEPS_BETWEEN_WAITS)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        names = connection.execute("SELECT name FROM sqlite_master").fetchall()
    except sqlite3.Error as error:
        connection.close()
        raise UnusableFileError(f"expected an SQLite database, found: {error}") from error
    try:
        if not any(name.decode("utf-8", "replace") in REQUIRED_COLUMNS for (name,) in names):
            raise UnusableFileError("expected tables book and trades, found neither")
        yield connection
    finally:
        connection.close()


@contextmanager
def open_recording(path: Path, on_wait: OnWait = do_nothing) -> Iterator[sqlite3.Connection]:
    """Open `path` read-only; raise UnusableFileError when it is missing or not SQLite."""
    with recording_uri(path) as uri, connect(uri, on_wait) as connection:
        yield connection


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


def ids_of(connection: sqlite3.Connection, table: str) -> range:
    """Return the rowids of `table` from the lowest to the highest, gaps included."""
    # In one SELECT, min and max together scan the whole table.
    (first,) = connection.execute(f"SELECT min(rowid) FROM {table}").fetchone()
    (last,) = connection.execute(f"SELECT max(rowid) FROM {table}").fetchone()
    return range(0) if last is None else range(first, last + 1)


def estimated_rows(path: Path) -> int:
    """Return how many rows `path` holds by its ids, without reading them; 0 if unusable."""
    total = 0
    try:
        with open_recording(path) as connection:
            for table in REQUIRED_COLUMNS:
                ids = ids_of(connection, table)
                total += ids.stop - ids.start
    except (UnusableFileError, sqlite3.Error):
        pass
    return total
