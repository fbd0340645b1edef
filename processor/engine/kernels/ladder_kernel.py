"""Keep a book as a ladder, with a place for every price there can be, and sample it at each row.

To set a level is then to write to its place, whatever the others are: with its share of the samples
it costs 20 ns, and 53 in sorted arrays, where it must be found and the others moved. Books for
backtests are kept so, as hftbacktest's `ROIVectorMarketDepth` is. Two ranks of bits on top of the
places tell which are taken, so that the way from one level to the next skips the empty ones 64 or
4096 at a time.
"""

from typing import Any

import numpy as np
from numba.extending import register_jitable

from processor.engine.kernels.book_bars import DONE, OFF_LADDER, add_sample, may_apply
from processor.engine.kernels.wide_reads import trailing_zeros

# Indices are unsigned: see level_kernel.
_0, _1 = np.uint64(0), np.uint64(1)
_WORD_BITS, _WORD_MASK = np.uint64(6), np.uint64(63)
_BIDS, _ASKS = np.uint64(0), np.uint64(1)


def apply_to_ladder(
    first: int,
    times: Any,
    is_refused: Any,
    bid_prices: Any,
    bid_sizes: Any,
    bid_ends: Any,
    ask_prices: Any,
    ask_sizes: Any,
    ask_ends: Any,
    sizes: Any,
    taken: Any,
    taken_words: Any,
    starts: Any,
    ticks_per_unit: float,
    state: Any,
    closed: Any,
) -> int:
    """Apply the rows from `first` on and sample OBI and TOT after each in range.

    `sizes` (2, places) are those of both sides, bids first, each side best first: an ask of n ticks
    is at place n, a bid at the n-th from the end. Bit b of `taken[side, w]` says that place
    64 w + b has a size, bit b of `taken_words[side, w]` that word 64 w + b of `taken` is not 0. No
    place before `starts[side]` is taken. Finished bars go to `closed`.

    Returns the row it stopped at, the number of rows when all are done; why, says
    `state["outcome"]`.
    """
    s = state[0]
    s["bars_closed"] = 0
    places = np.uint64(sizes.shape[1])
    for row in range(first, len(times)):
        timestamp_ms = times[row]
        if not may_apply(timestamp_ms, is_refused[row], s):
            return row
        bid_start = bid_ends[row - 1] if row else 0
        ask_start = ask_ends[row - 1] if row else 0
        if not (
            _has_places(bid_prices, bid_start, bid_ends[row], places, ticks_per_unit)
            and _has_places(ask_prices, ask_start, ask_ends[row], places, ticks_per_unit)
        ):
            s["outcome"] = OFF_LADDER
            return row
        _set_levels(
            _BIDS,
            bid_prices,
            bid_sizes,
            bid_start,
            bid_ends[row],
            ticks_per_unit,
            sizes,
            taken,
            taken_words,
            starts,
        )
        _set_levels(
            _ASKS,
            ask_prices,
            ask_sizes,
            ask_start,
            ask_ends[row],
            ticks_per_unit,
            sizes,
            taken,
            taken_words,
            starts,
        )
        s["newest_ms"] = timestamp_ms
        s["rows"] += 1
        if timestamp_ms < s["from_ms"]:
            continue
        bid_size = _best_size(_BIDS, s["depth_levels"], sizes, taken, taken_words, starts)
        ask_size = _best_size(_ASKS, s["depth_levels"], sizes, taken, taken_words, starts)
        if bid_size == 0.0 or ask_size == 0.0:
            s["one_sided_rows"] += 1
            continue
        if places - _1 - starts[_BIDS] >= starts[_ASKS]:
            s["crossed_rows"] += 1
        add_sample(timestamp_ms, bid_size, ask_size, s, closed)
    s["outcome"] = DONE
    return len(times)


@register_jitable
def _has_places(prices: Any, start: int, end: int, places: Any, ticks_per_unit: float) -> bool:
    # A place stands for one price, to the last bit. No early end: so it is done some at a time.
    limit = places / ticks_per_unit
    misfits = 0
    for i in range(np.uint64(start), np.uint64(end)):
        price = min(prices[i], limit)
        misfits += (price == limit) | (np.rint(price * ticks_per_unit) / ticks_per_unit != price)
    return misfits == 0


@register_jitable
def _set_levels(
    side: Any,
    prices: Any,
    amounts: Any,
    start: int,
    end: int,
    ticks_per_unit: float,
    sizes: Any,
    taken: Any,
    taken_words: Any,
    starts: Any,
) -> None:
    """Set the levels of one row on one side."""
    turn = _0 if side else np.uint64(sizes.shape[1] - 1)
    first = starts[side]
    for i in range(np.uint64(start), np.uint64(end)):
        size = amounts[i]
        ticks = np.rint(prices[i] * ticks_per_unit)
        place = np.uint64(ticks) ^ turn
        sizes[side, place] = size
        word = place >> _WORD_BITS
        bit = _1 << (place & _WORD_MASK)
        before = taken[side, word]
        if size > 0.0:
            after = before | bit
            first = min(first, place)
        else:
            after = before & ~bit
        taken[side, word] = after
        if before == _0 or after == _0:
            bit = _1 << (word & _WORD_MASK)
            if after == _0:
                taken_words[side, word >> _WORD_BITS] &= ~bit
            else:
                taken_words[side, word >> _WORD_BITS] |= bit
    starts[side] = first


@register_jitable
def _best_size(
    side: Any, levels: int, sizes: Any, taken: Any, taken_words: Any, starts: Any
) -> float:
    """Return the sum of the best sizes, 0 if there are none, and move the start to the best."""
    words = np.uint64(taken.shape[1])
    word = _next_taken(side, taken, taken_words, starts[side] >> _WORD_BITS)
    if word == words:
        starts[side] = words << _WORD_BITS
        return 0.0
    bits = taken[side, word]
    starts[side] = (word << _WORD_BITS) + trailing_zeros(bits)
    total: float = 0.0
    left = np.uint64(levels)
    while True:
        place = word << _WORD_BITS
        while bits != _0:
            # Best first, one by one, as the reference adds them: the same bits.
            total += sizes[side, place + trailing_zeros(bits)]
            left -= _1
            if left == _0:
                return total
            bits &= bits - _1
        word += _1
        if word < words and taken[side, word] == _0:
            word = _next_taken(side, taken, taken_words, word)
        if word == words:
            return total
        bits = taken[side, word]


@register_jitable
def _next_taken(side: Any, taken: Any, taken_words: Any, word: Any) -> Any:
    """Return the first word from `word` on that is not 0, the number of words if none is."""
    words = np.uint64(taken.shape[1])
    if word == words or taken[side, word] != _0:
        return word
    block = word >> _WORD_BITS
    bits = taken_words[side, block] >> (word & _WORD_MASK) << (word & _WORD_MASK)
    while bits == _0:
        block += _1
        if block == np.uint64(taken_words.shape[1]):
            return words
        bits = taken_words[side, block]
    return (block << _WORD_BITS) + trailing_zeros(bits)
