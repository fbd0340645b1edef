"""Columns of heat and keyframes: every form of the book gives what a plain integration gives."""

import copy
import json
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.calculation.book_pieces import COLUMN_MS, FRAME_MS, STANDS_MS
from processor.calculation.heat_book import HeatBook
from processor.engine.books.book import Book
from processor.engine.books.book_batch import BookBatch
from processor.engine.books.ladder_heat import LadderHeat
from processor.engine.books.sorted_book import SortedBook
from processor.engine.compiling.loading import Kernels
from processor.engine.kernels import book_bars
from processor.engine.kernels.arguments import BookRows, LevelColumns
from processor.rules.bar_edges import bar_start
from shared.recordings.records import BookChange, OrderbookLevel
from tests.support.engine_runs import UncompiledKernels
from tests.support.memory_sink import rows_of_pieces
from tests.support.runs import compiled_kernels

FROM_MS = 1_751_328_000_000
FOREVER_MS = 2**62

Levels = list[tuple[float, float]]


class Row(NamedTuple):
    """A book row: how much later than the one before, what it is, and its levels."""

    after_ms: int
    is_snapshot: bool
    bids: Levels
    asks: Levels


TICKS = st.integers(1, 40).map(lambda n: n / 2)
PRICES = TICKS | st.integers(1, 3000).map(lambda n: n / 100)
ODD_PRICES = PRICES | st.sampled_from([1 / 3, 1e-9, 7e7, 123456.789012345])
SIZES = st.just(0.0) | st.sampled_from([1.0, 0.1, 2.5, 1e-8, 3e6])
AFTER_MS = st.sampled_from([0, 1, 700, 5000, 10_000, 59_999, 60_000, 60_001, 200_000])


def rows_of(prices: "st.SearchStrategy[float]") -> "st.SearchStrategy[list[list[Row]]]":
    levels = st.lists(st.tuples(prices, SIZES), max_size=5)
    rows = st.builds(Row, AFTER_MS, st.integers(0, 9).map(lambda n: n == 9), levels, levels)
    return st.lists(st.lists(rows, min_size=1, max_size=8), max_size=4)


def times_of(batches: Sequence[Sequence[Row]], start_ms: int) -> list[list[int]]:
    now_ms = start_ms
    return [[now_ms := now_ms + row.after_ms for row in batch] for batch in batches]


class Pieces(NamedTuple):
    columns: list[Any]
    keyframes: list[Any]


def told(pieces: Any) -> Pieces:
    return Pieces(*map(rows_of_pieces, pieces)) if pieces is not None else Pieces([], [])


def integrated(batches: Sequence[Sequence[Row]], start_ms: int) -> Pieces:
    """What rested how long, summed in whole numbers from one change of the book to the next.

    Columns as {(start, side, price): Σ size · ms} with the standing time of each start.
    """
    books: list[dict[float, float]] = [{}, {}]
    spans: list[tuple[int, int, list[dict[float, float]]]] = []
    keyframes: list[Any] = []
    since = None
    minute = -1
    number = -1
    now = start_ms
    for batch, times in zip(batches, times_of(batches, start_ms), strict=True):
        for row, t in zip(batch, times, strict=True):
            if t >= FROM_MS:
                if since is not None:
                    spans.append((since, min(t, since + STANDS_MS), copy.deepcopy(books)))
                if t // FRAME_MS > minute:
                    minute = t // FRAME_MS
                    if number >= 0:
                        keyframes.append(
                            (
                                minute * FRAME_MS,
                                1,
                                number,
                                sorted(books[0].items(), reverse=True),
                                sorted(books[1].items()),
                            )
                        )
                since = t
            if row.is_snapshot:
                books = [{}, {}]
            for book, levels in zip(books, (row.bids, row.asks), strict=True):
                for price, size in levels:
                    book[price] = size
                    if not size:
                        del book[price]
            number += 1
            now = t
    columns: dict[int, tuple[int, list[dict[float, Fraction]]]] = {}
    for begin, end, held in spans:
        while begin < end:
            start = begin // COLUMN_MS * COLUMN_MS
            until = min(end, start + COLUMN_MS)
            standing, cells = columns.get(start, (0, [{}, {}]))
            for side, book in enumerate(held):
                for price, size in book.items():
                    cells[side][price] = cells[side].get(price, Fraction(0)) + Fraction(size) * (
                        until - begin
                    )
            columns[start] = standing + until - begin, cells
            begin = until
    closed = [(start, *columns[start]) for start in sorted(columns) if start + COLUMN_MS <= now]
    return Pieces(closed, keyframes)


