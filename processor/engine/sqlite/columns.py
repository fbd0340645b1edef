"""Read a query's rows as columns: SQLite's own values in Arrow buffers, seen as arrays."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import adbc_driver_manager
import adbc_driver_sqlite
import nanoarrow
import numpy as np

from processor.engine.sqlite.reading_order import ReadingOrderError
from processor.engine.sqlite.unlocked_stream import unlocked

Column = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class ColumnBatch:
    """Some rows of a query as arrays, and the owner of the memory that their text is in, if any."""

    arrays: tuple[Column, ...]
    owner: object = None


def read_columns(
    uri: str, query: str, formats: str, batch_rows: int
) -> Generator[ColumnBatch, None, None]:
    """Yield the result of `query` on the database at `uri`, `batch_rows` rows at a time.

    `formats` has a letter a column, Arrow's: `l` int64 and `g` float64 come as one array, `u`
    text as two, its bytes and the offsets of the rows in them. Reading does not hold the
    interpreter's lock. Numbers are the caller's own; text may be used while its batch lives.
    Raises ReadingOrderError when a column has another type or a null, or the file is
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
            for batch in unlocked(nanoarrow.c_array_stream(handle)):
                yield ColumnBatch(tuple(_arrays(batch, formats)), batch if "u" in formats else None)
    except (adbc_driver_manager.Error, RuntimeError) as error:  # nanoarrow raises the latter
        raise ReadingOrderError(str(error)) from error


def _arrays(batch: Any, formats: str) -> Iterator[Column]:
    view = batch.view()
    for index, expected in enumerate(formats):
        child = view.child(index)
        found = batch.schema.child(index).format
        if found != expected or child.null_count:
            raise ReadingOrderError(
                f"expected Arrow type {expected} without nulls in column {index}, found {found}"
                f" with {child.null_count}"
            )
        if expected == "u":
            yield np.asarray(child.buffer(2)).view(np.uint8)
            yield np.asarray(child.buffer(1))
        else:
            yield np.asarray(child.buffer(1)).copy()
