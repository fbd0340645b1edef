"""Prepare the next item while the caller works on the one before."""

from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")

WAIT_SECONDS = 0.25


def read_ahead(
    items: Generator[Item, None, None], on_wait: Callable[[], None] | None = None
) -> Generator[Item, None, None]:
    """Yield `items`, each made in a thread of its own while the caller has the one before.

    Worth it where making an item leaves the interpreter's lock to others. An error comes out
    where its item would. Closed early, it waits for the item being made and closes `items`, so
    that no thread and no open file outlives it. `on_wait` is called now and then while an item is
    long in the making.
    """
    try:
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead") as pool:
            upcoming = pool.submit(next, items, None)
            while (item := result_of(upcoming, on_wait)) is not None:
                upcoming = pool.submit(next, items, None)
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
