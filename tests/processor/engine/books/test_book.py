"""The engine's books, in each form, against a dict that is sorted at every row."""

import copy
import resource
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.calculation.depth import Depth
from processor.engine.books.book import Book
from processor.engine.books.book_batch import BookBatch
from processor.engine.books.ladder_book import LadderBook
from processor.engine.books.sorted_book import SortedBook
from processor.engine.compiling.loading import Kernels
from processor.engine.intake.table_intake import FOREVER_MS
from processor.engine.kernels import book_bars
from processor.engine.kernels.arguments import BookRows, LevelColumns
from processor.engine.state import EngineState
from processor.rules.bar_edges import bar_start
from shared.job import Job, TimeRange
from shared.recordings.records import BookChange, OrderbookLevel
from tests.support.engine_runs import UncompiledKernels
from tests.support.runs import compiled_kernels

Changes = list[tuple[float, float]]
Row = tuple[Changes, Changes]
Batches = Sequence[Sequence[Row]]

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

    def apply(self, timestamp_ms: int, bids: Changes, asks: Changes) -> None:
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


class OnlySorted(Book):
    """A book that is never put on a ladder."""

    def __init__(self) -> None:
        super().__init__()
        nothing = np.empty((2, 0))
        self._form = SortedBook.of(nothing, nothing, None)

    def begin_file(self) -> None:
        """Stay as it is."""


def replay(make_book: Callable[[], Book], kernels: Kernels, batches: Batches) -> EngineState:
    """Apply `batches`, a row every ten seconds."""
    state = EngineState(Job("X", TimeRange(0, 10**14), None, None, 60, DEPTH_LEVELS))  # type: ignore[arg-type]
    state.book = make_book()
    timestamp_ms = START_MS
    for batch in batches:
        times = timestamp_ms + 10_000 * np.arange(len(batch))
        timestamp_ms += 10_000 * len(batch)
        apply(state, kernels, times, batch)
        assert state.book_sums["outcome"][0] == book_bars.DONE
    return state


def apply(
    state: EngineState,
    kernels: Kernels,
    times: Any,
    rows: Sequence[Row],
    refused: Any = None,
    *,
    first: int = 0,
    until_ms: int = FOREVER_MS,
) -> int:
    """Apply one batch, on new ladders as they are needed, and return the row it stopped at."""
    batch = batch_of(times, rows, refused)
    output = book_bars.new_output(len(rows))
    row = first
    while True:
        row = state.book.apply(kernels, row, until_ms, batch, state.book_sums, output)
        state.take_closed_metric_bars(output.closed)
        if state.book_sums["outcome"][0] != book_bars.OFF_LADDER:
            return row


def batch_of(times: Any, rows: Sequence[Row], refused: Any = None) -> BookBatch:
    bids, asks = (levels_of([row[side] for row in rows]) for side in (0, 1))
    if refused is None:
        refused = np.zeros(len(rows), np.bool_)
    updates = np.full(len(rows), BookChange.UPDATE, np.int64)
    none = np.zeros(0, np.int64), np.zeros(0, np.int64)
    columns = BookRows(times, bar_start(times, MINUTE_MS), updates, *none, refused, bids, asks)
    return BookBatch(0, np.arange(len(rows)), columns)


def levels_of(rows: Sequence[Changes]) -> LevelColumns:
    levels = [level for row in rows for level in row]
    prices = np.array([price for price, _ in levels], np.float64)
    sizes = np.array([size for _, size in levels], np.float64)
    return LevelColumns(prices, sizes, np.cumsum([len(row) for row in rows], dtype=np.int64))


def assert_equals_model(
    make_book: Callable[[], Book], kernels: Kernels, batches: Batches
) -> EngineState:
    state = replay(make_book, kernels, batches)
    model = Model()
    for number, (bids, asks) in enumerate(row for batch in batches for row in batch):
        model.apply(START_MS + 10_000 * number, bids, asks)
    for book in (
        state.book,
        copy.deepcopy(state.book),
        Book.from_document(state.book.to_document()),
    ):
        depth = book.best(10**6)
        assert list(depth.bids) == sorted(model.bids.items(), reverse=True)
        assert list(depth.asks) == sorted(model.asks.items())
    assert state.metric_bars == model.metric_bars
    assert state.observed == model.observed
    return state


each_kernel = pytest.mark.parametrize(
    "make_kernels", [UncompiledKernels, compiled_kernels], ids=["python", "compiled"]
)
each_form = pytest.mark.parametrize("make_book", [Book, OnlySorted], ids=["ladder", "sorted"])

