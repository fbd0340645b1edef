"""Replay day files through the reference calculation, one step after the other."""

from collections.abc import Generator, Sequence

from processor.calculation.book_pieces import HeatColumns
from processor.calculation.depth import Depth
from processor.calculation.heat_book import HeatBook
from processor.calculation.position import Position
from processor.calculation.sink import Sink, give_pieces, keeps_time
from processor.reference.interpreter import DBInterpreter
from processor.reference.ohlc import OHLCProcessor
from processor.reporting.quality import Quality
from shared.bars import Bar
from shared.clock import END_OF_TIME_MS
from shared.job import Job
from shared.recordings.day_files import DayFile
from shared.recordings.opening import OnWait, do_nothing
from shared.recordings.problems import late_trade
from shared.recordings.records import OrderbookUpdate, Trade
from shared.run_files.processor_status import Conservation


class ReferenceReplay:
    """One pass over `files` for `job`; what cannot be used is counted in `quality`."""

    def __init__(
        self,
        files: Sequence[DayFile],
        job: Job,
        quality: Quality,
        sink: Sink | None = None,
        on_wait: OnWait = do_nothing,
    ) -> None:
        self._interpreter = DBInterpreter(
            files,
            job.time_range,
            quality,
            on_wait,
            self._begin_file,
            job.snapshots,
            sink.skip_row if sink is not None else None,
        )
        self._calculation = OHLCProcessor(job.window_seconds, job.depth_levels, sink)
        self._heat = HeatBook() if keeps_time(job, sink) else None
        self._sink = sink
        self._range = job.time_range
        self._quality = quality

    @property
    def position(self) -> Position:
        """How far the replay has come."""
        return self._interpreter.position

    @property
    def ohlc_bars(self) -> list[Bar]:
        """Newest OHLC bars."""
        return self._calculation.ohlc_bars

    @property
    def metric_bars(self) -> list[Bar]:
        """Newest OBI and TOT bars."""
        return self._calculation.metric_bars

    @property
    def cvd_bars(self) -> list[Bar]:
        """Newest CVD bars."""
        return self._calculation.cvd_bars

    @property
    def depth(self) -> Depth:
        """Best levels of both sides."""
        return self._calculation.depth

    @property
    def open_bar_ms(self) -> int | None:
        """The start of the open trade bar, None before the first."""
        return self._calculation.open_bar_ms

    @property
    def conservation(self) -> Conservation:
        """The sums that must agree."""
        return self._calculation.conservation

    @property
    def open_column(self) -> HeatColumns | None:
        """The column of heat that is not over yet, None if there is none."""
        return self._heat.open_column if self._heat else None

    @property
    def observed(self) -> dict[str, int]:
        """Counts of book rows after which something was odd."""
        return self._calculation.observations.as_counts()

    def steps(self) -> Generator[None, None, None]:
        """Do the work, yielding after every book row so that the caller can look up."""
        for update, trades in self._interpreter.stream():
            is_in_range = update.timestamp_ms >= self._range.from_ms
            is_reset = self._calculation.update_orderbook(update, is_sampled=is_in_range)
            self._keep_time(update, is_reset=is_reset, is_in_range=is_in_range)
            for trade in self._calculation.process_trades(trades):
                self._skip_late_trade(trade)
            if self._sink is not None:
                self._sink.reach(update.timestamp_ms)
            yield
        if self._sink is not None:
            self._sink.reach(END_OF_TIME_MS)
        self._calculation.finalize()

    def _begin_file(self, file: DayFile) -> None:
        if self._sink is not None:
            self._sink.begin_file(file)
        if self._heat is not None:
            self._heat.begin_file()

    def _keep_time(self, update: OrderbookUpdate, *, is_reset: bool, is_in_range: bool) -> None:
        if self._heat is None or self._sink is None or update.row_id is None:
            return
        self._heat.apply(
            update.row_id,
            update.timestamp_ms,
            update.bids,
            update.asks,
            is_reset=is_reset,
            is_in_range=is_in_range,
        )
        give_pieces(self._sink, *self._heat.take())

    def _skip_late_trade(self, trade: Trade) -> None:
        file = self.position.file
        assert file is not None
        self._quality.skip_row(file.path, "trades", trade.id, late_trade())
        if self._sink is not None:
            self._sink.skip_row("trades", trade.id, trade.timestamp_ms)