class OnlySorted(Book):
    """A book that is never put on a ladder."""

    def __init__(self) -> None:
        super().__init__()
        nothing = np.empty((2, 0))
        self._form = SortedBook.of(nothing, nothing, HeatBook().to_document())


def ladder() -> Book:
    return Book.empty(keeps_time=True)


FORMS = {
    "ladder": (ladder, compiled_kernels),
    "ladder-python": (ladder, UncompiledKernels),
    "sorted": (OnlySorted, compiled_kernels),
}


def passed(
    book: Book, kernels: Kernels, batches: Sequence[Sequence[Row]], start_ms: int, renew: bool
) -> Pieces:
    """Bring the rows, as those of one file, into a book and return its pieces."""
    sums = book_bars.no_sums()
    sums["from_ms"], sums["to_ms"], sums["depth_levels"] = FROM_MS, FOREVER_MS, 5
    book.begin_file()
    columns, keyframes, first_id = [], [], 0
    for batch, times in zip(batches, times_of(batches, start_ms), strict=True):
        levels = [columns_of([row[side] for row in batch]) for side in (2, 3)]
        changes = np.array(
            [BookChange.SNAPSHOT if row.is_snapshot else BookChange.UPDATE for row in batch],
            np.int64,
        )
        at = np.array(times, np.int64)
        none = np.zeros(0, np.int64), np.zeros(0, np.int64)
        refused = np.zeros(len(at), np.bool_)
        rows = BookRows(at, bar_start(at, 60_000), changes, *none, refused, *levels)
        taken = BookBatch(0, np.arange(first_id, first_id + len(at)), rows)
        output = book_bars.new_output(len(at), with_samples=True)
        row = 0
        while row < len(at):
            row = book.apply(kernels, row, FOREVER_MS, taken, sums, output)
            some = told(book.pieces)
            columns += some.columns
            keyframes += some.keyframes
        first_id += len(at)
        if renew:
            book = Book.from_document(json.loads(json.dumps(book.to_document())))
    return Pieces(columns, keyframes)


def columns_of(rows: Sequence[Levels]) -> LevelColumns:
    levels = [level for row in rows for level in row]
    prices = np.array([price for price, _ in levels], np.float64)
    sizes = np.array([size for _, size in levels], np.float64)
    return LevelColumns(prices, sizes, np.cumsum([len(row) for row in rows], dtype=np.int64))


def of_dicts(batches: Sequence[Sequence[Row]], start_ms: int) -> Pieces:
    """What the readable HeatBook gives."""
    book = HeatBook()
    book.begin_file()
    number = 0
    for batch, times in zip(batches, times_of(batches, start_ms), strict=True):
        for row, t in zip(batch, times, strict=True):
            bids, asks = (
                [OrderbookLevel(*level) for level in side] for side in (row.bids, row.asks)
            )
            book.apply(number, t, bids, asks, is_reset=row.is_snapshot, is_in_range=t >= FROM_MS)
            number += 1
    return told(book.take())


STARTS = st.sampled_from([FROM_MS, FROM_MS - 15_000, FROM_MS + 3_723])


@pytest.mark.parametrize("form", FORMS)
@given(batches=rows_of(PRICES), start_ms=STARTS, renew=st.booleans())
def test_any_updates_give_the_heat_of_a_readable_book(
    form: str, batches: list[list[Row]], start_ms: int, renew: bool
) -> None:
    make_book, make_kernels = FORMS[form]
    assert passed(make_book(), make_kernels(), batches, start_ms, renew) == of_dicts(
        batches, start_ms
    )