MakeKernels = Callable[[], Kernels]
MakeBook = Callable[[], Book]

# Few prices, so that levels meet: inserted, changed, removed, removed when absent, inserted again.
NEAR = st.tuples(st.integers(1, 12).map(float), st.sampled_from([0.0, 0.0, 0.5, 1.0, 2.0]))
TICKS = st.tuples(
    st.tuples(st.integers(1, 3000), st.integers(0, 4)).map(lambda n: n[0] / 10 ** n[1]),
    st.sampled_from([0.0, 1e-8, 3.0, 1e9]),
)
FAR = st.tuples(st.floats(1e-8, 1e9, allow_subnormal=False), st.sampled_from([0.0, 1e-8, 3.0, 1e9]))


def batches_of(levels: st.SearchStrategy[tuple[float, float]]) -> st.SearchStrategy[Batches]:
    changes = st.lists(levels, max_size=12)
    return st.lists(st.lists(st.tuples(changes, changes), min_size=1, max_size=8), max_size=6)


@each_kernel
@each_form
@settings(max_examples=120, deadline=None)
@given(batches=batches_of(NEAR | FAR))
def test_any_updates_leave_the_book_of_the_model(
    make_book: MakeBook, make_kernels: MakeKernels, batches: Batches
) -> None:
    assert_equals_model(make_book, make_kernels(), batches)


@each_kernel
@settings(max_examples=60, deadline=None)
@given(batches=batches_of(NEAR | TICKS))
def test_prices_in_ticks_stay_on_a_ladder(make_kernels: MakeKernels, batches: Batches) -> None:
    state = assert_equals_model(Book, make_kernels(), batches)
    assert state.book.is_ladder


@each_kernel
@pytest.mark.parametrize("order", [1, -1], ids=["ascending", "descending"])
@each_form
def test_thousands_of_levels_grow_the_book(
    make_book: MakeBook, make_kernels: MakeKernels, order: int
) -> None:
    prices = [float(price) for price in range(1, 3001)][::order]
    rows: list[Row] = [
        ([(price, 1.0) for price in prices], [(price + 5000, 1.0) for price in prices])
    ] * 2
    assert_equals_model(make_book, make_kernels(), [rows, [([(9000.0, 2.0)], [])]])


@each_kernel
@each_form
def test_a_market_that_drifts_one_way(make_book: MakeBook, make_kernels: MakeKernels) -> None:
    """Levels leave at one end and come at the other, so that the held ones wander."""
    batches: list[list[Row]] = []
    for step in range(120):
        low = 100 * step
        gone = [(float(price), 0.0) for price in range(low - 100, low) if price > 0]
        come = [(float(price + 1), 1.0) for price in range(low, low + 100)]
        batches.append([(gone + come, [(1e6, 1.0)])])
    state = assert_equals_model(make_book, make_kernels(), batches)
    if isinstance(state.book, OnlySorted):
        assert state.book._form.bids.shape[1] == 4096  # recentred, not grown


@each_kernel
@each_form
def test_levels_with_wide_gaps_between_them(make_book: MakeBook, make_kernels: MakeKernels) -> None:
    """Places 64, 4096 and a million apart, on either side of where words and their words end."""
    steps = (1, 62, 63, 64, 65, 4032, 4095, 4096, 4097, 262_144, 1_000_000)
    prices = [float(2**k + step) for k, step in enumerate(steps)]
    levels = [(price, 1.0 + price) for price in prices]
    rows: list[Row] = [(levels, [(price + 3e6, size) for price, size in levels])]
    for price, _ in levels:  # the best ask and the worst bid leave, one by one
        rows.append(([(price, 0.0)], [(price + 3e6, 0.0)]))
    rows.append((levels[:1], levels[-1:]))
    assert_equals_model(make_book, make_kernels(), [rows])


@each_kernel
def test_a_price_that_fits_no_ladder_is_kept_in_order_until_it_is_gone(
    make_kernels: MakeKernels,
) -> None:
    usual: Row = ([(100.1, 1.0), (99.95, 2.0)], [(100.2, 1.0)])
    odd: Row = ([], [(100.15000000000001, 3.0), (5e300, 1.0)])
    state = assert_equals_model(Book, make_kernels(), [[usual, odd, usual]])
    assert not state.book.is_ladder
    state.begin_file()
    assert not state.book.is_ladder
    gone: Row = ([], [(price, 0.0) for price, _ in odd[1]])
    apply(state, make_kernels(), np.array([10**9]), [gone])
    state.begin_file()
    assert state.book.is_ladder
    assert list(state.book.best(9).asks) == [(100.2, 1.0)]


