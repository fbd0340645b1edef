"""Replay one day file: its book batch by batch, its trades in step with it."""

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from processor.calculation.position import Position
from processor.engine.bookmark import START, Place
from processor.engine.books.book_batch import BookBatch
from processor.engine.intake.book_intake import BOOK_ROWS, BookFeed
from processor.engine.intake.table_intake import TableFeed
from processor.engine.intake.trade_intake import FOREVER_MS, TRADE_ROWS, TradeBatch, TradeFeed
from processor.engine.kernels.loading import Kernels
from processor.engine.scan.columns import ColumnBatch, read_columns
from processor.engine.scan.queries import (
    BOOK_FORMATS,
    TRADE_FORMATS,
    book_query,
    ids_stored,
    trades_query,
)
from processor.engine.scan.read_ahead import read_ahead
from processor.engine.scan.read_ranges import RANGE_ROWS, read_ranges
from processor.engine.state import EngineState
from processor.poison.flight_recorder import FlightRecorder
from processor.poison.row_guard import RowGuard
from processor.poison.suspects import NO_SUSPECTS, Suspects
from processor.reference.interpreter import BOOK_BATCH, TRADE_BATCH
from processor.reporting.quality import Quality
from shared.recordings.day_files import DayFile
from shared.recordings.opening import (
    OnWait,
    UnusableFileError,
    columns_of,
    connect,
    do_nothing,
    is_immutable,
    recording_uri,
)
from shared.recordings.table_reader import BOOK_COLUMNS, TRADE_COLUMNS, TableReader

Feed = TypeVar("Feed", bound=TableFeed[Any])


class Order(StrEnum):
    """How a file is read; each is for files that the one before cannot take."""

    STORED = "as stored"
    BY_TIME = "by time"
    STRICT = "row by row"


@dataclass(frozen=True, slots=True)
class FileProgress:
    """How far a file is done, table by table, in its reading order."""

    order: Order = Order.STORED
    book: Place = START
    trades: Place = START


@dataclass(slots=True)
class Workshop:
    """What a replay works on and with, file after file."""

    state: EngineState
    position: Position
    quality: Quality
    kernels: Kernels
    recorder: FlightRecorder | None = None
    suspects: Suspects = NO_SUSPECTS
    on_wait: OnWait = do_nothing


