"""Prepare the next item while the caller works on the one before."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def read_ahead(items: Generator[Item, None, None]) -> Generator[Item, None, None]:
    """Yield `items`, each made in a thread of its own while the caller has the one before.

    Worth it where making an item leaves the interpreter's lock to others. An error comes out
    where its item would. Closed early, it waits for the item being made and closes `items`, so
    that no thread and no open file outlives it.
    """
    try:
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead") as pool:
            upcoming = pool.submit(next, items, None)
            while (item := upcoming.result()) is not None:
                upcoming = pool.submit(next, items, None)
                yield item
    finally:
        items.close()
