"""Tell by its beginning what a text is, and who reads it; refuse, with reasons, what none reads."""

import csv
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from recorder.importers.archives.problems import RefusedError
from recorder.importers.formats.books.bybit_books import BybitBookReader
from recorder.importers.formats.books.okx_books import OkxBookReader
from recorder.importers.formats.books.tardis_books import (
    INCREMENTAL,
    SNAPSHOT_COLUMN,
    TardisIncrementalReader,
    TardisSnapshotReader,
)
from recorder.importers.formats.reader import Asked, Head, Reader
from recorder.importers.formats.streams.binance_raw import LINE as RAW_LINE
from recorder.importers.formats.streams.binance_raw import BinanceRawReader
from recorder.importers.formats.streams.captures import CONNECTED, CaptureReader
from recorder.importers.formats.trades.csv_reader import TradeCsvReader
from recorder.importers.formats.trades.layouts import (
    kraken_layout,
    layout_of_looks,
    layout_of_names,
)
from recorder.importers.formats.trades.named_columns import layout_of_columns
from recorder.importers.formats.trades.records import json_lines_reader
from recorder.importers.formats.trades.vendors import KRAKEN
from recorder.importers.known_others import (
    known_heading,
    known_line,
    known_magic,
    known_record,
)

HEAD_BYTES = 2**18
PARQUET_MAGIC = b"PAR1"


def recognised(head: Head, asked: Asked) -> Reader:
    """Return the reader of a text that begins like `head`, or the one that the user asks for.

    Raises RefusedError when there is none: what the text is, and why that is no recording.
    """
    if asked.format is not None:
        return _FORMATS[asked.format](head, asked)
    what = known_magic(head.data)
    if what is not None:
        raise RefusedError(what)
    first = head.first_line
    if CONNECTED.match(first):
        return CaptureReader(asked.contracts)
    if RAW_LINE.match(first):
        return BinanceRawReader(head, asked)
    if first.lstrip()[:1] in (b"{", b"["):
        return _json_reader(head, asked)
    return _csv_reader(head, asked)


def _json_reader(head: Head, asked: Asked) -> Reader:
    first = head.first_line.lstrip()
    if first.startswith(b"["):
        if first[1:].lstrip().startswith(b'{"e"'):
            return BinanceRawReader(head, asked)
        raise RefusedError(
            "it is one JSON array: expected an object a line, or CSV with names of columns"
        )
    record = _record(first)
    if {"instId", "action", "ts", "asks", "bids"} <= record.keys():
        return OkxBookReader(asked.contracts)
    if str(record.get("topic", "")).startswith("orderbook."):
        return BybitBookReader(asked.contracts)
    if "stream" in record or {"e", "s"} <= record.keys():
        return BinanceRawReader(head, asked)
    what = known_record(record)
    if what is not None:
        raise RefusedError(what)
    return json_lines_reader(record, head, asked)


def _csv_reader(head: Head, asked: Asked) -> Reader:
    names, row = _first_rows(head)
    what = known_heading(names)
    if what is not None:
        raise RefusedError(what)
    if tuple(names) == INCREMENTAL:
        return TardisIncrementalReader(asked.contracts)
    if SNAPSHOT_COLUMN in names:
        return TardisSnapshotReader(names, asked.contracts)
    if asked.mapping:
        return TradeCsvReader(layout_of_columns(names, row, head, asked), asked.contracts)
    line = ",".join(names)
    layout = layout_of_names(names, row, head, asked) or layout_of_looks(line, head, asked)
    if layout is None:
        what = known_line(line)
        if what is None and KRAKEN.fullmatch(line):
            what = (
                "it looks like Kraken's trades: time, price and size, but no side and no id, so"
                " that delta and CVD would be unknown. Import it as that by --format kraken"
            )
        if what is not None:
            raise RefusedError(what)
        layout = layout_of_columns(names, row, head, asked)
    return TradeCsvReader(layout, asked.contracts)


def _first_rows(head: Head) -> tuple[list[str], list[str]]:
    text = head.data.decode(head.encoding, "replace")
    if "\0" in text[:4096]:
        raise RefusedError("it is neither text nor packed in a way known here")
    rows = csv.reader(text.splitlines()[:2])
    try:
        names = next(rows, [])
        row = next(rows, [])
    except csv.Error as error:
        raise RefusedError(f"it is no CSV: {error}") from error
    if len(names) < 2:
        shown = text[:60].splitlines()[0] if text.strip() else ""
        raise RefusedError(f"it is no recording of a format known here: it begins {shown!r}")
    return [name.strip() for name in names], row


def _record(line: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise RefusedError(f"it begins like JSON, but its first line is none: {error}") from error
    return found if isinstance(found, dict) else {}


def _named_csv(head: Head, asked: Asked) -> Reader:
    names, row = _first_rows(head)
    return TradeCsvReader(layout_of_columns(names, row, head, asked), asked.contracts)


def _vendor_csv(head: Head, asked: Asked) -> Reader:
    names, row = _first_rows(head)
    layout = layout_of_names(names, row, head, asked)
    layout = layout or layout_of_looks(",".join(names), head, asked)
    if layout is None:
        raise RefusedError(f"expected trades of {asked.format}, found columns {', '.join(names)}")
    return TradeCsvReader(layout, asked.contracts)


def _snapshots(head: Head, asked: Asked) -> Reader:
    names: Sequence[str] = _first_rows(head)[0]
    if SNAPSHOT_COLUMN not in names:
        raise RefusedError(f"expected a column {SNAPSHOT_COLUMN}, found {', '.join(names[:8])}")
    return TardisSnapshotReader(names, asked.contracts)


_FORMATS: Mapping[str, Callable[[Head, Asked], Reader]] = {
    "okx-trades": _vendor_csv,
    "okx-books": lambda _, asked: OkxBookReader(asked.contracts),
    "binance-trades": _vendor_csv,
    "binance-raw": BinanceRawReader,
    "bybit-trades": _vendor_csv,
    "bybit-books": lambda _, asked: BybitBookReader(asked.contracts),
    "tardis-trades": _vendor_csv,
    "tardis-incremental": lambda _, asked: TardisIncrementalReader(asked.contracts),
    "tardis-snapshots": _snapshots,
    "cryptofeed": lambda _, asked: CaptureReader(asked.contracts),
    "kraken": lambda head, asked: TradeCsvReader(kraken_layout(head, asked), asked.contracts),
    "csv": _named_csv,
    "jsonl": lambda head, asked: json_lines_reader(_record(head.first_line), head, asked),
}
FORMAT_NAMES = (*_FORMATS, "parquet")
"""What `--format` may say."""