@pytest.mark.skipif(sys.platform != "linux", reason="limits the address space")
def test_a_ladder_that_there_is_no_memory_for_is_done_without() -> None:
    prices = np.array([300_000.01])
    nothing = np.empty((2, 0))
    assert LadderBook.of(nothing, nothing, prices, None) is not None
    before = resource.getrlimit(resource.RLIMIT_AS)
    used = psutil.Process().memory_info().vms
    resource.setrlimit(resource.RLIMIT_AS, (used + 100 * 2**20, before[1]))
    try:
        assert LadderBook.of(nothing, nothing, prices, None) is None
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@each_kernel
def test_a_row_off_the_ladder_leaves_no_trace_before_it_has_a_place(
    make_kernels: MakeKernels,
) -> None:
    state = replay(Book, make_kernels(), [[([(5.0, 1.0)], [(6.0, 1.0)])]])
    batch = batch_of(np.array([10**9]), [([(5.0, 9.0)], [(6.0, 9.0), (6.5, 1.0)])])
    output = book_bars.new_output(1)
    sums = state.book_sums
    assert state.book.apply(make_kernels(), 0, FOREVER_MS, batch, sums, output) == 0
    assert state.book_sums["outcome"][0] == book_bars.OFF_LADDER
    assert state.book_sums["rows"][0] == 1
    assert state.book.best(9) == Depth([OrderbookLevel(5.0, 1.0)], [OrderbookLevel(6.0, 1.0)])


@each_kernel
@each_form
def test_a_level_named_twice_in_a_row_counts_as_named_last(
    make_book: MakeBook, make_kernels: MakeKernels
) -> None:
    bids = [(5.0, 1.0), (7.0, 2.0), (5.0, 0.0), (6.0, 1.0), (5.0, 3.0), (7.0, 0.0)]
    state = assert_equals_model(make_book, make_kernels(), [[(bids, [(9.0, 1.0)])]])
    assert list(state.book.best(9).bids) == [(6, 1), (5, 3)]


@each_kernel
@each_form
def test_emptying_a_side_and_filling_it_again(
    make_book: MakeBook, make_kernels: MakeKernels
) -> None:
    full: Changes = [(float(price), 1.0) for price in range(1, 50)]
    empty: Changes = [(price, 0.0) for price, _ in full]
    batches: Batches = [[(full, full)], [(empty, empty)], [(full[::-1], full)]]
    assert_equals_model(make_book, make_kernels(), batches)


@each_kernel
@each_form
def test_rows_stop_the_kernel_where_it_must_not_go_on(
    make_book: MakeBook, make_kernels: MakeKernels
) -> None:
    state = EngineState(Job("X", TimeRange(0, 1000), None, None, 60, 5))  # type: ignore[arg-type]
    state.book = make_book()

    def outcome(times: list[int], refused: list[bool]) -> tuple[int, int]:
        nothing: list[Row] = [([], []) for _ in times]
        row = apply(state, make_kernels(), np.array(times), nothing, np.array(refused))
        return row, int(state.book_sums["outcome"][0])

    assert outcome([10, 20, 30], [False, True, False]) == (1, book_bars.NEEDS_STRICT_PARSER)
    assert outcome([20, 15], [False, False]) == (1, book_bars.OUT_OF_ORDER)
    assert outcome([20, 1000], [False, False]) == (1, book_bars.END_OF_RANGE)
    assert state.book_sums["rows"][0] == 3


@each_kernel
@each_form
def test_the_book_stops_at_any_moment_it_is_asked_to_and_goes_on(
    make_book: MakeBook, make_kernels: MakeKernels
) -> None:
    rows: list[Row] = [([(float(10 + n), 1.0)], [(float(50 + n), 2.0)]) for n in range(6)]
    times = np.array([0, 100, 200, 200, 300, 400]) + START_MS
    whole, state = (
        EngineState(Job("X", TimeRange(0, 10**14), None, None, 60, 5))  # type: ignore[arg-type]
        for _ in range(2)
    )
    whole.book, state.book = make_book(), make_book()
    apply(whole, make_kernels(), times, rows)
    row = 0
    for moment, expected in ((0, 0), (1, 1), (100, 1), (200, 2), (201, 4), (400, 5), (401, 6)):
        row = apply(state, make_kernels(), times, rows, first=row, until_ms=START_MS + moment)
        assert row == expected
        assert state.book_sums["outcome"][0] == book_bars.DONE
        assert len(state.book.best(9).bids) == expected
    assert state.book.to_document() == whole.book.to_document()
    assert state.metric_bars == whole.metric_bars
