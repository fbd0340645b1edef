"""Keep a book of any prices in sorted arrays and sample it after every row."""

from typing import Any

import numpy as np
from numba.extending import register_jitable

from processor.engine.kernels.arguments import (
    BookOutput,
    BookRows,
    LevelColumns,
    Numbers,
    Samples,
    SortedSides,
    Sums,
)
from processor.engine.kernels.book_bars import (
    ASK,
    BID,
    DONE,
    SNAPSHOT,
    UNTOLD,
    add_sample,
    change_without_word,
    is_as_large,
    may_apply,
    note_best,
    note_link,
    note_sample,
)

_1 = np.uint64(1)  # indices are unsigned: see level_kernel


def apply_to_sorted(
    first: int, until_ms: int, rows: BookRows, book: SortedSides, state: Sums, output: BookOutput
) -> int:
    """Apply the rows from `first` on, up to `until_ms`, and sample the book after each in range.

    The caller leaves room for all levels of the batch at either end of a side. Returns the row it
    stopped at, the number of rows when all are done; why, says `state["outcome"]`.
    """
    s = state[0]
    s["bars_closed"] = 0
    for row in range(first, len(rows.times)):
        if len(output.samples.is_taken) > 0:
            output.samples.is_taken[row] = output.samples.is_reset[row] = False
            output.samples.is_gap[row] = False
        if not may_apply(row, until_ms, rows, s):
            return row
        s["newest_ms"] = rows.times[row]
        s["rows"] += 1
        bounds, bids, asks = book.bounds, rows.bids, rows.asks
        bid_start = bids.ends[row - 1] if row else 0
        ask_start = asks.ends[row - 1] if row else 0
        held_bids, held_asks = bounds[0, 1] - bounds[0, 0], bounds[1, 1] - bounds[1, 0]
        change = rows.changes[row]
        if change == UNTOLD and is_as_large(
            bids.ends[row] - bid_start, asks.ends[row] - ask_start, held_bids, held_asks
        ):
            change = change_without_word(row, bid_start, ask_start, bids, asks)
        note_link(row, change == SNAPSHOT, rows, s, output.samples)
        if change == SNAPSHOT:
            is_reset = held_bids + held_asks > 0
            s["resets"] += is_reset
            if len(output.samples.is_taken) > 0:
                output.samples.is_reset[row] = is_reset
            bounds[0, 1], bounds[1, 1] = bounds[0, 0], bounds[1, 0]
        _apply_levels(rows.bids, row, 1.0, book.bids, book.bounds[0])
        _apply_levels(rows.asks, row, -1.0, book.asks, book.bounds[1])
        if rows.times[row] >= s["from_ms"]:
            _sample(row, rows.bar_starts[row], book, s, output)
    s["outcome"] = DONE
    return len(rows.times)


@register_jitable
def _apply_levels(levels: LevelColumns, row: int, sign: float, side: Numbers, bound: Any) -> None:
    """Set the levels of one row on one side, moving the shorter part of the arrays.

    Rows list their levels best first, so each is searched for outwards from the one before, in
    steps that double, then between the last two.
    """
    keys, amounts = side[0], side[1]
    low, high = np.uint64(bound[0]), np.uint64(bound[1])
    at = high
    start = levels.ends[row - 1] if row else 0
    for i in range(np.uint64(start), np.uint64(levels.ends[row])):
        key, size = sign * levels.prices[i], levels.sizes[i]
        if at > low and keys[at - _1] >= key:
            top, step = at - _1, _1
            while top > low + step and keys[top - step] >= key:
                top -= step
                step += step
            at = top - step if top > low + step else low
            while at < top:
                middle = (at + top) >> _1
                if keys[middle] < key:
                    at = middle + _1
                else:
                    top = middle
        else:
            while at < high and keys[at] < key:
                at += _1
        if at < high and keys[at] == key:
            if size > 0.0:
                amounts[at] = size
            elif at - low < high - at:
                j = at
                while j > low:
                    keys[j] = keys[j - _1]
                    amounts[j] = amounts[j - _1]
                    j -= _1
                low += _1
                at += _1
            else:
                high -= _1
                j = at
                while j < high:
                    keys[j] = keys[j + _1]
                    amounts[j] = amounts[j + _1]
                    j += _1
        elif size > 0.0:
            if at - low < high - at:
                low -= _1
                at -= _1
                j = low
                while j < at:
                    keys[j] = keys[j + _1]
                    amounts[j] = amounts[j + _1]
                    j += _1
            else:
                j = high
                while j > at:
                    keys[j] = keys[j - _1]
                    amounts[j] = amounts[j - _1]
                    j -= _1
                high += _1
            keys[at] = key
            amounts[at] = size
    bound[0], bound[1] = low, high


@register_jitable
def _sample(row: int, bar_ms: int, book: SortedSides, s: Any, output: BookOutput) -> None:
    bids, asks, bounds = book.bids, book.asks, book.bounds
    bid_at, ask_at = bounds[0, 1] - 1, bounds[1, 1] - 1
    bid_size = _best_size(bids, bounds[0, 0], bid_at, s["depth_levels"])
    ask_size = _best_size(asks, bounds[1, 0], ask_at, s["depth_levels"])
    if len(output.samples.is_taken) > 0:
        _note_best(row, BID, bids, bounds[0, 0], bid_at, output.samples)
        _note_best(row, ASK, asks, bounds[1, 0], ask_at, output.samples)
        note_sample(row, bid_size, ask_size, output.samples)
    if bid_size == 0.0 or ask_size == 0.0:
        s["one_sided_rows"] += 1
        return
    if bids[0, bid_at] >= -asks[0, ask_at]:
        s["crossed_rows"] += 1
    add_sample(bar_ms, bid_size, ask_size, s, output)


@register_jitable
def _note_best(row: int, name: int, side: Numbers, low: int, best: int, samples: Samples) -> None:
    if best < low:
        note_best(row, name, np.nan, 0.0, samples)
    else:
        note_best(row, name, abs(side[0, best]), side[1, best], samples)


@register_jitable
def _best_size(side: Numbers, low: int, best: int, levels: int) -> float:
    # Best first, one by one, as the reference adds them: the same bits.
    total = 0.0
    for i in range(best, max(best - levels, low - 1), -1):
        total += side[1, i]
    return total