@given(batches=rows_of(ODD_PRICES), start_ms=STARTS, renew=st.booleans())
def test_prices_of_no_ladder_and_new_decimals_change_nothing(
    batches: list[list[Row]], start_ms: int, renew: bool
) -> None:
    found = passed(ladder(), compiled_kernels(), batches, start_ms, renew)
    assert found == of_dicts(batches, start_ms)


@given(batches=rows_of(PRICES), start_ms=STARTS)
def test_without_room_at_first_it_is_the_same(batches: list[list[Row]], start_ms: int) -> None:
    book = ladder()
    heat: LadderHeat = book._form._heat  # type: ignore[assignment, union-attr]
    heat._make_room(1)
    heat._columns, heat._frames = np.empty((2, 1, 5), np.int64)
    assert passed(book, compiled_kernels(), batches, start_ms, renew=False) == of_dicts(
        batches, start_ms
    )


@given(batches=rows_of(TICKS), start_ms=STARTS)
def test_heat_is_the_time_weighted_sum_of_what_rested(
    batches: list[list[Row]], start_ms: int
) -> None:
    found, expected = of_dicts(batches, start_ms), integrated(batches, start_ms)
    assert found.keyframes == expected.keyframes
    assert [column[:2] for column in found.columns] == [column[:2] for column in expected.columns]
    for (*_, decimals, bids, asks), (_, standing, cells) in zip(
        found.columns, expected.columns, strict=True
    ):
        for side, book in zip((bids, asks), cells, strict=True):
            rows: dict[int, Fraction] = {}
            for price, total in book.items():
                row = math.floor(Fraction(price) * 10**decimals)
                rows[row] = rows.get(row, Fraction(0)) + total
            by_row = dict(side)
            noise = 1e-9 * max(map(float, rows.values()), default=0.0)
            for row in by_row.keys() | rows.keys():
                assert by_row.get(row, 0.0) == pytest.approx(float(rows.get(row, 0)), abs=noise)
            assert [row for row, _ in side] == sorted(by_row)
            assert standing > 0


def test_a_column_ends_sixty_seconds_after_the_last_row() -> None:
    rows = [
        Row(0, False, [(10.0, 2.0)], []),
        Row(200_000, False, [(10.0, 1.0)], []),
        Row(10_000, False, [], []),
    ]
    columns = of_dicts([rows], FROM_MS).columns
    assert [(start - FROM_MS, standing) for start, standing, *_ in columns] == [
        *((10_000 * n, 10_000) for n in range(6)),
        (200_000, 10_000),
    ]
    assert [bids for *_, bids, _ in columns] == [[(10, 20_000.0)]] * 6 + [[(10, 10_000.0)]]


def test_a_wall_pulled_in_the_midst_counts_for_the_time_it_stood() -> None:
    rows = [
        Row(0, False, [(10.5, 2.0)], [(11.0, 1.0)]),
        Row(4_000, False, [(10.5, 0.0)], []),
        Row(1_000, False, [(10.5, 8.0)], []),
        Row(5_000, False, [], []),
    ]
    [column] = of_dicts([rows], FROM_MS).columns
    assert column == (FROM_MS, 10_000, 1, [(105, 8_000.0 + 40_000.0)], [(110, 10_000.0)])


def test_the_open_column_stands_to_the_end_of_its_second() -> None:
    book = HeatBook()
    book.begin_file()
    level = [OrderbookLevel(10.0, 2.0)]
    book.apply(7, FROM_MS + 1_250, level, [], is_reset=False, is_in_range=True)
    assert told((book.open_column, book.take()[1])).columns == [
        (FROM_MS, 750, 0, [(10, 1_500.0)], [])
    ]


def test_a_column_has_the_decimals_that_were_met_to_its_end() -> None:
    rows = [
        Row(0, False, [(10.0, 2.0)], []),
        Row(5_000, False, [(10.25, 4.0)], []),
        Row(5_000, False, [], []),
    ]
    [column] = of_dicts([rows], FROM_MS).columns
    assert column[2:4] == (2, [(1000, 20_000.0), (1025, 20_000.0)])
