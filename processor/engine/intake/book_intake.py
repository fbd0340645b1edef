"""Bring book rows to the kernel: whole batches as columns, odd rows one by one."""

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np

from processor.calculation.sink import BookSamples, give_pieces
from processor.engine.books.book_batch import BookBatch
from processor.engine.intake.table_intake import TableIntake, only_row_id
from processor.engine.kernels import book_bars
from processor.engine.kernels.arguments import (
    BookOutput,
    BookRows,
    Flags,
    LevelColumns,
    Numbers,
    Sums,
    TextColumn,
)
from processor.engine.kernels.level_kernel import SHORTEST_LEVEL
from processor.engine.kernels.level_shapes import no_shapes
from processor.engine.sqlite.columns import Column, ColumnBatch
from processor.engine.sqlite.queries import WIDE_BYTES, without_odd_times
from processor.engine.sqlite.reading_order import ReadingOrderError
from processor.rules.bar_edges import bar_start
from processor.rules.chain import NO_LINK
from processor.rules.snapshots import change_of
from shared.clock import NO_MOMENT
from shared.recordings.records import BookChange, OrderbookLevel
from shared.recordings.row_parser import parse_action, parse_book_row, parse_link
from shared.recordings.table_reader import TimedRow
from shared.series import METRICS

_NO_LINKS = np.zeros(0, np.int64), np.zeros(0, np.int64)

BOOK_ROWS = 1024
"""Book rows in a batch; smaller ones stay in the processor's cache, larger ones wait less."""


