"""The columns of an exported file: those of a table, with names in place of numbers of files."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from orderflow.tables.table import Table


class Named(NamedTuple):
    """A column of a few texts: the place of each row's in `names`."""

    places: NDArray[np.int64]
    names: tuple[str, ...]

    def texts(self) -> list[str]:
        """The text of each row."""
        return [self.names[place] for place in self.places.tolist()]


Column = NDArray[Any] | Named
"""Numbers, or names."""


def exported(table: Table, files: Mapping[int, str]) -> dict[str, Column]:
    """Return the columns of `table`, with the names of `files` and `buy` or `sell` as texts."""
    names = ("", *(files.get(number, "") for number in range(1, max(files, default=0) + 1)))
    columns: dict[str, Column] = {}
    for name, column in table.columns.items():
        if name == "is_buy":
            columns["side"] = Named(column.astype(np.int64), ("sell", "buy"))
        elif name == "file" or name.endswith("_file"):
            columns[name] = Named(column, names)
        elif column.dtype.kind == "U":
            kinds, places = np.unique(column, return_inverse=True)
            columns[name] = Named(places, tuple(kinds.tolist()))
        else:
            columns[name] = column
    return columns


def rows_as_python(columns: Mapping[str, Column]) -> list[list[Any]]:
    """Return every column as a list of Python's own numbers and texts, None where there is none."""
    return [_listed(column) for column in columns.values()]


def _listed(column: Column) -> list[Any]:
    if isinstance(column, Named):
        return list(column.texts())
    values: list[Any] = column.tolist()
    if column.dtype == np.float64 and np.isnan(column).any():
        return [None if value != value else value for value in values]
    return values
