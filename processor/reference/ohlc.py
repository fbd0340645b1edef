"""Make OHLC, CVD, OBI and TOT bars from trades and book updates."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from processor.calculation.depth import Depth
from processor.calculation.sink import BookSamples, Sink, TradeColumns
from processor.reference.bars import Candle, MetricBar, RunningSum, TradeBar
from processor.reference.imbalance import Imbalance, MetricsCalculator
from processor.reference.orderbook import OrderbookManager
from processor.rules.bar_edges import bar_start
from processor.rules.chain import NO_LINK, is_gap
from shared.bars import MAX_BARS, Bar, append_bar
from shared.recordings.records import OrderbookLevel, OrderbookUpdate, Trade
from shared.run_files.processor_status import Conservation
from shared.series import CVD, METRICS, OHLC


@dataclass(slots=True)
class Observations:
    """What was used but is worth knowing: resets, and book rows after which something was odd.

    A reset is a snapshot in the place of a book that had levels, a gap a row before which the
    exchange's chain says that others are missing.
    """

    resets: int = 0
    gaps: int = 0
    crossed_rows: int = 0
    one_sided_rows: int = 0
    late_book_rows: int = 0

    def as_counts(self) -> dict[str, int]:
        """Return what was seen at all, by name."""
        return {name: count for name, count in asdict(self).items() if count}


class OHLCProcessor:
    """The reference calculation, row by row; feed it trades and updates in the order of time.

    `window_seconds` is the length of a bar, `depth_levels_per_side` how many best levels of each
    side OBI, TOT and depth are made of. The bars, oldest first and at most 1000, include the one
    still open. `sink` takes all that is made.
    """

    def __init__(
        self,
        window_seconds: int = 60,
        depth_levels_per_side: int = 50,
        sink: Sink | None = None,
    ) -> None:
        self._window_ms = window_seconds * 1000
        self._depth_levels = depth_levels_per_side
        self._book = OrderbookManager()
        self._metrics = MetricsCalculator()
        self._ohlc_rows: list[Bar] = []
        self._cvd_rows: list[Bar] = []
        self._metric_rows: list[Bar] = []
        self._trade_bar: TradeBar | None = None
        self._metric_bar: MetricBar | None = None
        self._cvd = RunningSum()
        self._bought = RunningSum()
        self._sold = RunningSum()
        self._closed_volume = RunningSum()
        self._trades_accepted = 0
        self._sink = sink
        self._last_seq_id = NO_LINK
        self.observations = Observations()

    @property
    def cvd_cumulative(self) -> float:
        """CVD now: sizes bought by takers minus sizes sold by takers since the run's start."""
        return self._cvd.value

    @property
    def ohlc_bars(self) -> list[Bar]:
        """Bars [ts, open, high, low, close, volume]."""
        return _newest(self._ohlc_rows, self._trade_bar.ohlc_row() if self._trade_bar else None)

    @property
    def cvd_bars(self) -> list[Bar]:
        """Bars [ts, open, high, low, close] of CVD."""
        return _newest(self._cvd_rows, self._trade_bar.cvd_row() if self._trade_bar else None)

    @property
    def metric_bars(self) -> list[Bar]:
        """Bars [ts, obi_open, …, obi_close, tot_open, …, tot_close]."""
        return _newest(self._metric_rows, self._metric_bar.row() if self._metric_bar else None)

    @property
    def depth(self) -> Depth:
        """The best levels as they stand."""
        return self._book.best(self._depth_levels)

    @property
    def open_bar_ms(self) -> int | None:
        """The start of the open trade bar, epoch ms; None while there is none."""
        return self._trade_bar.timestamp_ms if self._trade_bar else None

    @property
    def conservation(self) -> Conservation:
        """The sums that must agree: sizes in against bar volumes out, signed sizes against CVD."""
        open_volume = self._trade_bar.volume.value if self._trade_bar else 0.0
        return Conservation(
            trades_accepted=self._trades_accepted,
            size_accepted=self._bought.value + self._sold.value,
            bar_volume=self._closed_volume.value + open_volume,
            signed_size=self._bought.value - self._sold.value,
            cvd=self._cvd.value,
        )

    def process_trades(self, trades: Iterable[Trade]) -> list[Trade]:
        """Count `trades`, in their order, into bars and CVD.

        Returns those that are older than the open bar, which could not be counted: its
        predecessors are closed. Only overlapping day files hold such trades.
        """
        late, accepted = [], []
        for trade in trades:
            start_ms = bar_start(trade.timestamp_ms, self._window_ms)
            bar = self._trade_bar
            if bar is not None and start_ms < bar.timestamp_ms:
                late.append(trade)
                continue
            if bar is None or start_ms > bar.timestamp_ms:
                self._close_trade_bar(self._sink)
                bar = TradeBar(start_ms, Candle(trade.price), Candle(self._cvd.value))
                self._trade_bar = bar
            self._count(trade, bar)
            accepted.append(trade)
        if self._sink is not None and accepted:
            self._sink.add_trades(_as_columns(accepted))
        return late

    def update_orderbook(self, update: OrderbookUpdate, *, is_sampled: bool = True) -> bool:
        """Apply one book row and sample OBI and TOT after it, unless `is_sampled` is False.

        Returns whether it took the place of a book that had levels. An update without a row, which
        only carries trades, changes nothing.
        """
        if update.row_id is None:
            return False
        is_reset = self._book.apply(update.bids, update.asks, update.change)
        self.observations.resets += is_reset
        is_gap = self._is_gap(update, is_snapshot=self._book.is_snapshot)
        if is_sampled:
            self.observations.gaps += is_gap
            self._sample(update.row_id, update.timestamp_ms, is_reset=is_reset, is_gap=is_gap)
        return is_reset

    def _is_gap(self, update: OrderbookUpdate, *, is_snapshot: bool) -> bool:
        """Say whether rows are missing before this one, which becomes the last of the chain."""
        prev = NO_LINK if update.prev_seq_id is None else update.prev_seq_id
        found = is_gap(is_snapshot, prev, self._last_seq_id)
        if update.seq_id is not None:
            self._last_seq_id = update.seq_id
        return found

    def finalize(self) -> None:
        """Close the open bars: nothing more will come.

        The sink is not told: to it they stay open, as they are where another file may follow.
        """
        self._close_trade_bar(None)
        self._close_metric_bar(None)

    def _close_trade_bar(self, sink: Sink | None) -> None:
        bar = self._trade_bar
        if bar is not None:
            append_bar(self._ohlc_rows, bar.ohlc_row())
            append_bar(self._cvd_rows, bar.cvd_row())
            if sink is not None:
                sink.add_bars(OHLC, [bar.ohlc_row()])
                sink.add_bars(CVD, [bar.cvd_row()])
            self._closed_volume.add(bar.volume.value)
            self._trade_bar = None

    def _close_metric_bar(self, sink: Sink | None) -> None:
        bar = self._metric_bar
        if bar is not None:
            append_bar(self._metric_rows, bar.row())
            if sink is not None:
                sink.add_bars(METRICS, [bar.row()])
            self._metric_bar = None

    def _count(self, trade: Trade, bar: TradeBar) -> None:
        is_buy = trade.side == "buy"
        self._cvd.add(trade.size if is_buy else -trade.size)
        (self._bought if is_buy else self._sold).add(trade.size)
        bar.prices.add(trade.price)
        bar.volume.add(trade.size)
        bar.cvd.add(self._cvd.value)
        self._trades_accepted += 1

    def _sample(self, row_id: int, timestamp_ms: int, *, is_reset: bool, is_gap: bool) -> None:
        depth = self.depth
        if depth.is_crossed:
            self.observations.crossed_rows += 1
        imbalance = self._metrics.imbalance(depth)
        if self._sink is not None:
            of_both = imbalance or Imbalance(math.nan, math.nan)
            values = (*_best(depth.bids), *_best(depth.asks), of_both.obi, of_both.tot)
            row = (row_id, timestamp_ms, is_reset, is_gap, *values)
            self._sink.add_samples(BookSamples(*([value] for value in row)))
        if imbalance is None:
            self.observations.one_sided_rows += 1
            return
        start_ms = bar_start(timestamp_ms, self._window_ms)
        bar = self._metric_bar
        if bar is None or start_ms > bar.timestamp_ms:
            self._close_metric_bar(self._sink)
            self._metric_bar = MetricBar(start_ms, Candle(imbalance.obi), Candle(imbalance.tot))
        elif start_ms == bar.timestamp_ms:
            bar.obi.add(imbalance.obi)
            bar.tot.add(imbalance.tot)
        else:
            self.observations.late_book_rows += 1


def _as_columns(trades: list[Trade]) -> TradeColumns:
    return TradeColumns(
        row_ids=[trade.id for trade in trades],
        times_ms=[trade.timestamp_ms for trade in trades],
        prices=[trade.price for trade in trades],
        sizes=[trade.size for trade in trades],
        is_buy=[trade.side == "buy" for trade in trades],
    )


def _best(side: list[OrderbookLevel]) -> OrderbookLevel:
    return side[0] if side else OrderbookLevel(math.nan, 0.0)


def _newest(closed: list[Bar], open_row: Bar | None) -> list[Bar]:
    return list(closed) if open_row is None else [*closed[1 - MAX_BARS :], open_row]
