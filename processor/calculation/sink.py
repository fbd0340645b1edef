"""The door for whoever keeps what a pass makes, and not only the newest of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from processor.calculation.book_pieces import HeatColumns, Keyframes
from shared.bars import Bar
from shared.job import HistoryContent, Job
from shared.recordings.day_files import DayFile
from shared.series import Series

Column = Any
"""A list or an array of numbers, one a row."""


@dataclass(frozen=True, slots=True)
class TradeColumns:
    """Trades that were accepted, in the order of time; `is_buy` is the taker's side."""

    row_ids: Column
    times_ms: Column
    prices: Column
    sizes: Column
    is_buy: Column


@dataclass(frozen=True, slots=True)
class BookSamples:
    """The book after each row in range, in the order of time.

    While a side is empty its best price is NaN and the size there 0, OBI and TOT are NaN. A reset
    is a snapshot in the place of a book that had levels; before a gap the exchange's chain says
    that rows are missing.
    """

    row_ids: Column
    times_ms: Column
    is_reset: Column
    is_gap: Column
    best_bids: Column
    bid_sizes: Column
    best_asks: Column
    ask_sizes: Column
    obi: Column
    tot: Column


class Sink(Protocol):
    """Takes all that a pass makes, in order, and can give it back.

    Nothing is final before `commit`, which is asked for with each checkpoint; what came after the
    last commit goes with the process. A file whose rows turn out not to be in the order of time is
    read again from its start: `take_back_file` then undoes it whole, what was committed of it
    included. The bars still open are no bars yet: ask the results for them.
    """

    def begin_file(self, file: DayFile) -> None:
        """Take note that all that comes from now on is made from `file`, from its start."""
        ...

    def add_bars(self, series: Series, bars: Sequence[Bar]) -> None:
        """Take the next closed bars of `series`."""
        ...

    def add_trades(self, trades: TradeColumns) -> None:
        """Take the next trades; the columns are the sink's own."""
        ...

    def add_samples(self, samples: BookSamples) -> None:
        """Take the next samples of the book; the columns are the sink's own."""
        ...

    def skip_row(self, table: str, row_id: int, timestamp_ms: int) -> None:
        """Take note of a row in range that could not be used; one without a time is not told."""
        ...

    def add_heat(self, columns: HeatColumns) -> None:
        """Take the next columns of heat, which the job asks for with a full history."""
        ...

    def add_keyframes(self, keyframes: Keyframes) -> None:
        """Take the next keyframes, likewise."""
        ...

    def reach(self, moment_ms: int) -> None:
        """Take note that all that is before `moment_ms` has come, of both tables.

        Only a file that begins before the end of the one before it brings rows that are older.
        """
        ...

    def take_back_file(self) -> None:
        """Forget all that came since the newest `begin_file`, in this process or before."""
        ...

    def commit(self, open_column: HeatColumns | None) -> int:
        """Make all that came so far last, and return the number of this commit, counted from 1.

        `open_column` is the column of heat that is not over yet, if there is one. 0 where
        nothing is kept any more: a full disk ends what is kept, and not the run.
        """
        ...

    def keep_no_more(self) -> None:
        """Keep nothing from now on: the job goes on from a moment at which nothing was kept."""
        ...

    def go_back_to(self, commit: int) -> bool:
        """Forget all that came after the commit of that number, and everything for 0.

        Return whether there is such a commit; if not, the job is begun anew.
        """
        ...


def keeps_time(job: Job, sink: Sink | None) -> bool:
    """Say whether the book of this job has to keep time: whether somebody takes its pieces."""
    return sink is not None and job.history is HistoryContent.FULL


def give_pieces(sink: Sink, columns: HeatColumns, keyframes: Keyframes) -> None:
    """Give `sink` what time has completed, if it is anything."""
    if len(columns.starts_ms):
        sink.add_heat(columns)
    if len(keyframes.minutes_ms):
        sink.add_keyframes(keyframes)