class FileReplay:
    """Reads `file` into the workshop's state, on from `start`."""

    def __init__(self, file: DayFile, shop: Workshop, start: FileProgress) -> None:
        self._file = file
        self._shop = shop
        self._start = start
        self._book: BookFeed | None = None
        self._trades: TradeFeed | None = None

    @property
    def progress(self) -> FileProgress:
        """How far the file is done."""
        return FileProgress(
            self._start.order,
            self._book.place if self._book else self._start.book,
            self._trades.place if self._trades else self._start.trades,
        )

    def steps(self) -> Iterator[None]:
        """Do the work, yielding after every batch.

        Raises UnusableFileError when the file cannot be opened and RetreatError when it cannot be
        read in this order.
        """
        if self._start == FileProgress(self._start.order):
            self._shop.state.begin_file()
        with (
            recording_uri(self._file.path) as uri,
            connect(uri, self._shop.on_wait) as connection,
            closing(self._open_trades(uri, connection)) as trade_batches,
            closing(self._open_book(uri, connection)) as book_batches,
        ):
            yield from self._replay_book(book_batches, trade_batches)
            yield from self._advance(trade_batches, FOREVER_MS)
        self._take_position()

    def _replay_book(
        self, book_batches: Iterator[BookBatch], trade_batches: Iterator[TradeBatch]
    ) -> Iterator[None]:
        if self._book is None:
            return
        for batch in book_batches:
            for _ in self._book.apply(batch):
                # Odd rows take their time: the trades keep step, or they would wait for the batch.
                yield from self._advance(trade_batches, self._newest_book_ms())
                self._take_position()
                yield
            self._take_position()
            yield
            yield from self._advance(trade_batches, self._newest_book_ms())
            if self._book.is_over:
                return

    def _advance(self, batches: Iterator[TradeBatch], until_ms: int) -> Iterator[None]:
        if self._trades is not None:
            for _ in self._trades.advance(batches, until_ms):
                self._take_position()
                yield

    def _open_book(
        self, uri: str, connection: sqlite3.Connection
    ) -> Generator[BookBatch, None, None]:
        table = self._table(connection, "book", BOOK_COLUMNS, BOOK_BATCH)
        if table is None:
            return _nothing()
        start = self._start.book
        feed = self._book = self._feed(BookFeed, table, "book", start)
        if self._start.order is Order.STRICT:
            return feed.strict_batches()
        query = book_query(
            connection,
            columns_of(connection, "book"),
            self._file.instrument,
            is_by_time=self._start.order is Order.BY_TIME,
            skip=start.rows,
            after=start.row_id,
        )
        columns = read_columns(uri, query, BOOK_FORMATS, BOOK_ROWS)
        return feed.batches(read_ahead(columns, self._shop.on_wait))

    def _open_trades(
        self, uri: str, connection: sqlite3.Connection
    ) -> Generator[TradeBatch, None, None]:
        table = self._table(connection, "trades", TRADE_COLUMNS, TRADE_BATCH)
        if table is None:
            return _nothing()
        feed = self._trades = self._feed(TradeFeed, table, "trades", self._start.trades)
        if self._start.order is Order.STRICT:
            return feed.strict_batches()
        return feed.batches(self._trade_columns(uri, connection))

    def _trade_columns(
        self, uri: str, connection: sqlite3.Connection
    ) -> Generator[ColumnBatch, None, None]:
        start = self._start.trades
        is_by_time = self._start.order is Order.BY_TIME
        query = partial(
            trades_query,
            connection,
            columns_of(connection, "trades"),
            self._file.instrument,
            is_by_time=is_by_time,
        )
        # Only what does not change meanwhile is the same in every reader's eyes.
        may_split = is_immutable(uri) and not is_by_time
        ids = ids_stored(connection, "trades", start.row_id) if may_split else None
        if ids is None or not ids[RANGE_ROWS:]:
            whole = query(skip=start.rows, after=start.row_id)
            columns = read_columns(uri, whole, TRADE_FORMATS, TRADE_ROWS)
            return read_ahead(columns, self._shop.on_wait)
        return read_ranges(
            lambda part: read_columns(uri, query(ids=part), TRADE_FORMATS, TRADE_ROWS),
            ids,
            self._shop.on_wait,
        )

    def _feed(self, kind: type[Feed], table: TableReader, name: str, start: Place) -> Feed:
        shop, order = self._shop, self._start.order
        return kind(
            self._file,
            table,
            shop.state,
            shop.quality,
            shop.kernels,
            RowGuard(self._file.day, order, name, shop.recorder, shop.suspects),
            start,
            is_by_time=order is Order.BY_TIME,
        )

    def _table(
        self, connection: sqlite3.Connection, name: str, columns: tuple[str, ...], batch_rows: int
    ) -> TableReader | None:
        quality = self._shop.quality
        try:
            return TableReader(connection, self._file, name, columns, batch_rows, quality)
        except UnusableFileError as error:
            quality.report_file(self._file.path, str(error))
            return None

    def _newest_book_ms(self) -> int:
        return int(self._shop.state.book_sums["newest_ms"][0])

    def _take_position(self) -> None:
        state, position = self._shop.state, self._shop.position
        position.book_rows = int(state.book_sums["rows"][0])
        position.trades = int(state.trade_sums["rows"][0])
        newest_ms, trade_ms = self._newest_book_ms(), int(state.trade_sums["newest_ms"][0])
        if trade_ms >= state.trade_sums["from_ms"][0]:  # trades before the range do not count
            newest_ms = max(newest_ms, trade_ms)
        if newest_ms:
            position.data_time_ms = newest_ms


def _nothing() -> Generator[Any, None, None]:
    yield from ()
