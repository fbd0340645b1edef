"""The book kernel against a dict that is sorted at every row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.engine import book_kernel
from processor.engine.state import EngineState
from shared.job import Job, TimeRange
from tests.support.runs import compiled_kernels

Levels = list[tuple[float, float]]
Row = tuple[Levels, Levels]

MINUTE_MS = 60_000
START_MS = 10 * MINUTE_MS
DEPTH_LEVELS = 5


@dataclass(slots=True)
class Model:
    """What the kernel keeps, by the plainest means."""

    bids: dict[float, float] = field(default_factory=dict)
    asks: dict[float, float] = field(default_factory=dict)
    metric_rows: list[list[float]] = field(default_factory=list)
    observed: dict[str, int] = field(default_factory=dict)

    def apply(self, timestamp_ms: int, bids: Levels, asks: Levels) -> None:
        for side, levels in ((self.bids, bids), (self.asks, asks)):
            for price, size in levels:
                side[price] = size
                if not size:
                    del side[price]
        best_bids = sorted(self.bids, reverse=True)[:DEPTH_LEVELS]
        best_asks = sorted(self.asks)[:DEPTH_LEVELS]
        if not best_bids or not best_asks:
            self._observe("one_sided_rows")
            return
        if best_bids[0] >= best_asks[0]:
            self._observe("crossed_rows")
        bid_size = added_up(self.bids[price] for price in best_bids)
        ask_size = added_up(self.asks[price] for price in best_asks)
        self._sample(timestamp_ms, (bid_size - ask_size) / (bid_size + ask_size))
        self.metric_rows[-1].append(bid_size + ask_size)

    def _sample(self, timestamp_ms: int, obi: float) -> None:
        self.metric_rows.append([timestamp_ms, obi])

    def _observe(self, what: str) -> None:
        self.observed[what] = self.observed.get(what, 0) + 1

    @property
    def metric_bars(self) -> list[list[float]]:
        bars: dict[int, list[list[float]]] = {}
        for timestamp_ms, obi, tot in self.metric_rows:
            bars.setdefault(int(timestamp_ms) // MINUTE_MS * MINUTE_MS, []).append([obi, tot])
        return [
            [
                start_ms,
                *(x for values in zip(*rows, strict=True) for x in candle(values)),
            ]
            for start_ms, rows in bars.items()
        ]


def candle(values: Sequence[float]) -> tuple[float, float, float, float]:
    return values[0], max(values), min(values), values[-1]


def added_up(sizes: Any) -> float:
    total = 0.0
    for size in sizes:  # not sum(), which compensates rounding since Python 3.12
        total += size
    return total


def replay(kernel: Any, batches: Sequence[Sequence[Row]]) -> EngineState:
    """Apply `batches`, a row every ten seconds."""
    state = EngineState(Job("X", TimeRange(0, 10**14), None, None, 60, DEPTH_LEVELS))  # type: ignore[arg-type]
    timestamp_ms = START_MS
    for batch in batches:
        times = timestamp_ms + 10_000 * np.arange(len(batch))
        timestamp_ms += 10_000 * len(batch)
        sides = [columns([row[side] for row in batch]) for side in (0, 1)]
        state.book.make_room(max(len(prices) for prices, _, _ in sides) + 1)
        closed = np.empty((len(batch), book_kernel.BAR_COLUMNS))
        done = kernel(
            0,
            times,
            np.zeros(len(batch), np.bool_),
            *sides[0],
            *sides[1],
            state.book.bids,
            state.book.asks,
            state.book.bounds,
            state.book_sums,
            closed,
        )
        assert done == len(batch)
        assert state.book_sums["outcome"][0] == book_kernel.DONE
        state.take_closed_metric_bars(closed)
    return state


def columns(rows: Sequence[Levels]) -> tuple[Any, Any, Any]:
    levels = [level for row in rows for level in row]
    prices = np.array([price for price, _ in levels], np.float64)
    sizes = np.array([size for _, size in levels], np.float64)
    return prices, sizes, np.cumsum([len(row) for row in rows], dtype=np.int64)


def assert_equals_model(kernel: Any, batches: Sequence[Sequence[Row]]) -> EngineState:
    state = replay(kernel, batches)
    model = Model()
    for number, (bids, asks) in enumerate(row for batch in batches for row in batch):
        model.apply(START_MS + 10_000 * number, bids, asks)
    depth = state.book.best(10**6)
    assert list(depth.bids) == sorted(model.bids.items(), reverse=True)
    assert list(depth.asks) == sorted(model.asks.items())
    assert state.metric_bars == model.metric_bars
    assert state.observed == model.observed
    return state


each_form = pytest.mark.parametrize(
    "kernel",
    [lambda: book_kernel.apply_book_rows, lambda: compiled_kernels().apply_book_rows],
    ids=["python", "compiled"],
)

# Few prices, so that levels meet: inserted, changed, removed, removed when absent, inserted again.
NEAR = st.tuples(st.integers(1, 12).map(float), st.sampled_from([0.0, 0.0, 0.5, 1.0, 2.0]))
FAR = st.tuples(st.floats(1e-8, 1e9, allow_subnormal=False), st.sampled_from([0.0, 1e-8, 3.0, 1e9]))
LEVELS = st.lists(NEAR | FAR, max_size=12)
BATCHES = st.lists(st.lists(st.tuples(LEVELS, LEVELS), min_size=1, max_size=8), max_size=6)


@each_form
@settings(max_examples=120, deadline=None)
@given(batches=BATCHES)
def test_any_updates_leave_the_book_of_the_model(
    kernel: Callable[[], Any], batches: list[list[Row]]
) -> None:
    assert_equals_model(kernel(), batches)


@each_form
@pytest.mark.parametrize("order", [1, -1], ids=["ascending", "descending"])
def test_thousands_of_levels_grow_the_arrays(kernel: Callable[[], Any], order: int) -> None:
    prices = [float(price) for price in range(1, 3001)][::order]
    rows: list[Row] = [
        ([(price, 1.0) for price in prices], [(price + 5000, 1.0) for price in prices])
    ] * 2
    state = assert_equals_model(kernel(), [rows, [([(9000.0, 2.0)], [])]])
    assert state.book.bids.shape[1] > 4096


@each_form
def test_a_market_that_drifts_one_way_recentres_the_arrays(kernel: Callable[[], Any]) -> None:
    """Levels leave at one end and come at the other, so that the held ones wander."""
    batches: list[list[Row]] = []
    for step in range(120):
        low = 100 * step
        gone = [(float(price), 0.0) for price in range(low - 100, low) if price > 0]
        come = [(float(price + 1), 1.0) for price in range(low, low + 100)]
        batches.append([(gone + come, [(1e6, 1.0)])])
    state = assert_equals_model(kernel(), batches)
    assert state.book.bids.shape[1] == 4096


@each_form
def test_a_level_named_twice_in_a_row_counts_as_named_last(kernel: Callable[[], Any]) -> None:
    bids = [(5.0, 1.0), (7.0, 2.0), (5.0, 0.0), (6.0, 1.0), (5.0, 3.0), (7.0, 0.0)]
    state = assert_equals_model(kernel(), [[(bids, [(9.0, 1.0)])]])
    assert list(state.book.best(9).bids) == [(6, 1), (5, 3)]


@each_form
def test_emptying_a_side_and_filling_it_again(kernel: Callable[[], Any]) -> None:
    full: Levels = [(float(price), 1.0) for price in range(1, 50)]
    empty: Levels = [(price, 0.0) for price, _ in full]
    assert_equals_model(kernel(), [[(full, full)], [(empty, empty)], [(full[::-1], full)]])


@each_form
def test_rows_stop_the_kernel_where_it_must_not_go_on(kernel: Callable[[], Any]) -> None:
    state = EngineState(Job("X", TimeRange(0, 1000), None, None, 60, 5))  # type: ignore[arg-type]

    def outcome(times: list[int], refused: list[bool]) -> tuple[int, int]:
        nothing = columns([[] for _ in times])
        row = kernel()(
            0,
            np.array(times),
            np.array(refused),
            *nothing,
            *nothing,
            state.book.bids,
            state.book.asks,
            state.book.bounds,
            state.book_sums,
            np.empty((len(times), book_kernel.BAR_COLUMNS)),
        )
        return row, int(state.book_sums["outcome"][0])

    assert outcome([10, 20, 30], [False, True, False]) == (1, book_kernel.NEEDS_STRICT_PARSER)
    assert outcome([20, 15], [False, False]) == (1, book_kernel.OUT_OF_ORDER)
    assert outcome([20, 1000], [False, False]) == (1, book_kernel.END_OF_RANGE)
    assert state.book_sums["rows"][0] == 3
