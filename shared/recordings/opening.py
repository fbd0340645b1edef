"""Open a recorded SQLite file for reading, leaving it and everything beside it untouched."""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.recordings.live_files import Footprint, NotCopiedError, copy_committed
from shared.recordings.ordinary_copy import copy_as_ordinary, needs_copy
from shared.recordings.private_folder import private_folder
from shared.recordings.problems import FileChangedError, UnusableFileError
from shared.recordings.tables import KNOWN_COLUMNS, RecordedTable, find_table

logger = logging.getLogger(__name__)

# A memory map of the file saves at most a fifth of the scan, counts the whole file as this
# process's memory, and a file cut short under it kills the process instead of raising an error.
_PRAGMAS = ("query_only = ON", "mmap_size = 0", "cache_size = -8192", "temp_store = MEMORY")

_STEPS_BETWEEN_WAITS = 200_000
"""Steps of SQLite's virtual machine between two calls of `on_wait`: milliseconds."""

_SAMPLES, _SAMPLE_IDS = 16, 64
_SAMPLED_IDS = _SAMPLES * _SAMPLE_IDS
_SPARSEST = 1 / 16
"""The least share of ids in use for which the samples say how many rows there are."""

OnWait = Callable[[], None]


def do_nothing() -> None:
    """Wait in silence."""


class _Connection(sqlite3.Connection):
    """A connection whose errors are all SQLite's own, also those that quote what is no text."""

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        """Execute a statement."""
        try:
            return super().execute(*arguments)
        except UnicodeDecodeError as error:  # of the message: it quotes a damaged schema
            raise sqlite3.DatabaseError(error.object.decode("utf-8", "replace")) from error


@dataclass(frozen=True, slots=True)
class Source:
    """What all readers of a recording read: a file that does not change, under an SQLite address.

    `problems` are what could not be read into it. `footprint` is None where it is a copy.
    """

    path: Path
    uri: str
    problems: tuple[str, ...] = ()
    footprint: Footprint | None = None

    def check_unchanged(self) -> None:
        """Raise FileChangedError when the file was written to since it was opened."""
        if self.footprint is None:
            return
        try:
            is_same = Footprint.of(self.path) == self.footprint
        except OSError:
            is_same = False
        if not is_same:
            raise FileChangedError("it changed while it was read")


@contextmanager
def recording(
    path: Path, on_wait: OnWait = do_nothing, *, is_copied: bool = False
) -> Iterator[Source]:
    """Give what to read the recording at `path` by: all of it of one moment, and committed.

    A file at rest is read in place, any other, and with `is_copied` all, from a private copy as of
    its last commit. Tables that are no ordinary ones are copied into such. Nothing is written to
    the file, nor beside it. Raises UnusableFileError when there is no such file, or no copy of it
    can be made.
    """
    if not path.is_file():
        raise UnusableFileError("expected a file, found none")
    with ExitStack() as stack:
        try:
            footprint = Footprint.of(path)
            source = Source(path, _address(path.resolve()), (), footprint)
            if is_copied or not footprint.is_at_rest(time.time()):
                if footprint.has_journal or footprint.log_bytes:
                    logger.info("%s: its recorder has not closed it; reading a copy", path.name)
                room = 2 * (footprint.size + footprint.log_bytes)
                copy = stack.enter_context(private_folder(room)) / "recording.db"
                copy_committed(path, copy, on_wait)
                _settle(copy)
                source = Source(path, _address(copy))
            if _needs_copy(source.uri):
                copy = stack.enter_context(private_folder(2 * footprint.size)) / "ordinary.db"
                source = _as_ordinary(source, copy, on_wait)
        except (OSError, NotCopiedError) as error:
            raise UnusableFileError(f"it is being written and cannot be copied: {error}") from error
        yield source


