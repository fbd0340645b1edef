"""Replay one day file: its book batch by batch, its trades in step with it."""

import sqlite3
from collections.abc import Generator, Iterator
from functools import partial
from typing import Any, TypeVar

from processor.engine.file_progress import Bookmark, FileProgress
from processor.engine.intake.book_intake import BOOK_ROWS, BookIntake
from processor.engine.intake.table_intake import FOREVER_MS, TableIntake
from processor.engine.intake.trade_intake import TRADE_ROWS, TradeIntake
from processor.engine.replay_context import ReplayContext
from processor.engine.sqlite.columns import ColumnBatch, read_columns
from processor.engine.sqlite.queries import (
    BOOK_FORMATS,
    TRADE_FORMATS,
    book_query,
    ids_stored,
    trades_query,
)
from processor.engine.sqlite.read_ahead import read_ahead
from processor.engine.sqlite.read_ranges import RANGE_ROWS, read_ranges
from processor.engine.sqlite.reading_order import ReadingOrder
from shared.recordings.day_files import DayFile
from shared.recordings.opening import (
    UnusableFileError,
    columns_of,
    connect,
    is_immutable,
    recording_uri,
)
from shared.recordings.table_reader import (
    BOOK_BATCH,
    BOOK_COLUMNS,
    TRADE_BATCH,
    TRADE_COLUMNS,
    TableReader,
)

Intake = TypeVar("Intake", bound=TableIntake[Any])


class FileReplay:
    """Reads `file` into the state of `context`, on from `start`."""

    def __init__(self, file: DayFile, context: ReplayContext, start: FileProgress) -> None:
        self._file = file
        self._context = context
        self._start = start
        self._book: BookIntake | None = None
        self._trades: TradeIntake | None = None

    @property
    def progress(self) -> FileProgress:
        """How far the file is done."""
        return FileProgress(
            self._start.order,
            self._book.bookmark if self._book else self._start.book,
            self._trades.bookmark if self._trades else self._start.trades,
        )

    def steps(self) -> Iterator[None]:
        """Do the work, yielding after every batch.

        Raises UnusableFileError when the file cannot be opened and ReadingOrderError when it
        cannot be read in this order.
        """
        if self._start.is_at_start:
            self._context.state.begin_file()
            if self._context.sink is not None:
                self._context.sink.begin_file(self._file)
        with (
            recording_uri(self._file.path) as uri,
            connect(uri, self._context.on_wait) as connection,
        ):
            self._book = self._open_book(uri, connection)
            self._trades = self._open_trades(uri, connection)
            try:
                yield from self._in_step()
            finally:
                for intake in (self._book, self._trades):
                    if intake is not None:
                        intake.close()

    def _in_step(self) -> Iterator[None]:
        """Bring in the book, and after every batch or odd row of it the trades up to there."""
        if self._book is not None:
            for _ in self._book.advance():
                self._take_position()
                yield
                yield from self._advance_trades(self._book.newest_ms)
            yield from self._advance_trades(self._book.newest_ms)
        yield from self._advance_trades(FOREVER_MS)
        self._take_position()

    def _advance_trades(self, until_ms: int) -> Iterator[None]:
        if self._trades is not None:
            for _ in self._trades.advance(until_ms):
                self._take_position()
                yield

    def _open_book(self, uri: str, connection: sqlite3.Connection) -> BookIntake | None:
        table = self._table(connection, "book", BOOK_COLUMNS, BOOK_BATCH)
        if table is None:
            return None
        start = self._start.book
        intake = self._intake(BookIntake, table, start)
        if self._start.order is not ReadingOrder.STRICT:
            query = book_query(
                connection,
                columns_of(connection, "book"),
                self._file.instrument,
                is_by_time=self._start.order is ReadingOrder.BY_TIME,
                skip=start.rows,
                after=start.row_id,
            )
            columns = read_columns(uri, query, BOOK_FORMATS, BOOK_ROWS)
            intake.take_columns(read_ahead(columns, self._context.on_wait))
        return intake

    def _open_trades(self, uri: str, connection: sqlite3.Connection) -> TradeIntake | None:
        table = self._table(connection, "trades", TRADE_COLUMNS, TRADE_BATCH)
        if table is None:
            return None
        intake = self._intake(TradeIntake, table, self._start.trades)
        if self._start.order is not ReadingOrder.STRICT:
            intake.take_columns(self._trade_columns(uri, connection))
        return intake

    def _trade_columns(
        self, uri: str, connection: sqlite3.Connection
    ) -> Generator[ColumnBatch, None, None]:
        start = self._start.trades
        is_by_time = self._start.order is ReadingOrder.BY_TIME
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
            return read_ahead(columns, self._context.on_wait)
        return read_ranges(
            lambda part: read_columns(uri, query(ids=part), TRADE_FORMATS, TRADE_ROWS),
            ids,
            self._context.on_wait,
        )

    def _intake(self, kind: type[Intake], table: TableReader, start: Bookmark) -> Intake:
        """Return an intake that takes the table row by row, unless it is given columns."""
        intake = kind(self._file, table, self._context, self._start.order, start)
        intake.take_rows_strictly()
        return intake

    def _table(
        self, connection: sqlite3.Connection, name: str, columns: tuple[str, ...], batch_rows: int
    ) -> TableReader | None:
        quality = self._context.quality
        try:
            return TableReader(connection, self._file, name, columns, batch_rows, quality)
        except UnusableFileError as error:
            quality.report_file(self._file.path, str(error))
            return None

    def _take_position(self) -> None:
        state, position = self._context.state, self._context.position
        position.book_rows = state.book_rows
        position.trades = state.trades
        if state.newest_ms:
            position.data_time_ms = state.newest_ms
