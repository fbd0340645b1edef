"""Read the plain rows of `bars` as columns: 44,640 minutes of a month in a quarter of the time."""

from collections.abc import Iterator, Sequence, Set
from functools import partial
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.history.columns import joined
from shared.history.merging import NO_BARS, Bars
from shared.history.reader import Reader, ReaderError
from shared.history.schema import BOOK_COLUMNS, TRADE_COLUMNS

_BATCH_ROWS = 8192

_NULL = {"f": "9e999", "i": "0"}
"""What stands for NULL on the way, by the kind of number: a column that begins with none is else
taken for integers, or has holes. No number in a history is infinite."""

Column = NDArray[Any]


def read_plain_rows(
    reader: Reader, seconds: int, from_ms: int, to_ms: int, fields: Set[str] | None = None
) -> Bars:
    """Return the bars of `seconds` that begin in `[from_ms, to_ms)`, from `reader`.

    Trades and book come by one statement, and so are of one commit. None but `fields` are read
    where these are given, and all other numbers are 0. Raises ReaderError.
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
    whole = [NO_BARS, *reader.columns(query, _BATCH_ROWS, partial(_rows, chosen=chosen))]
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
                raise ReaderError(f"expected {expected} in {field}, found {column.dtype}")
            found[field] = column[is_there]
            if expected == np.float64:
                found[field][np.isinf(found[field])] = np.nan
        zeros = (np.zeros(len(found["ts"]), column.dtype) for column in self._empty)
        kind = type(self._empty)
        return kind(*map(found.get, kind._fields, zeros))


def _rows(view: Any, chosen: Sequence[_Chosen]) -> Bars:
    children = (np.asarray(view.child(index).buffer(1)) for index in count())
    ts = next(children)
    trades, book = (each.rows(ts, children) for each in chosen)
    return Bars(trades, book)
