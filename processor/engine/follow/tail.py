"""Bring in what a recorder has added to a day file since the last look."""

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from processor.engine.file_progress import START, Bookmark, FileProgress
from processor.engine.follow.new_rows import Moments, NewRows, rows_after
from processor.engine.intake.book_intake import BookIntake
from processor.engine.intake.table_intake import TableIntake
from processor.engine.intake.trade_intake import TradeIntake
from processor.engine.replay_context import ReplayContext
from processor.engine.sqlite.reading_order import ReadingOrder
from shared.errors import OrderflowError
from shared.recordings.day_files import DayFile
from shared.recordings.growing.in_place import growing_source
from shared.recordings.opening import connect
from shared.recordings.problems import FileChangedError, UnusableFileError
from shared.recordings.table_reader import BOOK_COLUMNS, TRADE_COLUMNS, TableReader
from shared.recordings.tables import RecordedTable, find_table

BOOK_ROWS, TRADE_ROWS = 2048, 16_384
"""The most rows that one look brings in."""


class NotInPlaceError(OrderflowError):
    """A file cannot be read in place just now; a copy of it may be."""


class FileTail:
    """Reads on in `file` from `start`, a place in the order in which its rows are stored.

    `late_rows` came after newer ones, or so late that their second was settled: they are left out.
    `has_passed_range` once a row behind the range was met, `has_more` while there are more rows.
    """

    def __init__(
        self,
        file: DayFile,
        context: ReplayContext,
        start: FileProgress,
        *,
        has_passed_range: bool,
    ) -> None:
        self._file = file
        self._context = context
        self._done: dict[str, Bookmark] = {"book": start.book, "trades": start.trades}
        self._at_work: TableIntake[Any] | None = None
        self.late_rows = 0
        self.has_passed_range = has_passed_range
        self.has_more = False

    @property
    def progress(self) -> FileProgress:
        """How far the file is done."""
        done = dict(self._done)
        if self._at_work is not None:
            done[self._at_work.name] = self._at_work.bookmark
        return FileProgress(ReadingOrder.STORED, done["book"], done["trades"])

    def read(self) -> Iterator[None]:
        """Bring in what is new, yielding after every batch and every odd row.

        Raises NotInPlaceError when nothing can be read, and nothing was brought in. Any other error
        leaves the state in the midst of something: the file is to be read again.
        """
        tables: list[tuple[TableIntake[Any], NewRows]] = []
        try:
            source = growing_source(self._file.path)
            with connect(source.uri, self._context.on_wait) as connection:
                connection.execute("BEGIN")
                tables = [
                    *self._new_rows(connection, BookIntake, BOOK_COLUMNS, BOOK_ROWS),
                    *self._new_rows(connection, TradeIntake, TRADE_COLUMNS, TRADE_ROWS),
                ]
                source.check_unchanged()
                self._take_note(tables)
                for intake, rows in tables:
                    yield from self._bring_in(intake, rows)
                self._reach(tables)
        except (OSError, sqlite3.Error, UnusableFileError, FileChangedError) as error:
            if self._at_work is not None:
                raise
            raise NotInPlaceError(str(error)) from error

    def _new_rows(
        self,
        connection: sqlite3.Connection,
        kind: type[TableIntake[Any]],
        columns: tuple[str, ...],
        most: int,
    ) -> Iterator[tuple[TableIntake[Any], NewRows]]:
        if find_table(connection, kind.name) is None:
            return
        job, context, done = self._context.job, self._context, self._done[kind.name]
        reader = TableReader(
            connection, self._file, kind.name, columns, context.quality, job.time_range
        )
        if not reader.table.is_stored_by_key:
            raise NotInPlaceError(f"the rows of its table {kind.name} are not stored by id")
        floor_ms = max(self._newest()[kind.name], context.reached_ms)
        if done.row_id is not None and not _is_there(connection, reader.table, done.row_id):
            # A file made anew under the same name often gets the inode of the one before.
            raise NotInPlaceError(f"row {done.row_id} of its table {kind.name} is gone")
        moments = Moments(floor_ms, job.time_range.to_ms)
        name = self._file.instrument
        rows = rows_after(connection, reader.table, name, done, most, moments)
        intake = kind(self._file, reader, context, ReadingOrder.STORED, done)
        intake.take_columns(rows.columns_ahead())
        yield intake, rows

    def _take_note(self, tables: list[tuple[TableIntake[Any], NewRows]]) -> None:
        self.late_rows += sum(rows.late for _, rows in tables)
        self.has_passed_range |= any(rows.has_passed_range for _, rows in tables)
        self.has_more = not all(rows.is_all for _, rows in tables)

    def _reach(self, tables: list[tuple[TableIntake[Any], NewRows]]) -> None:
        """Say what is complete: of a table that has more rows no more than was read."""
        newest = self._newest()
        behind = [newest[intake.name] for intake, rows in tables if not rows.is_all]
        self._context.reach(min(behind) if behind else max(newest.values()))

    def _newest(self) -> dict[str, int]:
        """Return the time of the newest row of each table, NO_MOMENT before the first."""
        state = self._context.state
        book, trades = state.book_sums["newest_ms"][0], state.trade_sums["newest_ms"][0]
        return {"book": int(book), "trades": int(trades)}

    def _bring_in(self, intake: TableIntake[Any], rows: NewRows) -> Iterator[None]:
        self._at_work = intake
        try:
            for _ in intake.advance():
                self._context.take_position()
                yield
        finally:
            intake.close()
        self._done[intake.name] = rows.end
        self._at_work = None


def _is_there(connection: sqlite3.Connection, table: RecordedTable, row_id: int) -> bool:
    query = f"SELECT 1 FROM {table.source} WHERE r.{table.row_id} = ?"
    return connection.execute(query, (row_id,)).fetchone() is not None


def mark_of(path: Path, progress: FileProgress) -> str | None:
    """Return a text that stands for the rows that `progress` is behind, None if they are not read.

    A file that grows is the same one as long as those rows are as they were.
    """
    digest = hashlib.blake2b(digest_size=16)
    try:
        with connect(growing_source(path).uri) as connection:
            for name, done in (("book", progress.book), ("trades", progress.trades)):
                table = find_table(connection, name)
                if table is None or done == START or done.row_id is None:
                    continue
                query = f"SELECT * FROM {table.source} WHERE r.{table.row_id} = ?"
                found = connection.execute(query, (done.row_id,)).fetchall()
                digest.update(repr(found).encode())
    except (OSError, sqlite3.Error, OrderflowError):
        return None
    return digest.hexdigest()
