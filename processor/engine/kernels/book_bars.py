"""What every kernel that keeps a book has in common: when it must stop, and bars of its samples."""

from typing import Any

import numpy as np
from numba.extending import register_jitable

from processor.engine.kernels.arguments import (
    NO_MOMENT,
    BookOutput,
    BookRows,
    LevelColumns,
    Numbers,
    Samples,
    Sums,
)
from processor.rules import chain, snapshots
from shared.recordings.records import BookChange

UNTOLD, UPDATE, SNAPSHOT = (int(change) for change in BookChange)
NO_LINK = chain.NO_LINK
is_as_large: Any = register_jitable(snapshots.is_as_large)
is_gap: Any = register_jitable(chain.is_gap)

BOOK_STATE = np.dtype(
    [
        ("from_ms", np.int64),
        ("to_ms", np.int64),
        ("depth_levels", np.int64),
        ("newest_ms", np.int64),  # of the file's rows so far, to see whether they are in order
        ("rows", np.int64),
        ("resets", np.int64),
        ("crossed_rows", np.int64),
        ("one_sided_rows", np.int64),
        ("late_book_rows", np.int64),
        ("gaps", np.int64),
        ("seq_id", np.int64),  # of the newest row that has one, NO_LINK before
        ("bar_ms", np.int64),  # start of the open bar, NO_MOMENT while there is none
        ("obi_open", np.float64),
        ("obi_high", np.float64),
        ("obi_low", np.float64),
        ("obi_close", np.float64),
        ("tot_open", np.float64),
        ("tot_high", np.float64),
        ("tot_low", np.float64),
        ("tot_close", np.float64),
        ("bars_closed", np.int64),  # in this call
        ("outcome", np.int64),
    ]
)

DONE, NEEDS_STRICT_PARSER, OUT_OF_ORDER, END_OF_RANGE, OFF_LADDER, ROOM_FULL = range(6)
"""Why a kernel stopped; the row it stopped at is as if it had never come to it.

DONE stands for the end of the rows and for the moment up to which they were asked for.
"""

BAR_COLUMNS = 9

BID, ASK = 0, 1


def no_sums() -> Sums:
    """Return the record of a book that has met no row."""
    sums = np.zeros(1, BOOK_STATE)
    sums["bar_ms"] = sums["newest_ms"] = NO_MOMENT
    sums["seq_id"] = NO_LINK
    return sums


def begin_file(sums: Sums) -> None:
    """Forget how far the last file's times had come: order is kept within a file."""
    sums["newest_ms"] = NO_MOMENT


def new_output(rows: int, *, with_samples: bool = False) -> BookOutput:
    """Return room for what as many rows can give; without room for samples none is noted."""
    samples = rows if with_samples else 0
    flags, numbers = np.zeros((3, samples), np.bool_), np.empty((6, samples))
    return BookOutput(np.empty((rows, BAR_COLUMNS)), Samples(*flags, *numbers))


@register_jitable
def may_apply(row: int, until_ms: int, rows: BookRows, s: Any) -> bool:
    """Say whether a row can be applied; if not, `s["outcome"]` says why."""
    timestamp_ms = rows.times[row]
    s["outcome"] = DONE
    if rows.is_refused[row]:
        s["outcome"] = NEEDS_STRICT_PARSER
    elif timestamp_ms < s["newest_ms"]:
        s["outcome"] = OUT_OF_ORDER
    elif timestamp_ms >= s["to_ms"]:
        s["outcome"] = END_OF_RANGE
    return bool(s["outcome"] == DONE and timestamp_ms < until_ms)


@register_jitable
def note_link(row: int, is_snapshot: bool, rows: BookRows, s: Any, samples: Samples) -> None:
    """Take note of a row's place in the exchange's chain, and of a gap before it."""
    if len(rows.seq_ids) == 0:
        return
    if is_gap(is_snapshot, rows.prev_seq_ids[row], s["seq_id"]):
        s["gaps"] += rows.times[row] >= s["from_ms"]
        if len(samples.is_taken) > 0:
            samples.is_gap[row] = True
    if rows.seq_ids[row] != NO_LINK:
        s["seq_id"] = rows.seq_ids[row]


@register_jitable
def change_without_word(
    row: int, bid_start: int, ask_start: int, bids: LevelColumns, asks: LevelColumns
) -> int:
    """Return what a row is that says nothing of itself and is as large as the book.

    Whether it is that large, the kernels ask first, in numbers: nearly no row is.
    """
    is_whole = _has_no_deletion(bids.sizes, bid_start, bids.ends[row]) and _has_no_deletion(
        asks.sizes, ask_start, asks.ends[row]
    )
    return SNAPSHOT if is_whole else UPDATE


@register_jitable
def _has_no_deletion(sizes: Numbers, start: int, end: int) -> bool:
    i = np.uint64(start)
    while i < np.uint64(end) and sizes[i] > 0.0:
        i += np.uint64(1)
    return bool(i == np.uint64(end))


@register_jitable
def add_sample(bar_ms: int, bid_size: float, ask_size: float, s: Any, output: BookOutput) -> None:
    """Add OBI and TOT of the sizes of both sides to the open bar; finished ones are closed."""
    tot = bid_size + ask_size
    obi = (bid_size - ask_size) / tot
    if bar_ms < s["bar_ms"]:
        s["late_book_rows"] += 1
    elif bar_ms == s["bar_ms"]:
        s["obi_high"] = max(s["obi_high"], obi)
        s["obi_low"] = min(s["obi_low"], obi)
        s["obi_close"] = obi
        s["tot_high"] = max(s["tot_high"], tot)
        s["tot_low"] = min(s["tot_low"], tot)
        s["tot_close"] = tot
    else:
        if s["bar_ms"] != NO_MOMENT:
            _close_bar(s, output.closed)
        s["bar_ms"] = bar_ms
        s["obi_open"] = s["obi_high"] = s["obi_low"] = s["obi_close"] = obi
        s["tot_open"] = s["tot_high"] = s["tot_low"] = s["tot_close"] = tot


@register_jitable
def note_best(row: int, side: int, price: float, size: float, samples: Samples) -> None:
    """Note for the sink the best price of a side after a row, and the size there."""
    if side == BID:
        samples.best_bids[row] = price
        samples.bid_sizes[row] = size
    else:
        samples.best_asks[row] = price
        samples.ask_sizes[row] = size


@register_jitable
def note_sample(row: int, bid_size: float, ask_size: float, samples: Samples) -> None:
    """Note for the sink OBI and TOT of the sizes of both sides after a row, 0 of an empty one."""
    samples.is_taken[row] = True
    if bid_size == 0.0 or ask_size == 0.0:
        samples.obi[row] = samples.tot[row] = np.nan
        return
    tot = bid_size + ask_size
    samples.obi[row] = (bid_size - ask_size) / tot
    samples.tot[row] = tot


@register_jitable
def _close_bar(s: Any, closed: Numbers) -> None:
    bar = closed[s["bars_closed"]]
    bar[0] = s["bar_ms"]
    bar[1] = s["obi_open"]
    bar[2] = s["obi_high"]
    bar[3] = s["obi_low"]
    bar[4] = s["obi_close"]
    bar[5] = s["tot_open"]
    bar[6] = s["tot_high"]
    bar[7] = s["tot_low"]
    bar[8] = s["tot_close"]
    s["bars_closed"] += 1
