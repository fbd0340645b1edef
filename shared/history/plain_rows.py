"""Read the plain rows of `bars` as columns: 44,640 minutes of a month in a quarter of the time."""

import time
from collections.abc import Callable, Iterator, Sequence, Set
from functools import partial
from itertools import count
from typing import Any

import adbc_driver_manager
import adbc_driver_sqlite
import nanoarrow
import numpy as np
from numpy.typing import NDArray

from shared.history.columns import joined
from shared.history.merging import NO_BARS, Bars
from shared.history.schema import BOOK_COLUMNS, TRADE_COLUMNS

_BATCH_ROWS = 8192
_BUSY_SECONDS, _PAUSE_SECONDS = 5.0, 0.005

_NULL = {"f": "9e999", "i": "0"}
"""What stands for NULL on the way, by the kind of number: a column that begins with none is else
taken for integers, or has holes. No number in a history is infinite."""

Column = NDArray[Any]


class PlainRowsError(Exception):
    """The rows cannot be read."""


def read_plain_rows(
    uri: str, seconds: int, from_ms: int, to_ms: int, fields: Set[str] | None = None
) -> Bars:
    """Return the bars of `seconds` that begin in `[from_ms, to_ms)`, from the database at `uri`.

    Trades and book come by one statement, and so are of one commit. None but `fields` are read
    where these are given, and all other numbers are 0. Raises PlainRowsError.
    """
    chosen = [
        _Chosen(empty, columns, fields)
        for empty, columns in zip(NO_BARS, (TRADE_COLUMNS, BOOK_COLUMNS), strict=True)
    ]
    terms = ["ts", *(term for each in chosen for term in each.terms)]
    query = (
        f"SELECT {', '.join(terms)} FROM bars WHERE seconds = {seconds:d}"
        f" AND ts >= {from_ms:d} AND ts < {to_ms:d} ORDER BY ts"
    )
    parts: list[Bars] = _patiently(partial(_batches, uri, query, chosen))
    whole = [NO_BARS, *parts]
    return Bars(joined([each.trades for each in whole]), joined([each.book for each in whole]))


class _Chosen:
    """Which columns of the table hold what is wanted of one of the two kinds of bars."""

    def __init__(self, empty: Any, columns: tuple[str, ...], fields: Set[str] | None) -> None:
        self._empty = empty
        self._fields = [
            (field, column, getattr(empty, field).dtype)
            for field, column in zip(empty._fields[1:], columns, strict=True)
            if fields is None or field in fields
        ]
        # The first column is NULL where there is no bar.
        self.terms = [
            f"{columns[0]} IS NOT NULL",
            *(f"coalesce({name}, {_NULL[of.kind]})" for _, name, of in self._fields),
        ]

    def rows(self, ts: Column, children: Iterator[Column]) -> Any:
        """Return the bars in a batch, whose columns come next among `children`."""
        is_there = next(children) != 0
        found = {"ts": ts[is_there]}
        for (field, _, expected), column in zip(self._fields, children, strict=False):
            if column.dtype != expected:
                raise PlainRowsError(f"expected {expected} in {field}, found {column.dtype}")
            found[field] = column[is_there]
            if expected == np.float64:
                found[field][np.isinf(found[field])] = np.nan
        zeros = (np.zeros(len(found["ts"]), column.dtype) for column in self._empty)
        kind = type(self._empty)
        return kind(*map(found.get, kind._fields, zeros))


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


def _batches(uri: str, query: str, chosen: Sequence[_Chosen]) -> list[Bars]:
    """Return the rows of a query for what is `chosen`, in parts."""
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
            return [_rows(batch, chosen) for batch in stream if len(batch)]
    except (adbc_driver_manager.Error, RuntimeError) as error:  # nanoarrow raises the latter
        _raise_signal_behind(error)
        raise PlainRowsError(str(error)) from error


def _rows(batch: Any, chosen: Sequence[_Chosen]) -> Bars:
    view = batch.view()  # of memory that goes with the batch
    children = (np.asarray(view.child(index).buffer(1)) for index in count())
    ts = next(children)
    trades, book = (each.rows(ts, children) for each in chosen)
    return Bars(trades, book)


def _raise_signal_behind(error: BaseException) -> None:
    """Raise what a signal raised, if `error` is but what it left half open could not be closed."""
    behind = error.__context__
    while behind is not None:
        if not isinstance(behind, Exception):
            raise behind
        behind = behind.__context__
