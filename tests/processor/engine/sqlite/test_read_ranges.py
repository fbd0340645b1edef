"""Tables read in ranges of ids are what they are when read in one go."""

import threading
from collections.abc import Generator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.engine.sqlite import read_ranges as module
from processor.engine.sqlite.columns import ColumnBatch
from processor.engine.sqlite.read_ranges import read_ranges


class Table:
    """Rows with these ids, and what was asked of them."""

    def __init__(self, ids: list[int]) -> None:
        self.ids = ids
        self.asked: list[range] = []

    def read(self, ids: range) -> Generator[ColumnBatch, None, None]:
        """Yield the first rows in two batches, as SQLite would with its LIMIT."""
        self.asked.append(ids)
        found = [i for i in self.ids if ids[0] <= i <= ids[-1]][: module.RANGE_ROWS]
        for half in (found[: len(found) // 2], found[len(found) // 2 :]):
            if half:
                yield ColumnBatch((np.array(half),))

    def read_all(self, ids: range) -> list[int]:
        return [int(i) for batch in read_ranges(self.read, ids) for i in batch.arrays[0]]


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("read-ahead")]


@pytest.fixture(autouse=True)
def short_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RANGE_ROWS", 8)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.integers(-50, 200) | st.integers(10**6, 10**6 + 60) | st.integers(0, 2**62),
        min_size=1,
        max_size=120,
        unique=True,
    ).map(sorted),
    st.integers(0, 3),
)
def test_every_row_comes_once_and_in_order_whatever_the_gaps(ids: list[int], skip: int) -> None:
    first = ids[min(skip, len(ids) - 1)]
    rows = [i for i in ids if i >= first]
    assert Table(ids).read_all(range(first, ids[-1] + 1)) == rows


def test_dense_ids_are_read_once_each() -> None:
    table = Table(list(range(1, 101)))
    assert table.read_all(range(1, 101)) == table.ids
    assert sorted(len(part) for part in table.asked) == [4, *[8] * 12]


def test_ids_a_million_apart_take_few_queries() -> None:
    table = Table(list(range(0, 40_000_000, 1_000_000)))
    assert table.read_all(range(40_000_000)) == table.ids
    assert len(table.asked) < 40


def test_no_ids_take_no_query() -> None:
    table = Table([])
    assert table.read_all(range(0)) == []
    assert table.asked == []


def test_an_error_comes_out_where_its_rows_would() -> None:
    table = Table(list(range(24)))

    def read(ids: range) -> Generator[ColumnBatch, None, None]:
        if 8 in ids:
            raise LookupError("no second range")
        yield from table.read(ids)

    batches = read_ranges(read, range(24))
    assert [int(i) for _ in range(2) for i in next(batches).arrays[0]] == list(range(8))
    with pytest.raises(LookupError, match="no second range"):
        next(batches)
    assert readers() == []


def test_closed_early_it_leaves_no_thread() -> None:
    table = Table(list(range(1000)))
    batches = read_ranges(table.read, range(1000))
    next(batches)
    batches.close()
    assert readers() == []
    assert len(table.asked) <= 4


def test_who_waits_for_a_slow_range_is_told_so() -> None:
    may_go_on = threading.Event()

    def slow(ids: range) -> Generator[ColumnBatch, None, None]:
        may_go_on.wait(timeout=60)
        yield ColumnBatch((np.array([7]),))

    (batch,) = read_ranges(slow, range(7, 8), on_wait=may_go_on.set)
    assert batch.arrays[0].tolist() == [7]
    assert may_go_on.is_set()
