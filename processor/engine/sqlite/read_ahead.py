"""Prepare the next items while the caller works on the one before."""

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")

WAIT_SECONDS = 0.25

ITEMS_AHEAD = 2
"""With one, the thread would wait for the caller whenever that does more than usual: a simulated
day takes a seventh longer so."""


def read_ahead(
    items: Generator[Item, None, None], on_wait: Callable[[], None] | None = None
) -> Generator[Item, None, None]:
    """Yield `items`, made in a thread of its own, `ITEMS_AHEAD` of them before they are needed.

    Worth it where making an item leaves the interpreter's lock to others. An error comes out
    where its item would. Closed early, it waits for the items being made and closes `items`, so
    that no thread and no open file outlives it. `on_wait` is called now and then while an item is
    long in the making.
    """
    try:
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead") as pool:
            upcoming = deque(pool.submit(next, items, None) for _ in range(ITEMS_AHEAD))
            while (item := result_of(upcoming.popleft(), on_wait)) is not None:
                upcoming.append(pool.submit(next, items, None))
                yield item
    finally:
        items.close()


def result_of(future: "Future[Item]", on_wait: Callable[[], None] | None) -> Item:
    """Return the result of `future`, calling `on_wait` now and then until there is one."""
    while on_wait is not None:
        try:
            return future.result(WAIT_SECONDS)
        except TimeoutError:
            if future.done():  # the error is the item's own
                raise
            on_wait()
    return future.result()
