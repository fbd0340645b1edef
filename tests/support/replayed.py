"""The book that recorded rows lead to, by a few lines of its own."""

import json
from collections.abc import Iterable, Iterator, Set
from typing import Any

Book = dict[str, dict[str, str]]


def books_after(
    rows: Iterable[Any], wanted: Set[tuple[int, int]]
) -> Iterator[tuple[tuple[int, int], Book]]:
    """Yield the book after each `wanted` row, told by its number and time; it goes on changing."""
    book: Book = {"bids": {}, "asks": {}}
    for bids, asks, time_ms, action, seq_id, _ in rows:
        if action == "snapshot":
            book = {"bids": {}, "asks": {}}
        for side, levels in (("bids", bids), ("asks", asks)):
            for price, size, *_ in json.loads(levels):
                if float(size):
                    book[side][price] = size
                else:
                    book[side].pop(price, None)
        if (seq_id, time_ms) in wanted:
            yield (seq_id, time_ms), book
