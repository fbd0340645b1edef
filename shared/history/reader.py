"""Read the database of a history by one library alone.

Two copies of SQLite in a process do not see each other's locks, and those of both are lost when one
of them closes the file: such is POSIX. A writer may then take the log away from under a reader, or
one copy cut the index off that the other has mapped. Columns come by ADBC, four times as fast as
rows by Python's own; so all else comes by it as well.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import adbc_driver_manager
import adbc_driver_sqlite
import nanoarrow

Result = TypeVar("Result")

_BUSY_SECONDS, _PAUSE_SECONDS = 5.0, 0.005

_MESSAGE = re.compile(
    r"(?:[A-Z_]+: )?(?:\[SQLite\] )?(?:Failed to [a-z ]+: )?(.*?)(?:\nquery: .*)?", re.DOTALL
)
"""What ADBC makes of a message of SQLite's."""


class ReaderError(Exception):
    """The database cannot be read; says why."""


class Reader:
    """Reads the database at `uri`, as it was last committed each time it is asked.

    Several threads may ask at a time, and wait for each other. Raises ReaderError.
    """

    def __init__(self, uri: str) -> None:
        self._lock = threading.Lock()
        with _told():
            self._database = adbc_driver_sqlite.connect(uri)
            try:
                self._connection = adbc_driver_manager.AdbcConnection(self._database)
            except BaseException:
                self._database.close()
                raise

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()
            self._database.close()

    def rows(self, query: str, *values: int) -> list[tuple[Any, ...]]:
        """Return the rows of a query, each `?` of which stands for the next of `values`."""
        whole = query.replace("?", "{:d}").format(*values)
        return self._patiently(
            whole, lambda stream: list(nanoarrow.ArrayStream(stream).iter_tuples())
        )

    def columns(self, query: str, batch_rows: int, take: Callable[[Any], Result]) -> list[Result]:
        """Return what `take` makes of each batch of a query's rows, a view of Arrow's arrays.

        Their memory goes with the batch.
        """

        def read(stream: Any) -> list[Result]:
            batches = nanoarrow.c_array_stream(stream)
            return [take(batch.view()) for batch in batches if len(batch)]

        return self._patiently(query, read, batch_rows)

    def _patiently(
        self, query: str, read: Callable[[Any], list[Result]], batch_rows: int = 1024
    ) -> list[Result]:
        """Do it again while the database is locked.

        Connections that open and close at the same moment lock each other out, and this library
        asks SQLite for no patience.
        """
        deadline = time.monotonic() + _BUSY_SECONDS
        while True:
            try:
                with self._lock, _told():
                    return self._asked(query, read, batch_rows)
            except ReaderError as error:
                if "database is locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE_SECONDS)

    def _asked(
        self, query: str, read: Callable[[Any], list[Result]], batch_rows: int
    ) -> list[Result]:
        with adbc_driver_manager.AdbcStatement(self._connection) as statement:
            statement.set_options(**{"adbc.sqlite.query.batch_rows": str(batch_rows)})
            statement.set_sql_query(query)
            handle, _ = statement.execute_query()
            return read(handle)


@contextmanager
def _told() -> Iterator[None]:
    """Tell by a ReaderError what went wrong."""
    try:
        yield
    except (adbc_driver_manager.Error, RuntimeError) as error:  # nanoarrow raises the latter
        _raise_signal_behind(error)
        found = _MESSAGE.fullmatch(str(error))
        raise ReaderError(found[1] if found else error) from error


def _raise_signal_behind(error: BaseException) -> None:
    """Raise what a signal raised, if `error` is but what it left half open could not be closed."""
    behind = error.__context__
    while behind is not None:
        if not isinstance(behind, Exception):
            raise behind
        behind = behind.__context__
