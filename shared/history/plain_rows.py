"""Read the plain rows of `bars` as columns: 44,640 minutes of a month in a quarter of the time."""

from collections.abc import Iterable, Iterator
from typing import Any

import adbc_driver_manager
import adbc_driver_sqlite
import nanoarrow
import numpy as np
from numpy.typing import NDArray

from shared.history.bars import Pieces, no_pieces
from shared.history.columns import joined

_BATCH_ROWS = 8192

_NULL = "9e999"
"""What stands for NULL on the way, infinity: a column that begins with none is else taken for
integers. No number in a history is infinite."""


class PlainRowsError(Exception):
    """The rows cannot be read."""


def read_plain_rows(
    uri: str, kind: type[Pieces], columns: tuple[str, ...], seconds: int, from_ms: int, to_ms: int
) -> Pieces:
    """Return the bars of `seconds` that begin in `[from_ms, to_ms)`, from the database at `uri`.

    `columns` hold the fields of `kind` after its `ts`; the first is NULL where there is no bar.
    Raises PlainRowsError.
    """
    empty = no_pieces(kind)
    asked = [
        name if column.dtype == np.int64 else f"coalesce({name}, {_NULL})"
        for name, column in zip(columns, empty[1:], strict=True)
    ]
    query = (
        f"SELECT ts, {', '.join(asked)} FROM bars WHERE seconds = {seconds:d}"
        f" AND ts >= {from_ms:d} AND ts < {to_ms:d} AND {columns[0]} IS NOT NULL ORDER BY ts"
    )
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
            parts: list[Any] = [kind(*_columns(batch, empty)) for batch in stream if len(batch)]
    except (adbc_driver_manager.Error, RuntimeError) as error:  # nanoarrow raises the latter
        _raise_signal_behind(error)
        raise PlainRowsError(str(error)) from error
    rows: Pieces = joined([empty, *parts])
    return rows


def _columns(batch: Any, empty: Iterable[NDArray[Any]]) -> Iterator[NDArray[Any]]:
    view = batch.view()  # of memory that goes with the batch
    for index, expected in enumerate(empty):
        column = np.asarray(view.child(index).buffer(1)).copy()
        if column.dtype != expected.dtype:
            raise PlainRowsError(
                f"expected {expected.dtype} in column {index}, found {column.dtype}"
            )
        if column.dtype == np.float64:
            column[np.isinf(column)] = np.nan
        yield column


def _raise_signal_behind(error: BaseException) -> None:
    """Raise what a signal raised, if `error` is but what it left half open could not be closed."""
    behind = error.__context__
    while behind is not None:
        if not isinstance(behind, Exception):
            raise behind
        behind = behind.__context__
