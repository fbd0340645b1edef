"""Prepare the next item while the caller works on the one before."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def read_ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield `items`, each made in a thread of its own while the caller has the one before.

    Worth it where making an item leaves the interpreter's lock to others. An error comes out
    where its item would. When the caller leaves early, the item being made is waited for.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead") as pool:
        upcoming = pool.submit(next, items, None)
        while (item := upcoming.result()) is not None:
            upcoming = pool.submit(next, items, None)
            yield item
