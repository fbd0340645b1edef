"""Columns of equal length by name, and the way from them to data frames."""

from dataclasses import dataclass, fields
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from shared.errors import MissingLibraryError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

Moments = NDArray[np.int64]
"""Epoch ms UTC."""

Counts = NDArray[np.int64]
"""Whole numbers: how many, or the id of a row, or a number in `run.files`."""

Numbers = NDArray[np.float64]
"""Prices, sizes or what is made of them; NaN where there is none."""

TIMES = ("ts", "from_ms", "to_ms")
"""The columns that hold moments: data frames have them as times in UTC."""

_TOLD_COLUMNS = 8

NO_COLUMN = MappingProxyType({"is_column": False})
"""Marks a field of a table that is one value for all of it."""


def optional_library(name: str) -> Any:
    """Import a library of the extra `research`; raise MissingLibraryError without it."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise MissingLibraryError(name.partition(".")[0]) from error


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Table:
    """Columns of equal length; its attributes are their names."""

    @property
    def columns(self) -> dict[str, NDArray[Any]]:
        """The columns by name, in their order."""
        names = (field.name for field in fields(self) if field.metadata != NO_COLUMN)
        return {name: getattr(self, name) for name in names}

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def __repr__(self) -> str:
        names = list(self.columns)
        told = names if len(names) <= _TOLD_COLUMNS else [*names[:_TOLD_COLUMNS], "…"]
        return f"<{type(self).__name__}: {len(self)} rows of {', '.join(told)}>"

    def to_pandas(self) -> "pd.DataFrame":
        """Return a pandas DataFrame; `ts`, where there is one, is its index, in UTC.

        Raises MissingLibraryError without pandas.
        """
        pandas = optional_library("pandas")
        columns = self.columns
        for name in TIMES:
            if name in columns:
                times = columns[name].astype("datetime64[ms]")
                columns[name] = pandas.DatetimeIndex(times, tz="UTC")
        frame = pandas.DataFrame(columns)
        return frame.set_index("ts") if "ts" in frame.columns else frame

    def to_polars(self) -> "pl.DataFrame":
        """Return a polars DataFrame; moments are `Datetime("ms", "UTC")`.

        Raises MissingLibraryError without polars.
        """
        polars = optional_library("polars")
        times = [name for name in TIMES if name in self.columns]
        frame: pl.DataFrame = polars.DataFrame(self.columns).with_columns(
            polars.col(name).cast(polars.Datetime("ms", "UTC")) for name in times
        )
        return frame
