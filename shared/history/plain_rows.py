"""Read the plain rows of `bars` as columns: 44,640 minutes of a month in a quarter of the time."""

import time
from collections.abc import Callable, Sequence, Set
from functools import partial
from typing import Any

import adbc_driver_manager
import adbc_driver_sqlite
import nanoarrow
import numpy as np
from numpy.typing import NDArray

from shared.history.bars import Pieces, no_pieces
from shared.history.columns import joined

_BATCH_ROWS = 8192
_BUSY_SECONDS, _PAUSE_SECONDS = 5.0, 0.005

_NULL = "9e999"
"""What stands for NULL on the way, infinity: a column that begins with none is else taken for
integers. No number in a history is infinite."""


class PlainRowsError(Exception):
    """The rows cannot be read."""


def read_plain_rows(
    uri: str,
    kind: type[Pieces],
    columns: tuple[str, ...],
    seconds: int,
    from_ms: int,
    to_ms: int,
    fields: Set[str] | None = None,
) -> Pieces:
    """Return the bars of `seconds` that begin in `[from_ms, to_ms)`, from the database at `uri`.

    `columns` hold the fields of `kind` after its `ts`; the first is NULL where there is no bar.
    None but `fields` are read where these are given, and all other numbers are 0.
    Raises PlainRowsError.
    """
    empty: Pieces = no_pieces(kind)
    names = dict(zip(kind._fields, ("ts", *columns), strict=True))
    read = {
        field: names[field] if column.dtype == np.int64 else f"coalesce({names[field]}, {_NULL})"
        for field, column in zip(kind._fields, empty, strict=True)
        if fields is None or field in fields or field == "ts"
    }
    query = (
        f"SELECT {', '.join(read.values())} FROM bars WHERE seconds = {seconds:d}"
        f" AND ts >= {from_ms:d} AND ts < {to_ms:d} AND {columns[0]} IS NOT NULL ORDER BY ts"
    )
    parts: list[Any] = _patiently(partial(_batches, uri, query, empty, list(read)))
    rows: Pieces = joined([empty, *parts])
    return rows


def _patiently(work: Callable[[], list[Any]]) -> list[Any]:
    """Do it again while the database is locked.

    Connections that open and close at the same moment lock each other out, and this library asks
    SQLite for no patience.
    """
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            return work()
        except PlainRowsError as error:
            if "database is locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_SECONDS)


def _batches(uri: str, query: str, empty: Pieces, read: Sequence[str]) -> list[Pieces]:
    """Return the rows of a query for the fields `read`, in parts."""
    try:
        with (
            adbc_driver_sqlite.connect(uri) as database,
            adbc_driver_manager.AdbcConnection(database) as connection,
            adbc_driver_manager.AdbcStatement(connection) as statement,
        ):
            statement.set_options(**{"adbc.sqlite.query.batch_rows": str(_BATCH_ROWS)})
            statement.set_sql_query(query)
            handle, _ = statement.execute_query()
            stream = nanoarrow.c_array_stream(handle)
            return [_rows(batch, empty, read) for batch in stream if len(batch)]
    except (adbc_driver_manager.Error, RuntimeError) as error:  # nanoarrow raises the latter
        _raise_signal_behind(error)
        raise PlainRowsError(str(error)) from error


def _rows(batch: Any, empty: Pieces, read: Sequence[str]) -> Pieces:
    view = batch.view()  # of memory that goes with the batch
    found: dict[str, NDArray[Any]] = {}
    for index, field in enumerate(read):
        column = np.asarray(view.child(index).buffer(1)).copy()
        expected = getattr(empty, field).dtype
        if column.dtype != expected:
            raise PlainRowsError(f"expected {expected} in {field}, found {column.dtype}")
        if column.dtype == np.float64:
            column[np.isinf(column)] = np.nan
        found[field] = column
    kind = type(empty)
    columns: list[Any] = [
        found.get(field, np.zeros(len(batch), column.dtype))
        for field, column in zip(kind._fields, empty, strict=True)
    ]
    return kind(*columns)


def _raise_signal_behind(error: BaseException) -> None:
    """Raise what a signal raised, if `error` is but what it left half open could not be closed."""
    behind = error.__context__
    while behind is not None:
        if not isinstance(behind, Exception):
            raise behind
        behind = behind.__context__