@contextmanager
def connect(uri: str, on_wait: OnWait = do_nothing) -> Iterator[sqlite3.Connection]:
    """Open the recording at `uri`; text comes back as bytes.

    `on_wait` is called now and then while a query takes its time.
    Raises UnusableFileError when it is not an SQLite database or has neither table.
    """
    try:
        connection = _connected(uri, check_same_thread=False)
    except sqlite3.Error as error:
        raise UnusableFileError(f"expected an SQLite database, found: {error}") from error
    try:
        connection.text_factory = bytes
        connection.set_progress_handler(on_wait, _STEPS_BETWEEN_WAITS)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        names = connection.execute("SELECT lower(name) FROM sqlite_master").fetchall()
    except sqlite3.Error as error:
        connection.close()
        raise UnusableFileError(f"expected an SQLite database, found: {error}") from error
    try:
        if not any(name.decode("utf-8", "replace") in KNOWN_COLUMNS for (name,) in names):
            raise UnusableFileError("expected tables book and trades, found neither")
        yield connection
    finally:
        connection.close()


@contextmanager
def open_recording(path: Path, on_wait: OnWait = do_nothing) -> Iterator[sqlite3.Connection]:
    """Open `path` read-only; raise UnusableFileError when it is missing or not SQLite."""
    with recording(path, on_wait) as source, connect(source.uri, on_wait) as connection:
        yield connection


def ids_of(connection: sqlite3.Connection, table: RecordedTable) -> range:
    """Return the row ids of `table` from the lowest to the highest, gaps included."""
    # In one SELECT, min and max together scan the whole table.
    ends = [
        connection.execute(f"SELECT {end}(r.{table.row_id}) FROM {table.source}").fetchone()[0]
        for end in ("min", "max")
    ]
    return range(0) if ends[0] is None else range(ends[0], ends[1] + 1)


def estimated_rows(path: Path) -> int | None:
    """Return about how many rows `path` holds, by a few looks at its ids.

    None when they are too far apart to tell, as those made of the time are, or the tables have
    none; 0 when the file is unusable. A file that is being written is looked at as it is.
    """
    total = 0
    try:
        if not path.is_file():
            return 0
        with connect(_address(path.resolve())) as connection:
            for name in KNOWN_COLUMNS:
                table = find_table(connection, name)
                if table is None:
                    continue
                if table.row_id is None:
                    return None
                rows = _estimated_rows(connection, table)
                if rows is None:
                    return None
                total += rows
    except (UnusableFileError, OSError, sqlite3.Error):
        pass
    return total


def _estimated_rows(connection: sqlite3.Connection, table: RecordedTable) -> int | None:
    ids = ids_of(connection, table)
    width = ids.stop - ids.start
    count = f"SELECT count(*) FROM {table.source} WHERE r.{table.row_id} BETWEEN ? AND ?"
    if width <= _SAMPLED_IDS:
        (rows,) = connection.execute(count, (ids.start, ids.stop - 1)).fetchone()
        return int(rows)
    looked, found = 0, 0
    for number in range(_SAMPLES):
        first = ids.start + (width - _SAMPLE_IDS) * number // (_SAMPLES - 1)
        try:
            ((rows,),) = connection.execute(count, (first, first + _SAMPLE_IDS - 1))
        except sqlite3.Error:  # damage there, which says nothing about the rest
            continue
        looked += _SAMPLE_IDS
        found += rows
    return width * found // looked if found > looked * _SPARSEST else None


def _connected(uri: str, **options: Any) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, factory=_Connection, **options)


def _address(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=ro&immutable=1"


def _settle(copy: Path) -> None:
    """Let SQLite roll back what was not committed, or bring in the log of what was."""
    try:
        with closing(_connected(f"{copy.as_uri()}?mode=rw")) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        raise UnusableFileError(f"expected an SQLite database, found: {error}") from error


def _needs_copy(uri: str) -> bool:
    try:
        with connect(uri) as connection:
            return needs_copy(connection)
    except UnusableFileError:  # whoever reads it will be told
        return False


def _as_ordinary(source: Source, copy: Path, on_wait: OnWait) -> Source:
    try:
        with closing(_connected(source.uri)) as connection:
            connection.set_progress_handler(on_wait, _STEPS_BETWEEN_WAITS)
            problems = copy_as_ordinary(connection, copy)
    except sqlite3.Error as error:
        raise UnusableFileError(f"its tables cannot be copied: {error}") from error
    return Source(source.path, _address(copy), problems, source.footprint)
