"""Items are made ahead in a thread that never outlives their reader."""

import threading
from collections.abc import Generator

import pytest

from processor.engine.sqlite.read_ahead import read_ahead


def counting(end: int, closed: list[bool]) -> Generator[int, None, None]:
    try:
        yield from range(end)
    finally:
        closed.append(True)


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("read-ahead")]


def test_items_come_in_their_order_and_the_thread_ends_with_them() -> None:
    closed: list[bool] = []

    assert list(read_ahead(counting(5, closed))) == [0, 1, 2, 3, 4]
    assert closed == [True]
    assert readers() == []


def test_two_stages_closed_early_leave_no_thread_and_nothing_open() -> None:
    closed: list[bool] = []
    items = read_ahead(read_ahead(counting(1000, closed)))
    assert next(items) == 0
    assert len(readers()) == 2

    items.close()

    assert closed == [True]
    assert readers() == []


def test_an_error_comes_out_where_its_item_would() -> None:
    def failing() -> Generator[int, None, None]:
        yield 1
        raise LookupError("no second")

    items = read_ahead(failing())
    assert next(items) == 1
    with pytest.raises(LookupError, match="no second"):
        next(items)
    assert readers() == []


def test_who_waits_for_a_slow_item_is_told_so() -> None:
    may_go_on = threading.Event()

    def slow() -> Generator[int, None, None]:
        may_go_on.wait(timeout=60)
        yield 7

    assert list(read_ahead(slow(), on_wait=may_go_on.set)) == [7]
    assert may_go_on.is_set()