class BookIntake(TableIntake[BookBatch]):
    """Applies the book rows of one file to the state, as far as it is asked to."""

    name = "book"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._shapes = no_shapes()
        # Used again and again, for a batch is applied before the next is parsed: what a processor
        # has in its caches it need not get, and the system need not give new memory.
        self._rooms = [np.empty((2, 0)), np.empty((2, 0))]
        # Those of a wide row are others: the batch that it is of is not yet applied to its end.
        self._wide_rooms = [np.empty((2, 0)), np.empty((2, 0))]

    @property
    def newest_ms(self) -> int:
        """The time of the newest row that is in the book, NO_MOMENT before the file's first."""
        return int(self._sums["newest_ms"][0])

    @property
    def _sums(self) -> Sums:
        return self._state.book_sums

    def _parse(self, columns: ColumnBatch) -> BookBatch:
        row_ids, times, bid_text, bid_offsets, ask_text, ask_offsets, *told = columns.arrays
        times = without_odd_times(times)
        first_row = self._rows_parsed
        self._rows_parsed += len(times)
        is_refused = times == NO_MOMENT
        is_parsed = self._kernels.is_ready and not self._guard.is_suspected(
            first_row, self._rows_parsed, row_ids
        )
        if is_parsed:
            with self._guard.at(first_row, self._rows_parsed):
                bid_column = TextColumn(bid_text, bid_offsets)
                ask_column = TextColumn(ask_text, ask_offsets)
                bids = self._parse_levels(0, bid_column, is_refused, self._rooms)
                asks = self._parse_levels(1, ask_column, is_refused, self._rooms)
        else:
            bids = asks = LevelColumns(np.empty(0), np.empty(0), np.zeros(len(times), np.int64))
            is_refused[:] = True
        # Copies: to a kernel those that Arrow lends are of another type.
        seq_ids, prev_seq_ids = map(np.copy, told[-2:] if len(told) > 1 else _NO_LINKS)
        starts, changes = bar_start(times, self._window_ms), self._changes(told, len(times))
        rows = BookRows(times, starts, changes, seq_ids, prev_seq_ids, is_refused, bids, asks)
        return BookBatch(first_row, row_ids, rows)

    def _changes(self, told: list[Column], rows: int) -> Column:
        """Return what each row is, from what the column `action` tells, if there is one.

        That is the first column, where there is one, or three.
        """
        snapshots = self._context.job.snapshots
        if len(told) % 2 == 0:
            return np.full(rows, change_of(BookChange.UNTOLD, snapshots), np.int64)
        return np.array([change_of(change, snapshots) for change in BookChange])[told[0]]

    def _bring_in(self, batch: BookBatch, until_ms: int) -> Iterator[None]:
        output = self._new_output(len(batch))
        while self._row < len(batch) and not self.is_over:
            if self._kernels.is_ready and not self._state.book.is_ladder:
                yield from self._kernels.load_sorted()
            first, end = batch.first_row + self._row, batch.first_row + len(batch)
            with self._guard.at(first, end, only_row_id(batch)):
                self._row = self._apply(self._row, until_ms, batch, output)
            self._move_to(batch, self._row)
            outcome = self._sums["outcome"][0]
            if outcome == book_bars.DONE:
                return
            if outcome == book_bars.NEEDS_STRICT_PARSER:
                is_applied = yield from self._apply_strictly(batch, self._row, until_ms)
                if not is_applied:
                    return
                self._row += not self.is_over
                self._move_to(batch, self._row)
                yield

    def _new_output(self, rows: int) -> BookOutput:
        return book_bars.new_output(rows, with_samples=self._context.sink is not None)

    def _apply(self, first: int, until_ms: int, batch: BookBatch, output: BookOutput) -> int:
        """Apply the rows from `first` on, and return the one where that stopped."""
        row = self._state.book.apply(self._kernels, first, until_ms, batch, self._sums, output)
        bars = self._state.take_closed_metric_bars(output.closed)
        sink = self._context.sink
        if sink is not None:
            if bars:
                sink.add_bars(METRICS, bars)
            sink.add_samples(_samples(batch, slice(first, row), output))
            if self._state.book.pieces is not None:
                give_pieces(sink, *self._state.book.pieces)
        outcome = self._sums["outcome"][0]
        if outcome == book_bars.OUT_OF_ORDER:
            raise ReadingOrderError("its book rows are not in the order of time")
        if outcome == book_bars.END_OF_RANGE:
            self._end_range()
        return row

    def _apply_strictly(
        self, refusing: BookBatch, at: int, until_ms: int
    ) -> Generator[None, None, bool]:
        """Apply the row `at` that the fast path refused, and return whether it is before the end.

        A row that cannot be used is skipped.
        """
        row_id, number = int(refusing.row_ids[at]), refusing.first_row + at
        with self._guard.at(number, number + 1, row_id):
            has_odd_time = refusing.rows.times[at] == NO_MOMENT
            batch = self._parse_refused(row_id, number, has_odd_time=has_odd_time)
            if batch is None:
                return True
            if batch.rows.times[0] >= until_ms:
                return False
            output = self._new_output(1)
            while not self._apply(0, until_ms, batch, output) and not self.is_over:
                # Its prices took the book off its ladder: it goes on as sorted arrays.
                if self._kernels.is_ready and not self._state.book.is_ladder:
                    yield from self._kernels.load_sorted()
        return True

    def _change(self, told: BookChange) -> Column:
        """Return as a column of one what a row is that says `told` of itself."""
        return np.array([change_of(told, self._context.job.snapshots)], np.int64)

    def _parse_alone(self, row: TimedRow, number: int) -> BookBatch | None:
        return self._parse_wide(row, number) or self._parse_strictly(row, number)

    def _parse_wide(self, row: TimedRow, number: int) -> BookBatch | None:
        """Return the batch of a row that came without its text, for it has so much of it.

        None if it had its text, is past the range, or is for the strict parser.
        """
        *texts, action, seq_id, prev_seq_id = row.values
        if not all(isinstance(text, bytes) for text in texts) or (
            max(map(len, texts)) <= WIDE_BYTES or row.timestamp_ms >= self._sums["to_ms"][0]
        ):
            return None
        row_ids = np.array([row.row_id])
        if not self._kernels.is_ready or self._guard.is_suspected(number, number + 1, row_ids):
            return None
        columns = [
            TextColumn(np.frombuffer(text, np.uint8), np.array([0, len(text)], np.int32))
            for text in texts
        ]
        times, is_refused = np.array([row.timestamp_ms]), np.zeros(1, np.bool_)
        bids, asks = (
            self._parse_levels(side, columns[side], is_refused, self._wide_rooms) for side in (0, 1)
        )
        if is_refused[0]:
            return None
        starts, changes = bar_start(times, self._window_ms), self._change(parse_action(action))
        links = _links(parse_link(seq_id), parse_link(prev_seq_id))
        rows = BookRows(times, starts, changes, *links, is_refused, bids, asks)
        return BookBatch(number, row_ids, rows)

    def _parse_strictly(self, row: TimedRow, number: int) -> BookBatch | None:
        if row.timestamp_ms >= self._sums["to_ms"][0]:
            self._end_range()
            return None
        self._guard.check(row.row_id)
        update = parse_book_row(row.row_id, row.timestamp_ms, *row.values)
        times = np.array([row.timestamp_ms])
        rows = BookRows(
            times,
            bar_start(times, self._window_ms),
            self._change(update.change),
            *_links(update.seq_id, update.prev_seq_id),
            np.zeros(1, np.bool_),
            _as_columns(update.bids),
            _as_columns(update.asks),
        )
        return BookBatch(number, np.array([row.row_id]), rows)

    def _parse_levels(
        self, side: int, text: TextColumn, is_refused: Flags, rooms: list[Numbers]
    ) -> LevelColumns:
        most = len(text.utf8) // SHORTEST_LEVEL + 1
        if rooms[side].shape[1] < most:
            rooms[side] = np.empty((2, most))
        prices, sizes = rooms[side]
        levels = LevelColumns(prices, sizes, np.empty(len(text.offsets) - 1, np.int64))
        self._kernels.parse_levels(text, levels, is_refused, self._shapes)
        return levels


def _links(seq_id: int | None, prev_seq_id: int | None) -> tuple[Column, Column]:
    """Return a row's places in the exchange's chain as columns of one."""
    seq, prev = (NO_LINK if link is None else link for link in (seq_id, prev_seq_id))
    return np.array([seq], np.int64), np.array([prev], np.int64)


def _as_columns(levels: list[OrderbookLevel]) -> LevelColumns:
    prices = np.array([level.price for level in levels], dtype=np.float64)
    sizes = np.array([level.size for level in levels], dtype=np.float64)
    return LevelColumns(prices, sizes, np.array([len(levels)]))


def _samples(batch: BookBatch, part: slice, output: BookOutput) -> BookSamples:
    is_taken, *columns = (column[part] for column in output.samples)
    told: list[Column] = [batch.row_ids[part], batch.rows.times[part], *columns]
    if not is_taken.all():
        told = [column[is_taken] for column in told]
    return BookSamples(*told)
