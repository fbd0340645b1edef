"""Stream recorded day files as book updates, each with the trades of its window."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from sqlite3 import Connection

from processor.calculation.position import Position
from processor.reporting.quality import Quality
from processor.rules.snapshots import change_of
from shared.errors import OrderflowError
from shared.job import Snapshots, TimeRange
from shared.recordings.day_files import DayFile
from shared.recordings.opening import OnWait, connect, do_nothing, recording
from shared.recordings.problems import BadRowError, FileChangedError, UnusableFileError
from shared.recordings.records import OrderbookUpdate, Trade
from shared.recordings.row_parser import parse_book_row, parse_trade_row
from shared.recordings.table_reader import (
    BOOK_COLUMNS,
    TRADE_BATCH,
    TRADE_COLUMNS,
    TableReader,
    TimedRow,
)

logger = logging.getLogger(__name__)

OnSkip = Callable[[str, int, int], None]
"""Is told table, row id and time of a row in range that could not be used."""


class DBInterpreter:
    """Reads `files`, in the order given, for the half-open `time_range`.

    What cannot be used is skipped and counted in `quality`. `on_wait` is called now and then
    while SQLite takes its time, `on_file` before each file, and `on_skip` is told of such rows in
    range.
    """

    def __init__(
        self,
        files: Sequence[DayFile],
        time_range: TimeRange,
        quality: Quality | None = None,
        on_wait: OnWait = do_nothing,
        on_file: Callable[[DayFile], None] | None = None,
        snapshots: Snapshots = Snapshots.GUESS,
        on_skip: OnSkip | None = None,
    ) -> None:
        self._files = files
        self._range = time_range
        self._quality = quality or Quality()
        self._on_wait = on_wait
        self._on_file = on_file
        self._snapshots = snapshots
        self._on_skip = on_skip
        self.position = Position()

    def stream(self) -> Iterator[tuple[OrderbookUpdate, list[Trade]]]:
        """Yield each book row with the trades from its time up to the next row's.

        The window of a file's last row is open-ended. Book rows before the range come too, for
        the book needs them, but no trades outside it. Trades that no row of their file precedes,
        and those above `TRADE_BATCH` in one window, come with updates of no levels.
        """
        for file in self._files:
            self.position.file = file
            if self._on_file is not None:
                self._on_file(file)
            try:
                yield from self._read(file)
            except (UnusableFileError, FileChangedError) as error:
                self._quality.report_file(file.path, str(error))
            except OrderflowError:
                raise
            except Exception as error:  # whatever a file does, the others are read
                logger.exception("%s: unexpected error", file.path.name)
                problem = f"unexpected error, the rest is left out: {error!r}"
                self._quality.report_file(file.path, problem)
            self.position.files_done += 1

    def _read(self, file: DayFile) -> Iterator[tuple[OrderbookUpdate, list[Trade]]]:
        with recording(file.path, self._on_wait) as source:
            for problem in source.problems:
                self._quality.report_file(file.path, problem)
            with connect(source.uri, self._on_wait) as connection:
                yield from self._join(
                    self._updates(connection, file), self._trades(connection, file)
                )
            source.check_unchanged()

    def _join(
        self, updates: Iterator[OrderbookUpdate], trades: Iterator[Trade]
    ) -> Iterator[tuple[OrderbookUpdate, list[Trade]]]:
        carrier: OrderbookUpdate | None = None
        upcoming = next(trades, None)
        for update in chain(updates, (None,)):
            window: list[Trade] = []
            while upcoming is not None and (
                update is None or upcoming.timestamp_ms < update.timestamp_ms
            ):
                if len(window) == TRADE_BATCH:
                    yield self._step(carrier, window)
                    carrier, window = None, []
                window.append(upcoming)
                upcoming = next(trades, None)
            if carrier is not None or window:
                yield self._step(carrier, window)
            carrier = update

    def _step(
        self, update: OrderbookUpdate | None, trades: list[Trade]
    ) -> tuple[OrderbookUpdate, list[Trade]]:
        if update is None:
            update = OrderbookUpdate(trades[0].timestamp_ms, [], [])
        else:
            self.position.book_rows += 1
            self.position.book_time_ms = update.timestamp_ms
        self.position.trades += len(trades)
        self.position.data_time_ms = trades[-1].timestamp_ms if trades else update.timestamp_ms
        return update, trades

    def _updates(self, connection: Connection, file: DayFile) -> Iterator[OrderbookUpdate]:
        table = self._table(connection, file, "book", BOOK_COLUMNS)
        for row in table.rows() if table else ():
            if row.timestamp_ms >= self._range.to_ms:
                return
            try:
                update = parse_book_row(row.row_id, row.timestamp_ms, *row.values)
            except BadRowError as error:
                self._skip(file, "book", row, error)
            else:
                yield replace(update, change=change_of(update.change, self._snapshots))

    def _trades(self, connection: Connection, file: DayFile) -> Iterator[Trade]:
        table = self._table(connection, file, "trades", TRADE_COLUMNS)
        for row in table.rows() if table else ():
            if row.timestamp_ms >= self._range.to_ms:
                return
            if row.timestamp_ms < self._range.from_ms:
                continue
            try:
                yield parse_trade_row(row.row_id, row.timestamp_ms, *row.values)
            except BadRowError as error:
                self._skip(file, "trades", row, error)

    def _skip(self, file: DayFile, table: str, row: TimedRow, error: BadRowError) -> None:
        self._quality.skip_row(file.path, table, row.row_id, error)
        if self._on_skip is not None and row.timestamp_ms >= self._range.from_ms:
            self._on_skip(table, row.row_id, row.timestamp_ms)

    def _table(
        self,
        connection: Connection,
        file: DayFile,
        name: str,
        columns: Sequence[str],
    ) -> TableReader | None:
        try:
            return TableReader(connection, file, name, columns, self._quality, self._range)
        except UnusableFileError as error:
            self._quality.report_file(file.path, str(error))
            return None
