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

from processor.engine.kernels.arguments import (
    BookOutput,
    BookRows,
    Heat,
    Ladder,
    LevelColumns,
    Numbers,
    Samples,
    Sums,
)
from processor.engine.kernels.book_bars import (
    ASK,
    BID,
    DONE,
    OFF_LADDER,
    ROOM_FULL,
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
from processor.engine.kernels.heat_kernel import (
    is_soon,
    leave_word,
    note_decimals,
    note_row,
    pass_far,
)
from processor.engine.kernels.wide_reads import trailing_zeros

# Indices are unsigned: see level_kernel.
_0, _1 = np.uint64(0), np.uint64(1)
_WORD_BITS, _WORD_MASK = np.uint64(6), np.uint64(63)
_BIDS, _ASKS = np.uint64(0), np.uint64(1)
_NOWHERE = np.uint64(2**64 - 1)


def apply_to_ladder(
    first: int,
    until_ms: int,
    rows: BookRows,
    ladder: Ladder,
    heat: Heat | None,
    state: Sums,
    output: BookOutput,
) -> int:
    """Apply the rows from `first` on, up to `until_ms`, and sample the book after each in range.

    With `heat`, for which it is compiled apart, time is kept over them. Returns the row it stopped
    at, the number of rows when all are done; why, says `state["outcome"]`.
    """
    s = state[0]
    s["bars_closed"] = 0
    places = np.uint64(ladder.sizes.shape[1])
    starts = ladder.starts
    bids, asks = rows.bids, rows.asks
    with_samples = len(output.samples.is_taken) > 0
    if heat is not None:
        h, row_ids = heat.state[0], heat.row_ids
        dues, left, left_words = heat.dues, heat.left, heat.left_words
    for row in range(first, len(rows.times)):
        if with_samples:
            output.samples.is_taken[row] = output.samples.is_reset[row] = False
            output.samples.is_gap[row] = False
        if not may_apply(row, until_ms, rows, s):
            return row
        bid_start = bids.ends[row - 1] if row else 0
        ask_start = asks.ends[row - 1] if row else 0
        if not (
            _has_places(bids.prices, bid_start, bids.ends[row], places, ladder.ticks_per_unit)
            and _has_places(asks.prices, ask_start, asks.ends[row], places, ladder.ticks_per_unit)
        ):
            s["outcome"] = OFF_LADDER
            return row
        if heat is not None:  # on a line of its own: else the compiler does not leave it out
            is_passed = rows.times[row] < s["from_ms"] or is_soon(rows.times[row], h)
            if not (is_passed or pass_far(rows.times[row], ladder, heat)):
                s["outcome"] = ROOM_FULL
                return row
        held_bids, held_asks = np.int64(ladder.counts[_BIDS]), np.int64(ladder.counts[_ASKS])
        change = rows.changes[row]
        if change == UNTOLD and is_as_large(
            bids.ends[row] - bid_start, asks.ends[row] - ask_start, held_bids, held_asks
        ):
            change = change_without_word(row, bid_start, ask_start, bids, asks)
        note_link(row, change == SNAPSHOT, rows, s, output.samples)
        if change == SNAPSHOT:
            is_reset = held_bids + held_asks > 0
            s["resets"] += is_reset
            if with_samples:
                output.samples.is_reset[row] = is_reset
            _clear(_BIDS, ladder, heat)
            _clear(_ASKS, ladder, heat)
        if heat is None:
            _set_levels(_BIDS, bids, bid_start, bids.ends[row], ladder, None, None, None, None)
            _set_levels(_ASKS, asks, ask_start, asks.ends[row], ladder, None, None, None, None)
        else:
            _set_levels(_BIDS, bids, bid_start, bids.ends[row], ladder, dues, left, left_words, h)
            _set_levels(_ASKS, asks, ask_start, asks.ends[row], ladder, dues, left, left_words, h)
        s["newest_ms"] = rows.times[row]
        s["rows"] += 1
        if heat is not None:
            h["row_file"] = h["file"]
            h["row_id"] = row_ids[row]
        if rows.times[row] < s["from_ms"]:
            continue
        bid_size = _best_size(_BIDS, s["depth_levels"], ladder)
        ask_size = _best_size(_ASKS, s["depth_levels"], ladder)
        if heat is not None:
            note_row(h)
        if with_samples:
            _note_best(row, _BIDS, BID, ladder, output.samples)
            _note_best(row, _ASKS, ASK, ladder, output.samples)
            note_sample(row, bid_size, ask_size, output.samples)
        if bid_size == 0.0 or ask_size == 0.0:
            s["one_sided_rows"] += 1
            continue
        bid_ticks, ask_ticks = places - _1 - starts[_BIDS], starts[_ASKS]
        if bid_ticks >= ask_ticks:
            s["crossed_rows"] += 1
        add_sample(rows.bar_starts[row], bid_size, ask_size, s, output)
    s["outcome"] = DONE
    return len(rows.times)


@register_jitable
def _note_best(row: int, side: Any, name: int, ladder: Ladder, samples: Samples) -> None:
    places = np.uint64(ladder.sizes.shape[1])
    best = ladder.starts[side]
    if best == places:
        note_best(row, name, np.nan, 0.0, samples)
        return
    ticks = best if side else places - _1 - best
    note_best(
        row, name, np.float64(ticks) / ladder.ticks_per_unit, ladder.sizes[side, best], samples
    )


@register_jitable
def _has_places(prices: Numbers, start: int, end: int, places: Any, ticks_per_unit: float) -> bool:
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
    levels: LevelColumns,
    start: int,
    end: int,
    ladder: Ladder,
    dues: Numbers | None,
    left: Any,
    left_words: Any,
    h: Any,
) -> None:
    """Set the levels of one row on one side."""
    sizes, taken, taken_words, starts = (
        ladder.sizes,
        ladder.taken,
        ladder.taken_words,
        ladder.starts,
    )
    turn = _0 if side else np.uint64(sizes.shape[1] - 1)
    first = starts[side]
    count = ladder.counts[side]
    standing_ms, gone = 0.0, _0
    if dues is not None:
        standing_ms = float(h["standing_ms"])
        if ladder.decimals > h["decimals"]:
            note_decimals(levels, start, end, h)
    for i in range(np.uint64(start), np.uint64(end)):
        size = levels.sizes[i]
        ticks = np.rint(levels.prices[i] * ladder.ticks_per_unit)
        place = np.uint64(ticks) ^ turn
        if dues is not None:
            dues[side, place] -= (size - sizes[side, place]) * standing_ms
        sizes[side, place] = size
        word = place >> _WORD_BITS
        place_in_word = place & _WORD_MASK
        bit = _1 << place_in_word
        before = taken[side, word]
        # In numbers and not in branches: whether a level goes cannot be foreseen.
        is_there = np.uint64(size > 0.0)
        after = (before & ~bit) | (is_there << place_in_word)
        first = min(first, place | _NOWHERE * (_1 - is_there))
        count = count + is_there - ((before >> place_in_word) & _1)
        taken[side, word] = after
        if dues is not None:
            went = before & ~after
            gone += went >> place_in_word
            left_before = left[side, word]
            left[side, word] = left_before | went
            if left_before == _0 and went != _0:
                left_words[side, word >> _WORD_BITS] |= _1 << (word & _WORD_MASK)
        if before == _0 or after == _0:
            bit = _1 << (word & _WORD_MASK)
            if after == _0:
                taken_words[side, word >> _WORD_BITS] &= ~bit
            else:
                taken_words[side, word >> _WORD_BITS] |= bit
    starts[side] = first
    ladder.counts[side] = count
    if dues is not None:
        h["left"] += np.int64(gone)


