"""Keep a book of any prices in sorted arrays and sample it after every row."""

from typing import Any

import numpy as np
from numba.extending import register_jitable

from processor.engine.kernels.book_bars import DONE, add_sample, may_apply

_1 = np.uint64(1)  # indices are unsigned: see level_kernel


def apply_to_sorted(
    first: int,
    times: Any,
    is_refused: Any,
    bid_prices: Any,
    bid_sizes: Any,
    bid_ends: Any,
    ask_prices: Any,
    ask_sizes: Any,
    ask_ends: Any,
    bids: Any,
    asks: Any,
    bounds: Any,
    state: Any,
    closed: Any,
) -> int:
    """Apply the rows from `first` on and sample OBI and TOT after each in range.

    A side is (2, capacity): signed prices in ascending order, so that the best is the last, and
    their sizes, both from `bounds[side, 0]` to `bounds[side, 1]`. The caller leaves room for all
    levels of the batch at either end. Finished bars go to `closed`. Returns the row it stopped
    at, the number of rows when all are done; why, says `state["outcome"]`.
    """
    s = state[0]
    s["bars_closed"] = 0
    for row in range(first, len(times)):
        timestamp_ms = times[row]
        if not may_apply(timestamp_ms, is_refused[row], s):
            return row
        s["newest_ms"] = timestamp_ms
        s["rows"] += 1
        start = bid_ends[row - 1] if row else 0
        _apply_levels(bid_prices, bid_sizes, start, bid_ends[row], 1.0, bids, bounds[0])
        start = ask_ends[row - 1] if row else 0
        _apply_levels(ask_prices, ask_sizes, start, ask_ends[row], -1.0, asks, bounds[1])
        if timestamp_ms >= s["from_ms"]:
            _sample(timestamp_ms, bids, asks, bounds, s, closed)
    s["outcome"] = DONE
    return len(times)


@register_jitable
def _apply_levels(
    prices: Any, sizes: Any, start: int, end: int, sign: float, side: Any, bound: Any
) -> None:
    """Set the levels of one row on one side, moving the shorter part of the arrays.

    Rows list their levels best first, so each is searched for outwards from the one before, in
    steps that double, then between the last two.
    """
    keys, amounts = side[0], side[1]
    low, high = np.uint64(bound[0]), np.uint64(bound[1])
    at = high
    for i in range(np.uint64(start), np.uint64(end)):
        key, size = sign * prices[i], sizes[i]
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
def _sample(timestamp_ms: int, bids: Any, asks: Any, bounds: Any, s: Any, closed: Any) -> None:
    best_bid, best_ask = bounds[0, 1] - 1, bounds[1, 1] - 1
    if best_bid < bounds[0, 0] or best_ask < bounds[1, 0]:
        s["one_sided_rows"] += 1
        return
    if bids[0, best_bid] >= -asks[0, best_ask]:
        s["crossed_rows"] += 1
    bid_size = _best_size(bids, bounds[0, 0], best_bid, s["depth_levels"])
    ask_size = _best_size(asks, bounds[1, 0], best_ask, s["depth_levels"])
    add_sample(timestamp_ms, bid_size, ask_size, s, closed)


@register_jitable
def _best_size(side: Any, low: int, best: int, levels: int) -> float:
    # Best first, one by one, as the reference adds them: the same bits.
    total = 0.0
    for i in range(best, max(best - levels, low - 1), -1):
        total += side[1, i]
    return total
