"""Replay one day file: its book batch by batch, its trades in step with it."""

import sqlite3
from collections.abc import Iterator
from enum import StrEnum

from processor.day_files import DayFile
from processor.db_interpreter import (
    BOOK_BATCH,
    BOOK_COLUMNS,
    TRADE_BATCH,
    TRADE_COLUMNS,
    Position,
)
from processor.engine.book_feed import BookBatch, BookFeed
from processor.engine.columns import read_columns
from processor.engine.kernels import Kernels
from processor.engine.queries import BOOK_FORMATS, TRADE_FORMATS, book_query, trades_query
from processor.engine.read_ahead import read_ahead
from processor.engine.state import EngineState
from processor.engine.trade_feed import FOREVER_MS, TradeBatch, TradeFeed
from processor.quality import Quality
from processor.sqlite_source import UnusableFileError, columns_of, connect, recording_uri
from processor.table_reader import TableReader

# Smaller batches than the row-by-row stream's: their buffers are used again while still in cache.
BOOK_ROWS = 1024
TRADE_ROWS = 4096


class Order(StrEnum):
    """How a file is read; each is for files that the one before cannot take."""

    STORED = "as stored"
    BY_TIME = "by a sorted key"
    STRICT = "row by row"


class FileReplay:
    """Reads `file` in `order` into `state`, keeping `position` and `quality` up to date."""

    def __init__(
        self,
        file: DayFile,
        order: Order,
        state: EngineState,
        position: Position,
        quality: Quality,
        kernels: Kernels,
    ) -> None:
        self._file = file
        self._order = order
        self._state = state
        self._position = position
        self._quality = quality
        self._kernels = kernels

    def steps(self) -> Iterator[None]:
        """Do the work, yielding after every batch.

        Raises UnusableFileError when the file cannot be opened and RetreatError when it cannot be
        read in this order.
        """
        self._state.begin_file()
        with recording_uri(self._file.path) as uri, connect(uri) as connection:
            trades, trade_batches = self._trades(uri, connection)
            book, book_batches = self._book(uri, connection)
            if book is not None:
                for batch in book_batches:
                    yield from book.apply(batch)
                    self._take_position()
                    yield
                    if trades is not None:
                        newest_ms = int(self._state.book_sums["newest_ms"][0])
                        for _ in trades.advance(trade_batches, newest_ms):
                            self._take_position()
                            yield
                    if book.is_over:
                        break
            if trades is not None:
                for _ in trades.advance(trade_batches, FOREVER_MS):
                    self._take_position()
                    yield
            self._take_position()

    def _book(
        self, uri: str, connection: sqlite3.Connection
    ) -> tuple[BookFeed | None, Iterator[BookBatch]]:
        table = self._table(connection, "book", BOOK_COLUMNS, BOOK_BATCH)
        if table is None:
            return None, iter(())
        feed = BookFeed(self._file, table, self._state, self._quality, self._kernels)
        if self._order is Order.STRICT:
            return feed, feed.strict_batches()
        query = book_query(
            connection,
            columns_of(connection, "book"),
            self._file.instrument,
            is_by_time=self._order is Order.BY_TIME,
        )
        columns = read_columns(uri, query, BOOK_FORMATS, BOOK_ROWS)
        # Scan, parse and apply are three stages, each at work on a batch of its own.
        return feed, read_ahead(map(feed.parse, read_ahead(columns)))

    def _trades(
        self, uri: str, connection: sqlite3.Connection
    ) -> tuple[TradeFeed | None, Iterator[TradeBatch]]:
        table = self._table(connection, "trades", TRADE_COLUMNS, TRADE_BATCH)
        if table is None:
            return None, iter(())
        feed = TradeFeed(self._file, table, self._state, self._quality, self._kernels)
        if self._order is Order.STRICT:
            return feed, feed.strict_batches()
        query = trades_query(
            connection,
            columns_of(connection, "trades"),
            self._file.instrument,
            is_by_time=self._order is Order.BY_TIME,
        )
        columns = read_columns(uri, query, TRADE_FORMATS, TRADE_ROWS)
        return feed, (TradeBatch(*batch.arrays) for batch in read_ahead(columns))

    def _table(
        self, connection: sqlite3.Connection, name: str, columns: tuple[str, ...], batch_rows: int
    ) -> TableReader | None:
        try:
            return TableReader(connection, self._file, name, columns, batch_rows, self._quality)
        except UnusableFileError as error:
            self._quality.report_file(self._file.path, str(error))
            return None

    def _take_position(self) -> None:
        self._position.book_rows = int(self._state.book_sums["rows"][0])
        self._position.trades = int(self._state.trade_sums["rows"][0])
        newest_ms = max(
            self._state.book_sums["newest_ms"][0], self._state.trade_sums["newest_ms"][0]
        )
        if newest_ms:
            self._position.data_time_ms = int(newest_ms)