@register_jitable
def _clear(side: Any, ladder: Ladder, heat: Heat | None) -> None:
    """Empty a side; without `heat`, a size that no bit tells of is no level."""
    words = np.uint64(ladder.taken.shape[1])
    word = _next_taken(side, ladder, ladder.starts[side] >> _WORD_BITS)
    if heat is not None:
        heat.state[0]["left"] += np.int64(ladder.counts[side])
    while word < words:
        if heat is not None:
            leave_word(side, word, ladder, heat)
        ladder.taken[side, word] = _0
        word = _next_taken(side, ladder, word + _1)
    ladder.taken_words[side] = _0
    ladder.starts[side] = words << _WORD_BITS
    ladder.counts[side] = _0


@register_jitable
def _best_size(side: Any, levels: int, ladder: Ladder) -> float:
    """Return the sum of the best sizes, 0 if there are none, and move the start to the best."""
    sizes, taken, starts = ladder.sizes, ladder.taken, ladder.starts
    words = np.uint64(taken.shape[1])
    word = _next_taken(side, ladder, starts[side] >> _WORD_BITS)
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
            word = _next_taken(side, ladder, word)
        if word == words:
            return total
        bits = taken[side, word]


@register_jitable
def _next_taken(side: Any, ladder: Ladder, word: Any) -> Any:
    """Return the first word from `word` on that is not 0, the number of words if none is."""
    taken, taken_words = ladder.taken, ladder.taken_words
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
