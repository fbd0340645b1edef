"""Replay one day file: its book batch by batch, its trades in step with it."""

import sqlite3
from collections.abc import Iterator
from functools import partial
from typing import Any, TypeVar

from processor.engine.file_progress import Bookmark, FileProgress
from processor.engine.intake.book_intake import BOOK_ROWS, BookIntake
from processor.engine.intake.table_intake import FOREVER_MS, TableIntake
from processor.engine.intake.trade_intake import TRADE_ROWS, TradeIntake
from processor.engine.replay_context import ReplayContext
from processor.engine.sqlite.columns import read_columns
from processor.engine.sqlite.queries import (
    ACTION_FORMAT,
    BOOK_FORMATS,
    CHAIN_FORMAT,
    TRADE_FORMATS,
    book_query,
    has_chain,
    has_index_on_timestamp,
    ids_stored,
    trades_query,
)
from processor.engine.sqlite.read_ahead import read_ahead
from processor.engine.sqlite.read_ranges import RANGE_ROWS, read_ranges
from processor.engine.sqlite.reading_order import ReadingOrder
from shared.recordings.day_files import DayFile
from shared.recordings.opening import Source, connect, ids_of, recording
from shared.recordings.problems import UnusableFileError
from shared.recordings.table_reader import BOOK_COLUMNS, TRADE_COLUMNS, TableReader
from shared.recordings.tables import find_table

Intake = TypeVar("Intake", bound=TableIntake[Any])


