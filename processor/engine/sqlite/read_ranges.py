"""Read a long table in ranges of its ids, two at a time, in the order of the ids."""

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing

from processor.engine.sqlite.columns import ColumnBatch
from processor.engine.sqlite.read_ahead import result_of

READERS = 2
"""Threads that read. SQLite steps through a table on one core, and trades take little but steps."""

RANGE_ROWS = 2**16
"""The most rows of a range: two megabytes of trades."""

Read = Callable[[range], Generator[ColumnBatch, None, None]]


def read_ranges(
    read: Read, ids: range, on_wait: Callable[[], None] | None = None
) -> Generator[ColumnBatch, None, None]:
    """Yield what `read` gives for the ids in `ids`, which may have gaps, in their order.

    `read` is called for one range after the other, each in one of `READERS` threads, and gives its
    first `RANGE_ROWS` rows, their ids as the first column. An error comes out where its rows would.
    Closed early, it waits for what is being read. `on_wait` is called now and then meanwhile.
    """
    width = RANGE_ROWS
    upcoming: deque[tuple[range, Future[list[ColumnBatch]]]] = deque()
    pool = ThreadPoolExecutor(READERS, thread_name_prefix="read-ahead")
    try:
        while ids or upcoming:
            while ids and len(upcoming) <= READERS:
                upcoming.append((ids[:width], pool.submit(_read_all, read, ids[:width])))
                ids = ids[width:]
            part, future = upcoming.popleft()
            batches = result_of(future, on_wait)
            yield from batches
            rows = sum(len(batch.arrays[0]) for batch in batches)
            if rows == RANGE_ROWS and batches[-1].arrays[0][-1] != part[-1]:
                # Denser than the ranges before: there is more of this one, to be read first.
                for _, future in upcoming:
                    future.cancel()
                upcoming.clear()
                ids = range(int(batches[-1].arrays[0][-1]) + 1, ids.stop)
                width = ids.start - part.start
            elif 4 * rows < RANGE_ROWS:
                width *= 4
    finally:
        pool.shutdown(cancel_futures=True)


def _read_all(read: Read, ids: range) -> list[ColumnBatch]:
    with closing(read(ids)) as batches:
        return list(batches)
