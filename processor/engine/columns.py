"""Read a query's rows as columns: SQLite's own values in Arrow buffers, seen as arrays."""

from collections.abc import Iterator
from typing import Any

import adbc_driver_manager
import adbc_driver_sqlite
import nanoarrow
import numpy as np

from processor.engine.retreat import RetreatError

Column = np.ndarray[Any, np.dtype[Any]]


def read_columns(uri: str, query: str, formats: str, batch_rows: int) -> Iterator[list[Column]]:
    """Yield the result of `query` on the database at `uri`, `batch_rows` rows at a time.

    `formats` has a letter a column, Arrow's: `l` int64 and `g` float64 come as one array, `u`
    text as two, its bytes and the offsets of the rows in them. Reading does not hold the
    interpreter's lock. The text is only lent, until the next batch is asked for.
    Raises RetreatError when a column has another type or a null, or the file is
    damaged.
    """
    try:
        with (
            adbc_driver_sqlite.connect(uri) as database,
            adbc_driver_manager.AdbcConnection(database) as connection,
            adbc_driver_manager.AdbcStatement(connection) as statement,
        ):
            statement.set_options(**{"adbc.sqlite.query.batch_rows": str(batch_rows)})
            statement.set_sql_query(query)
            handle, _ = statement.execute_query()
            for batch in nanoarrow.c_array_stream(handle):
                yield _arrays(batch, formats)
    except (adbc_driver_manager.Error, RuntimeError) as error:  # nanoarrow raises the latter
        raise RetreatError(str(error)) from error


def _arrays(batch: Any, formats: str) -> list[Column]:
    view = batch.view()
    arrays: list[Column] = []
    for index, expected in enumerate(formats):
        child = view.child(index)
        found = batch.schema.child(index).format
        if found != expected or child.null_count:
            raise RetreatError(
                f"expected Arrow type {expected} without nulls in column {index}, found {found}"
                f" with {child.null_count}"
            )
        if expected == "u":
            arrays.append(np.asarray(child.buffer(2)).view(np.uint8))
            arrays.append(np.asarray(child.buffer(1)))
        else:
            arrays.append(np.asarray(child.buffer(1)).copy())
    return arrays
