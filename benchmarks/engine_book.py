"""Feeds level events through the engine's book kernel and prints events per second as JSON.

The same job as the scripts in `peers`, by our own book: EVENTS.npy REPEATS.
"""

import json
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from processor.engine.books.book_batch import BookBatch
from processor.engine.compiling.loading import Kernels
from processor.engine.intake.table_intake import FOREVER_MS
from processor.engine.kernels import book_bars
from processor.engine.kernels.arguments import BookRows, LevelColumns
from processor.engine.state import EngineState
from processor.rules.bar_edges import bar_start
from shared.job import Job, TimeRange
from shared.recordings.records import BookChange

BATCH_ROWS = 1024
DEPTH_LEVELS = 50
WINDOW_SECONDS = 60


def make_batches(events: Any) -> list[BookBatch]:
    """Return each `BATCH_ROWS` rows of `events` as the kernel takes them."""
    batches = []
    for first in range(0, int(events["row"][-1]) + 1, BATCH_ROWS):
        start, end = np.searchsorted(events["row"], (first, first + BATCH_ROWS))
        batch = events[start:end]
        rows = np.arange(first, min(first + BATCH_ROWS, int(events["row"][-1]) + 1))
        times = np.zeros(len(rows), np.int64)
        times[batch["row"] - first] = batch["timestamp_ms"]
        np.maximum.accumulate(times, out=times)  # rows without levels
        bids, asks = (
            LevelColumns(
                np.ascontiguousarray(side["price"]),
                np.ascontiguousarray(side["size"]),
                np.searchsorted(side["row"], rows, side="right"),
            )
            for side in (batch[batch["is_bid"]], batch[~batch["is_bid"]])
        )
        starts, is_refused = bar_start(times, WINDOW_SECONDS * 1000), np.zeros(len(rows), np.bool_)
        changes = np.full(len(rows), BookChange.UPDATE, np.int64)  # as the events say
        none = np.zeros(0, np.int64), np.zeros(0, np.int64)
        columns = BookRows(times, starts, changes, *none, is_refused, bids, asks)
        batches.append(BookBatch(first, rows, columns))
    return batches


def replay(batches: list[BookBatch], kernels: Kernels) -> tuple[float, tuple[float, float]]:
    """Apply all batches to a new book, with OBI at each row; return seconds and the last touch."""
    job = Job("", TimeRange(0, 2**62), Path(), Path(), WINDOW_SECONDS, DEPTH_LEVELS)
    state = EngineState(job)
    output = book_bars.new_output(BATCH_ROWS)
    started = time.perf_counter()
    for batch in batches:
        row = 0
        while row < len(batch):  # the first finds out which ladder fits
            row = state.book.apply(kernels, row, FOREVER_MS, batch, state.book_sums, output)
            state.take_closed_metric_bars(output.closed)
    seconds = time.perf_counter() - started
    depth = state.depth
    return seconds, (depth.bids[0].price, depth.asks[0].price)


def main() -> None:
    """Measure and print."""
    events = np.load(sys.argv[1])
    kernels = Kernels()
    kernels.prepare()
    kernels.wait()
    batches = make_batches(events)
    runs = [replay(batches, kernels) for _ in range(int(sys.argv[2]) + 1)][1:]
    seconds = statistics.median(run[0] for run in runs)
    json.dump(
        {
            "version": version("orderflow"),
            "touch": runs[0][1],
            "events_per_second": {"levels applied, OBI at each row": len(events) / seconds},
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
