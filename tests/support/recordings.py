"""Write small recordings in the input format, one literal row at a time."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shared.recordings.day_files import DayFile, parse_day_file

DAY = "25-07-01"
T0 = 1_751_328_000_000
"""2025-07-01 00:00 UTC, epoch ms."""
MS_PER_DAY = 86_400_000

BOOK_SCHEMA = (
    "CREATE TABLE book (id INTEGER PRIMARY KEY, instrument TEXT,"
    " bids TEXT NOT NULL, asks TEXT NOT NULL, timestamp TEXT NOT NULL)"
)
TRADES_SCHEMA = (
    "CREATE TABLE trades (id INTEGER PRIMARY KEY, instrument TEXT, trade_id TEXT,"
    " price REAL NOT NULL, size REAL NOT NULL, side TEXT NOT NULL, timestamp TEXT NOT NULL)"
)
# The same columns without types and constraints, so that a test can store what it likes.
LOOSE_BOOK_SCHEMA = "CREATE TABLE book (id INTEGER PRIMARY KEY, instrument, bids, asks, timestamp)"
LOOSE_TRADES_SCHEMA = (
    "CREATE TABLE trades"
    " (id INTEGER PRIMARY KEY, instrument, trade_id, price, size, side, timestamp)"
)

Levels = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Book:
    """A book row; levels that are no text are stored as JSON."""

    timestamp: Any
    bids: Any = ()
    asks: Any = ()
    id: int | None = None
    instrument: Any = None


@dataclass(frozen=True, slots=True)
class Tick:
    """A row of the trades table."""

    timestamp: Any
    price: Any = 100.0
    size: Any = 1.0
    side: Any = "buy"
    id: int | None = None
    instrument: Any = None
    trade_id: Any = None


@dataclass(frozen=True, slots=True)
class Schema:
    """The statements that make the two tables; None leaves a table out."""

    book: str | None = BOOK_SCHEMA
    trades: str | None = TRADES_SCHEMA


STRICT = Schema()
LOOSE = Schema(LOOSE_BOOK_SCHEMA, LOOSE_TRADES_SCHEMA)


@dataclass(frozen=True, slots=True)
class Recording:
    """Where recordings are written, and of which instrument."""

    folder: Path
    instrument: str = "BTC-USDT"
    suffix: str = ".db"
    schema: Schema = field(default=STRICT)

    def write(
        self,
        book: Iterable[Book] = (),
        trades: Iterable[Tick] = (),
        *,
        day: str = DAY,
        dump: Callable[[Any], str] = json.dumps,
    ) -> DayFile:
        """Write one day file and return it as the processor finds it."""
        path = self.folder / f"{self.instrument}-{day}{self.suffix}"
        write_tables(path, book, trades, schema=self.schema, dump=dump)
        file = parse_day_file(path)
        assert file is not None
        return file


def write_tables(
    path: Path,
    book: Iterable[Book] = (),
    trades: Iterable[Tick] = (),
    *,
    schema: Schema = STRICT,
    dump: Callable[[Any], str] = json.dumps,
) -> None:
    """Write an SQLite file with the two tables, the rows in the order given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    try:
        for statement in (schema.book, schema.trades):
            if statement:
                connection.execute(statement)
        insert_rows(connection, book, trades, dump=dump)
        connection.commit()
    finally:
        connection.close()


def insert_rows(
    connection: sqlite3.Connection,
    book: Iterable[Book] = (),
    trades: Iterable[Tick] = (),
    *,
    dump: Callable[[Any], str] = json.dumps,
) -> None:
    """Insert rows into the tables; rows without an id get the next one."""
    for row in book:
        connection.execute(
            "INSERT INTO book (id, instrument, bids, asks, timestamp) VALUES (?, ?, ?, ?, ?)",
            (row.id, row.instrument, _text(row.bids, dump), _text(row.asks, dump), row.timestamp),
        )
    for tick in trades:
        connection.execute(
            "INSERT INTO trades (id, instrument, trade_id, price, size, side, timestamp)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                tick.id,
                tick.instrument,
                tick.trade_id,
                tick.price,
                tick.size,
                tick.side,
                tick.timestamp,
            ),
        )


def iso(timestamp_ms: int, suffix: str = "") -> str:
    """Return `timestamp_ms` as ISO 8601 without an offset, `suffix` appended."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=timestamp_ms)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + suffix


def _text(levels: Any, dump: Callable[[Any], str]) -> Any:
    return dump(levels) if isinstance(levels, list | tuple) else levels