class FileReplay:
    """Reads `file` into the state of `context`, on from `start`; with `is_copied` not in place.

    Of a growing recording `stored_progress` says in the end, whatever the order of reading was,
    behind which stored rows the new ones will be; None until then.
    """

    def __init__(
        self,
        file: DayFile,
        context: ReplayContext,
        start: FileProgress,
        *,
        is_copied: bool = False,
    ) -> None:
        self._file = file
        self._is_copied = is_copied
        self._context = context
        self._start = start
        self._book: BookIntake | None = None
        self._trades: TradeIntake | None = None
        self.stored_progress: FileProgress | None = None

    @property
    def progress(self) -> FileProgress:
        """How far the file is done."""
        return FileProgress(
            self._start.order,
            self._book.bookmark if self._book else self._start.book,
            self._trades.bookmark if self._trades else self._start.trades,
        )

    @property
    def has_passed_range(self) -> bool:
        """Whether a row behind the range was met."""
        intakes = self._book, self._trades
        return any(intake is not None and intake.has_passed_range for intake in intakes)

    def steps(self) -> Iterator[None]:
        """Do the work, yielding after every batch.

        Raises UnusableFileError when the file cannot be opened, ReadingOrderError when it cannot
        be read in this order, and FileChangedError when it was written to meanwhile.
        """
        if self._start.is_at_start:
            self._context.begin_file(self._file)
        on_wait = self._context.on_wait
        with recording(self._file.path, on_wait, is_copied=self._is_copied) as source:
            try:
                yield from self._read(source)
            except Exception:
                source.check_unchanged()  # or what went wrong says nothing about the file
                raise
            source.check_unchanged()

    def _read(self, source: Source) -> Iterator[None]:
        for problem in source.problems:
            self._context.quality.report_file(self._file.path, problem)
        with connect(source.uri, self._context.on_wait) as connection:
            try:
                self._trades = self._open_trades(source.uri, connection)
                self._book = self._open_book(source.uri, connection)
                yield from self._in_step()
                if self._context.is_growing:
                    self.stored_progress = self._stored_progress(connection)
            finally:
                for intake in (self._book, self._trades):
                    if intake is not None:
                        intake.close()

    def _stored_progress(self, connection: sqlite3.Connection) -> FileProgress:
        progress = self.progress
        if progress.order is ReadingOrder.STORED:
            return progress
        ends = []
        for name, done in (("book", progress.book), ("trades", progress.trades)):
            table = find_table(connection, name)
            ids = ids_of(connection, table) if table is not None else range(0)
            ends.append(Bookmark(done.rows, ids[-1] if ids else None))
        return FileProgress(ReadingOrder.STORED, *ends)

    def _in_step(self) -> Iterator[None]:
        """Bring in the book, and after every batch or odd row of it the trades up to there."""
        if self._book is not None:
            for _ in self._book.advance():
                self._context.take_position()
                yield
                yield from self._advance_trades(self._book.newest_ms)
                self._context.reach(self._book.newest_ms)
            yield from self._advance_trades(self._book.newest_ms)
        for _ in self._advance_trades(FOREVER_MS):
            self._context.reach(self._context.state.newest_trade_ms)
            yield
        self._context.take_position()

    def _advance_trades(self, until_ms: int) -> Iterator[None]:
        if self._trades is not None:
            for _ in self._trades.advance(until_ms):
                self._context.take_position()
                yield

    def _open_book(self, uri: str, connection: sqlite3.Connection) -> BookIntake | None:
        table = self._table(connection, "book", BOOK_COLUMNS)
        if table is None:
            return None
        start = self._start.book
        intake = self._intake(BookIntake, table, start)
        if self._start.order is not ReadingOrder.STRICT:
            query = book_query(
                connection,
                table.table,
                self._file.instrument,
                is_by_time=self._is_by_time,
                skip=start.rows,
                after=start.row_id,
            )
            formats = BOOK_FORMATS + (ACTION_FORMAT if "action" in table.table.columns else "")
            formats += CHAIN_FORMAT if has_chain(table.table) else ""
            columns = read_columns(uri, query, formats, BOOK_ROWS)
            intake.take_columns(
                read_ahead(columns, self._context.on_wait),
                is_counted=self._may_miss_rows(connection, table, start),
            )
        return intake

    def _open_trades(self, uri: str, connection: sqlite3.Connection) -> TradeIntake | None:
        table = self._table(connection, "trades", TRADE_COLUMNS)
        if table is None:
            return None
        intake = self._intake(TradeIntake, table, self._start.trades)
        if self._start.order is not ReadingOrder.STRICT:
            self._take_trade_columns(intake, table, uri, connection)
        return intake

    def _take_trade_columns(
        self, intake: TradeIntake, table: TableReader, uri: str, connection: sqlite3.Connection
    ) -> None:
        start = self._start.trades
        query = partial(
            trades_query,
            connection,
            table.table,
            self._file.instrument,
            is_by_time=self._is_by_time,
        )
        ids = None
        if not self._is_by_time:
            ids = ids_stored(connection, table.table, start.row_id)
        if ids is None or not ids[RANGE_ROWS:]:
            whole = query(skip=start.rows, after=start.row_id)
            columns = read_columns(uri, whole, TRADE_FORMATS, TRADE_ROWS)
            intake.take_columns(
                read_ahead(columns, self._context.on_wait),
                is_counted=self._may_miss_rows(connection, table, start),
            )
            return
        ranges = read_ranges(
            lambda part: read_columns(uri, query(ids=part), TRADE_FORMATS, TRADE_ROWS),
            ids,
            self._context.on_wait,
        )
        intake.take_columns(ranges, is_counted=True)

    @property
    def _is_by_time(self) -> bool:
        return self._start.order is ReadingOrder.BY_TIME

    def _may_miss_rows(
        self, connection: sqlite3.Connection, table: TableReader, start: Bookmark
    ) -> bool:
        """Say whether a query for the whole table goes by an index, or begins by a search."""
        if self._is_by_time:
            return has_index_on_timestamp(connection, table.table)
        return start.row_id is not None and table.table.is_stored_by_key

    def _intake(self, kind: type[Intake], table: TableReader, start: Bookmark) -> Intake:
        """Return an intake that takes the table row by row, unless it is given columns."""
        intake = kind(self._file, table, self._context, self._start.order, start)
        intake.take_rows_strictly()
        return intake

    def _table(
        self, connection: sqlite3.Connection, name: str, columns: tuple[str, ...]
    ) -> TableReader | None:
        quality, time_range = self._context.quality, self._context.job.time_range
        try:
            return TableReader(connection, self._file, name, columns, quality, time_range)
        except UnusableFileError as error:
            quality.report_file(self._file.path, str(error))
            return None
