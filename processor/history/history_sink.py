"""Keep all that a pass makes, in `history.db`: settled second by second, committed on request."""

from collections.abc import Iterable

import msgspec
import numpy as np

from processor.calculation.book_pieces import HeatColumns, Keyframes
from processor.calculation.sink import BookSamples, TradeColumns
from processor.history.book_seconds import BookRows
from processor.history.heat_layers import OpenLayers, all_open
from processor.history.quality_marks import SkippedRow, in_order, marks_of, skipped_marks
from processor.history.raw_rows import RawRows
from processor.history.state import WriterState, to_columns, to_lists
from processor.history.store import COMMIT, FILE, HistoryStore
from processor.history.work import HistoryWork
from shared.clock import END_OF_TIME_MS, NO_MOMENT
from shared.history.bars import BookBars, Numbers, TradeBars
from shared.history.columns import joined, part, split
from shared.history.decimals import Decimals, running_decimals
from shared.history.merging import Bars
from shared.history.schema import SECOND_MS
from shared.history.trades import Trades
from shared.job import HistoryContent
from shared.recordings.day_files import DayFile

SETTLED_ROWS = 32_768
"""How many rows come between two settlings: many at once cost less each, and take memory."""


class HistorySink:
    """Writes so much as `content` says through `store`, which it closes; see Sink.

    `work` does the work on columns.
    """

    def __init__(self, store: HistoryStore, content: HistoryContent, work: HistoryWork) -> None:
        self._store = store
        self._work = work
        self._with_trades = content is HistoryContent.FULL
        self._state = WriterState()
        self._raw = RawRows()
        self._skipped: list[SkippedRow] = []
        self._layers = OpenLayers()
        self._reached_ms = NO_MOMENT

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever kept."""
        return self._store.newest(FILE) is None

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return self._store.size

    @property
    def identity(self) -> str | None:
        """What tells it from any other."""
        return self._store.identity

    def close(self) -> None:
        """Forget what is not committed, and close the database."""
        self._store.close()

    def begin_file(self, file: DayFile, digest: str) -> None:
        """Note the file, and the state to go back to if it is taken back."""
        self._settle()
        self._store.remember(FILE, self._state_now())
        self._state.files += 1
        self._state.floor_ms = self._state.newest_ms
        self._store.add_file(self._state.files, file.path.name, file.day, digest)

    def add_trades(self, trades: TradeColumns) -> None:
        """Take the next trades."""
        state = self._state
        newest_ms = self._raw.add_trades(state.files, state.floor_ms, trades)
        state.newest_ms = max(state.newest_ms, newest_ms)

    def add_samples(self, samples: BookSamples) -> None:
        """Take the next book rows."""
        state = self._state
        newest_ms = self._raw.add_samples(state.files, state.floor_ms, samples)
        state.newest_ms = max(state.newest_ms, newest_ms)

    def skip_row(self, table: str, row_id: int, timestamp_ms: int) -> None:
        """Take note of a row that could not be used."""
        state = self._state
        moment_ms = max(timestamp_ms, state.floor_ms)
        self._skipped.append(SkippedRow(moment_ms, table, state.files, row_id))

    def add_heat(self, columns: HeatColumns) -> None:
        """Take the next columns of heat."""
        self._store.book_tables.put_heat(self._work.lay_heat(columns, self._layers))

    def add_keyframes(self, keyframes: Keyframes) -> None:
        """Take the next keyframes."""
        self._store.book_tables.put_keyframes(keyframes)
        self._state.frame_ms = int(keyframes.minutes_ms[-1])

    def reach(self, moment_ms: int) -> None:
        """Settle what is before `moment_ms`, if it is much.

        At the end of time nothing is settled: days may be added to those that are done.
        """
        if moment_ms < END_OF_TIME_MS:
            self._reached_ms = max(self._reached_ms, moment_ms)
        if self._raw.count >= SETTLED_ROWS:
            self._settle()

    def take_back_file(self) -> None:
        """Go back to where the newest file began."""
        number = self._store.newest(FILE)
        state = self._store.go_back_to(number, FILE) if number is not None else None
        if number is None or state is None:
            raise ValueError("expected the start of a file to go back to, found none")
        self._store.forget(number)
        self._begin_with(state)

    def commit(self, open_column: HeatColumns | None) -> int:
        """Settle all that is whole and commit it, and the rest as it is now."""
        self._settle()
        number = self._store.remember(COMMIT, self._state_now())
        self._put_rest()
        self._store.book_tables.put_heat(all_open(open_column, self._layers))
        self._store.commit()
        return number

    def go_back_to(self, commit: int) -> bool:
        """Go back to a commit."""
        state = self._store.go_back_to(commit, COMMIT)
        if state is None:
            return False
        self._begin_with(state)
        return True

    def _begin_with(self, state: WriterState) -> None:
        self._state = state
        self._raw = RawRows(to_columns(Trades, state.trades), to_columns(BookRows, state.book))
        self._skipped = list(state.skipped)
        self._layers = OpenLayers.from_lists(state.heat)
        self._reached_ms = state.settled_ms

    def _state_now(self) -> WriterState:
        trades, book = self._raw.all()
        self._state.trades, self._state.book = to_lists(trades), to_lists(book)
        self._state.skipped = self._skipped
        self._state.heat = self._layers.to_lists()
        self._state.minute_trades = self._store.tables.minute_trades
        return self._state

    def _settle(self) -> None:
        """Put the seconds that are whole into the database."""
        end_ms = self._reached_ms // SECOND_MS * SECOND_MS
        if end_ms <= self._state.settled_ms:
            return
        trades, book = self._raw.all()
        trades, later_trades = split(trades, int(np.searchsorted(trades.ts, end_ms)))
        book, later_book = split(book, int(np.searchsorted(book.from_ms, end_ms)))
        self._put_marks(book, [row for row in self._skipped if row.ts < end_ms])
        self._skipped = [row for row in self._skipped if row.ts >= end_ms]
        seconds, standing = self._seconds_of(trades, book, end_ms)
        self._store.tables.add(seconds, self._kept(trades), end_ms)
        self._raw = RawRows(later_trades, joined((standing, later_book)))
        self._state.settled_ms = end_ms

    def _put_rest(self) -> None:
        """Put the seconds that are not whole yet as well, to be put again when they are."""
        trades, book = self._raw.all()
        state, self._state = self._state, msgspec.structs.replace(self._state)
        self._put_marks(book, self._skipped)
        if not len(trades.ts) and not book.is_row.any():
            self._state = state
            return
        end_ms = state.newest_ms // SECOND_MS * SECOND_MS + SECOND_MS
        seconds, _ = self._seconds_of(trades, book, end_ms)
        self._store.tables.put_for_now(seconds, self._kept(trades), end_ms)
        self._state = state

    def _put_marks(self, book: BookRows, skipped: list[SkippedRow]) -> None:
        state = self._state
        closed, state.open_marks = marks_of(book, state.open_marks)
        marks = in_order([*closed, *skipped_marks(skipped)])
        self._store.put_marks(state.marks, [*marks, *state.open_marks])
        state.marks += len(marks)

    def _kept(self, trades: Trades) -> Trades:
        return trades if self._with_trades else part(trades, slice(0))

    def _seconds_of(self, trades: Trades, book: BookRows, end_ms: int) -> tuple[Bars, BookRows]:
        trade_seconds = self._seconds_of_trades(trades)
        book_seconds, standing = self._seconds_of_book(book, end_ms)
        return Bars(trade_seconds, book_seconds), standing

    def _seconds_of_trades(self, trades: Trades) -> TradeBars:
        state = self._state
        cvd = np.longdouble(state.cvd[0]) + np.longdouble(state.cvd[1])
        decimals = running_decimals(trades.sizes, state.size_decimals)
        seconds, cvd = self._work.seconds_of_trades(trades, cvd, decimals)
        state.size_decimals = _last(decimals, state.size_decimals)
        state.cvd = float(cvd), float(cvd - np.longdouble(float(cvd)))
        return seconds

    def _seconds_of_book(self, book: BookRows, end_ms: int) -> tuple[BookBars, BookRows]:
        state = self._state
        prices = (np.nan_to_num(side) for side in (book.best_bids, book.best_asks))
        of_prices = _of_both(prices, state.best_decimals)
        of_sizes = _of_both((book.bid_sizes, book.ask_sizes), state.best_size_decimals)
        state.best_decimals = _last(of_prices, state.best_decimals)
        state.best_size_decimals = _last(of_sizes, state.best_size_decimals)
        return self._work.seconds_of_book(book, end_ms, of_prices, of_sizes)


def _of_both(sides: Iterable[Numbers], before: int) -> Decimals:
    bids, asks = (running_decimals(side, before) for side in sides)
    return np.maximum(bids, asks)


def _last(decimals: Decimals, before: int) -> int:
    return int(decimals[-1]) if len(decimals) else before
