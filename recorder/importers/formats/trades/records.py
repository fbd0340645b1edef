"""Trades as JSON lines or Parquet: records whose columns have names, as generic CSV has them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from recorder.importers.archives.lines import Block
from recorder.importers.formats.reader import Asked, Head
from recorder.importers.formats.trades.csv_reader import TradeCsvReader, has_odd_numbers
from recorder.importers.formats.trades.layouts import TradeLayout
from recorder.importers.formats.trades.named_columns import layout_of_columns
from recorder.importers.placing.batches import TradeBatch
from recorder.importers.placing.contracts import Contracts
from recorder.importers.placing.outcome import Outcome, Reason

ROWS_AT_ONCE = 8192


class JsonLinesReader:
    """Reads an object a line, all with the names of the first."""

    format = "JSON lines"
    has_counted_ids = False

    def __init__(self, layout: TradeLayout, names: Sequence[str], contracts: Contracts) -> None:
        self._columns = {key: names[place] for key, place in layout.columns.items()}
        self._trades = TradeCsvReader(layout, contracts)

    def source_of(self, table: str) -> str:
        """See Reader."""
        return self._trades.source_of(table)

    def read(self, blocks: Iterator[Block], outcome: Outcome) -> Iterator[TradeBatch]:
        """See Reader."""
        for first_line, data in blocks:
            rows: list[list[str]] = []
            lines: list[int] = []
            for number, line in enumerate(data.split(b"\n"), first_line):
                if not line.strip():
                    continue
                outcome.rows_in += 1
                try:
                    record = orjson.loads(line)
                    rows.append([_text(record[name]) for name in self._columns.values()])
                except (orjson.JSONDecodeError, KeyError, TypeError) as error:
                    outcome.skip(Reason.UNREADABLE, number, example=str(error))
                else:
                    lines.append(number)
            yield from trades_of(self._trades, self._columns, rows, lines, outcome)


class ParquetTradeReader:
    """Reads the trades in an open Parquet file, a few thousand at once; lines are rows, from 1."""

    format = "Parquet"
    has_counted_ids = False

    def __init__(self, file: Any, head: Head, asked: Asked) -> None:
        self._file = file
        names = list(file.schema_arrow.names)
        first: list[Any] = []
        for batch in file.iter_batches(1):
            first = [column[0].as_py() for column in batch.columns]
            break
        layout = layout_of_columns(names, first, head, asked)
        self._columns = {key: names[place] for key, place in layout.columns.items()}
        self._trades = TradeCsvReader(layout, asked.contracts)

    def source_of(self, table: str) -> str:
        """See Reader."""
        return self._trades.source_of(table)

    def read(self, _blocks: Iterator[Block], outcome: Outcome) -> Iterator[TradeBatch]:
        """See Reader."""
        first_line = 1
        for batch in self._file.iter_batches(ROWS_AT_ONCE, columns=[*self._columns.values()]):
            columns = batch.to_pydict()
            texts = [list(map(_text, columns[name])) for name in self._columns.values()]
            rows = [list(row) for row in zip(*texts, strict=True)]
            outcome.rows_in += len(rows)
            lines = range(first_line, first_line + len(rows))
            first_line += len(rows)
            yield from trades_of(self._trades, self._columns, rows, lines, outcome)


def json_lines_reader(record: Mapping[str, Any], head: Head, asked: Asked) -> JsonLinesReader:
    """Return a reader of objects like `record`; raise RefusedError when they are no trades."""
    names = [str(name) for name in record]
    layout = layout_of_columns(names, list(record.values()), head, asked)
    return JsonLinesReader(layout, names, asked.contracts)


def trades_of(
    reader: TradeCsvReader,
    names: Mapping[str, str],
    rows: Sequence[Sequence[str]],
    lines: Sequence[int],
    outcome: Outcome,
) -> Iterator[TradeBatch]:
    """Yield the trades in `rows` of texts, whose columns mean what `names` begins with."""
    columns = {key: [row[place] for row in rows] for place, key in enumerate(names)}
    if has_odd_numbers(columns):
        sound = [n for n in range(len(rows)) if not has_odd_numbers(
            {key: [texts[n]] for key, texts in columns.items()})]  # fmt: skip
        for place in sorted(set(range(len(rows))) - set(sound)):
            outcome.skip(Reason.UNREADABLE, lines[place], example="numbers that are none")
        columns = {key: [texts[n] for n in sound] for key, texts in columns.items()}
        lines = [lines[n] for n in sound]
    yield from reader.trades_of(columns, lines, outcome)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if value is None:
        return ""
    return repr(value)
