"""Whole books in Parquet: a row each, with lists of prices and sizes of both sides."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from recorder.importers.archives.lines import Block
from recorder.importers.archives.problems import RefusedError
from recorder.importers.placing.batches import BookBatch
from recorder.importers.placing.outcome import Outcome, Reason
from shared.recordings.level_parser import normalize_levels
from shared.recordings.problems import BadRowError
from shared.recordings.recorded_time import parse_timestamp_ms
from shared.recordings.writing.rows import NewBookRow

LISTS = ("bids_px", "bids_qty", "asks_px", "asks_qty")
_TIMES = ("exch_ts_ms", "timestamp", "ts_ms", "ts")
_INSTRUMENTS = ("symbol", "instrument")
ROWS_AT_ONCE = 64


class ListColumnReader:
    """Reads an open Parquet file with the columns LISTS; each row is a snapshot, numbered from 1.

    Raises RefusedError when nothing in it tells the time.
    """

    format = "Parquet books"
    has_counted_ids = False

    def __init__(self, file: Any, instrument: str | None) -> None:
        self._file = file
        names = file.schema_arrow.names
        time = _first(_TIMES, names)
        if time is None:
            raise RefusedError(f"its books have no time: expected one of {', '.join(_TIMES)}")
        self._time = time
        self._symbol = _first(_INSTRUMENTS, names)
        self._instrument = instrument

    def source_of(self, _table: str) -> str:
        """See Reader."""
        return self.format

    def read(self, _blocks: Iterator[Block], outcome: Outcome) -> Iterator[BookBatch]:
        """See Reader."""
        line = 0
        wanted = [*LISTS, self._time, *([self._symbol] if self._symbol else [])]
        for batch in self._file.iter_batches(ROWS_AT_ONCE, columns=wanted):
            columns = batch.to_pydict()
            for place in range(batch.num_rows):
                line += 1
                outcome.rows_in += 1
                told = columns[self._symbol][place] if self._symbol else None
                instrument = told or self._instrument
                if not instrument:
                    outcome.skip(Reason.NO_INSTRUMENT, line, example="give it by --instrument")
                    continue
                try:
                    time_ms = parse_timestamp_ms(columns[self._time][place])
                    bids_px, bids_qty, asks_px, asks_qty = (columns[name][place] for name in LISTS)
                    bids, asks = _levels(bids_px, bids_qty), _levels(asks_px, asks_qty)
                except (BadRowError, TypeError, ValueError) as error:
                    outcome.skip(Reason.UNREADABLE, line, example=str(error))
                    continue
                yield BookBatch(instrument, [NewBookRow(time_ms, bids, asks, "snapshot")])


def _levels(prices: Sequence[float], sizes: Sequence[float]) -> str:
    levels = list(zip(prices, sizes, strict=True))
    normalize_levels(levels)
    return orjson.dumps(levels).decode()


def _first(wanted: Sequence[str], names: Sequence[str]) -> str | None:
    return next((name for name in wanted if name in names), None)
