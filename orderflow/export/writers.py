"""Write columns as CSV, JSON lines or Parquet, by the ending of the file's name."""

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import orjson

from orderflow.export.columns import Column, Named, rows_as_python
from orderflow.tables.table import TIMES, optional_library
from shared.errors import UsageError


class Writer(Protocol):
    """Writes tables of the same columns, one after the other, into a file."""

    def write(self, columns: Mapping[str, Column]) -> None:
        """Write the next rows."""
        ...

    def close(self) -> None:
        """Write what belongs at the end; the file itself is the caller's to close."""
        ...


class CsvWriter:
    """A line a row below a line of names; what is not there is empty. Times are epoch ms."""

    def __init__(self, file: BinaryIO) -> None:
        self._text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
        self._csv = csv.writer(self._text, lineterminator="\n")
        self._has_names = False

    def write(self, columns: Mapping[str, Column]) -> None:
        """See Writer."""
        if not self._has_names:
            self._csv.writerow(columns)
            self._has_names = True
        self._csv.writerows(zip(*rows_as_python(columns), strict=True))

    def close(self) -> None:
        """See Writer."""
        self._text.detach()


class JsonLinesWriter:
    """A JSON object a row; what is not there is null. Times are epoch ms."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, columns: Mapping[str, Column]) -> None:
        """See Writer."""
        names = tuple(columns)
        for row in zip(*rows_as_python(columns), strict=True):
            self._file.write(orjson.dumps(dict(zip(names, row, strict=True)), option=_NEW_LINE))

    def close(self) -> None:
        """See Writer."""


_NEW_LINE = orjson.OPT_APPEND_NEWLINE


class ParquetWriter:
    """Typed columns: times as timestamps in UTC, names as dictionaries, what is not there as null.

    Raises MissingLibraryError without pyarrow.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._arrow = optional_library("pyarrow")
        self._parquet = optional_library("pyarrow.parquet")
        self._file = file
        self._writer: Any = None

    def write(self, columns: Mapping[str, Column]) -> None:
        """See Writer."""
        arrays = {name: self._array(name, column) for name, column in columns.items()}
        table = self._arrow.table(arrays)
        if self._writer is None:
            self._writer = self._parquet.ParquetWriter(self._file, table.schema)
        self._writer.write_table(table)

    def close(self) -> None:
        """See Writer."""
        if self._writer is not None:
            self._writer.close()

    def _array(self, name: str, column: Column) -> Any:
        arrow = self._arrow
        if isinstance(column, Named):
            names = arrow.array(column.names, arrow.string())
            return arrow.DictionaryArray.from_arrays(column.places.astype("int32"), names)
        if name in TIMES:
            return arrow.array(column, arrow.timestamp("ms", tz="UTC"))
        return arrow.array(column, from_pandas=True)  # NaN becomes null


WRITERS: dict[str, Callable[[BinaryIO], Writer]] = {
    ".csv": CsvWriter,
    ".jsonl": JsonLinesWriter,
    ".ndjson": JsonLinesWriter,
    ".parquet": ParquetWriter,
}


def writer_for(path: Path) -> Callable[[BinaryIO], Writer]:
    """Return what writes files of the ending of `path`.

    Raises UsageError when nothing does, MissingLibraryError without what it needs.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise UsageError(f"expected a file ending in {', '.join(WRITERS)}, found {path}")
    if writer is ParquetWriter:
        optional_library("pyarrow.parquet")  # takes a while, and may not be there: before any work
    return writer
