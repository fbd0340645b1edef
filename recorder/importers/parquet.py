"""Parquet: trades in named columns, or whole books in columns of lists, told by the columns."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from recorder.importers.archives.lines import Block
from recorder.importers.archives.problems import DamagedError, RefusedError
from recorder.importers.formats.books.list_columns import LISTS, ListColumnReader
from recorder.importers.formats.names import instrument_in
from recorder.importers.formats.reader import Asked, Head, Reader
from recorder.importers.formats.trades.records import ParquetTradeReader
from recorder.importers.known_others import known_heading
from recorder.importers.placing.batches import Batch
from recorder.importers.placing.outcome import Outcome


def parquet_reader(path: Path, asked: Asked, library: Any) -> Reader:
    """Return the reader of the Parquet file at `path`; `library` is pyarrow.

    Raises DamagedError when it cannot be opened, RefusedError when it is no recording.
    """
    try:
        file = library.parquet.ParquetFile(path)
        names = list(file.schema_arrow.names)
        what = known_heading(names)
        if what is not None:
            raise RefusedError(what)
        if set(LISTS) <= set(names):
            instrument = asked.instrument or instrument_in(path.name)
            return _Guarded(ListColumnReader(file, instrument), library)
        return _Guarded(ParquetTradeReader(file, Head(path.name, b""), asked), library)
    except (library.lib.ArrowException, OSError) as error:
        raise DamagedError(f"its Parquet data is damaged: {error}") from error


class _Guarded:
    """A reader of whose library's errors are told as damage."""

    def __init__(self, reader: Reader, library: Any) -> None:
        self._reader = reader
        self._library = library
        self.format = reader.format
        self.has_counted_ids = reader.has_counted_ids

    def source_of(self, table: str) -> str:
        """See Reader."""
        return self._reader.source_of(table)

    def read(self, blocks: Iterator[Block], outcome: Outcome) -> Iterator[Batch]:
        """See Reader."""
        try:
            yield from self._reader.read(blocks, outcome)
        except (self._library.lib.ArrowException, OSError) as error:
            where = f"behind row {outcome.rows_in}"
            raise DamagedError(f"its Parquet data is damaged {where}: {error}") from error
