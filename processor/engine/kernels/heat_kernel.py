"""Let time pass over a book on a ladder: columns of heat, and keyframes; see HeatBook.

It is called where levels are set, and so each step is a few numbers: had a size rested since the
column's start, it would have size · standing_ms by now, and `dues` is what that is too much, place
by place. A column's cells are then found by the bits that the ladder has, and by those of the
places that were left since.
"""

from typing import Any

import numpy as np
from numba.extending import register_jitable

from processor.calculation import book_pieces
from processor.engine.kernels.arguments import NO_MOMENT, Heat, Ladder, LevelColumns
from processor.engine.kernels.wide_reads import trailing_zeros
from processor.rules import heat as rules

COLUMN_MS, FRAME_MS, STANDS_MS = (
    book_pieces.COLUMN_MS,
    book_pieces.FRAME_MS,
    book_pieces.STANDS_MS,
)
NO_ROW = rules.NO_ROW
POWERS = rules.POWERS
row_of: Any = register_jitable(rules.row_of)
decimals_with: Any = register_jitable(rules.decimals_with)
column_decimals: Any = register_jitable(rules.column_decimals)

HEAT_STATE = np.dtype(
    [
        # As in HeatClock:
        ("now_ms", np.int64),
        ("stands_until_ms", np.int64),
        ("column_ms", np.int64),
        ("minute_ms", np.int64),
        ("standing_ms", np.int64),
        ("decimals", np.int64),
        ("file", np.int64),
        ("row_file", np.int64),
        ("row_id", np.int64),
        ("left", np.int64),  # how often a level went since the column's start
        # What is noted in the room that there is:
        ("columns", np.int64),
        ("cells", np.int64),
        ("frames", np.int64),
        ("levels", np.int64),
    ]
)

_0, _1 = np.uint64(0), np.uint64(1)
_WORD_BITS, _WORD_MASK = np.uint64(6), np.uint64(63)
_BIDS, _ASKS = np.uint64(0), np.uint64(1)


@register_jitable
def is_soon(timestamp_ms: int, h: Any) -> bool:
    """Let time pass up to a row in range, if that completes nothing; say whether it did."""
    moment_ms = max(timestamp_ms, h["now_ms"])
    if (
        moment_ms >= h["column_ms"] + COLUMN_MS
        or moment_ms > h["stands_until_ms"]
        or moment_ms >= h["minute_ms"] + FRAME_MS
    ):
        return False
    h["standing_ms"] += moment_ms - h["now_ms"]
    h["now_ms"] = moment_ms
    return True


@register_jitable
def note_row(h: Any) -> None:
    """Take note that a row in range was applied."""
    h["stands_until_ms"] = h["now_ms"] + STANDS_MS
    if h["column_ms"] == NO_MOMENT:
        h["column_ms"] = h["now_ms"] // COLUMN_MS * COLUMN_MS


@register_jitable
def note_decimals(levels: LevelColumns, start: int, end: int, h: Any) -> None:
    """Take note of how many decimals the prices of a row have."""
    for i in range(np.uint64(start), np.uint64(end)):
        if levels.sizes[i] > 0.0:
            h["decimals"] = decimals_with(levels.prices[i], h["decimals"])


@register_jitable
def leave_word(side: Any, word: Any, ladder: Ladder, heat: Heat) -> None:
    """Take note that all places of a word are left, and set their sizes to 0."""
    standing_ms = float(heat.state[0]["standing_ms"])
    bits = ladder.taken[side, word]
    heat.left[side, word] |= bits
    heat.left_words[side, word >> _WORD_BITS] |= _1 << (word & _WORD_MASK)
    while bits != _0:
        place = (word << _WORD_BITS) + trailing_zeros(bits)
        bits &= bits - _1
        heat.dues[side, place] -= (0.0 - ladder.sizes[side, place]) * standing_ms
        ladder.sizes[side, place] = 0.0


@register_jitable
def pass_far(timestamp_ms: int, ladder: Ladder, heat: Heat) -> bool:
    """Let time pass up to a row in range; False if there is no room for what that completes."""
    h = heat.state[0]
    moment_ms = max(timestamp_ms, h["now_ms"])
    stands_to_ms = min(moment_ms, h["stands_until_ms"])
    while h["column_ms"] != NO_MOMENT:
        end_ms = h["column_ms"] + COLUMN_MS
        if moment_ms >= end_ms and not _has_room_for_column(ladder, heat):
            return False
        h["standing_ms"] += max(min(stands_to_ms, end_ms) - h["now_ms"], 0)
        if moment_ms < end_ms:
            break
        _close_column(ladder, heat)
        h["now_ms"] = end_ms
        h["column_ms"] = NO_MOMENT
        h["standing_ms"] = 0
        if stands_to_ms > end_ms:
            h["column_ms"] = end_ms
    h["now_ms"] = moment_ms
    minute_ms = moment_ms // FRAME_MS * FRAME_MS
    if h["minute_ms"] < minute_ms:
        if h["row_file"] > 0:
            if not _has_room_for_frame(ladder, heat):
                return False
            _note_frame(minute_ms, ladder, heat)
        h["minute_ms"] = minute_ms
    return True


@register_jitable
def _has_room_for_column(ladder: Ladder, heat: Heat) -> bool:
    h = heat.state[0]
    cells = np.int64(ladder.counts[_BIDS]) + np.int64(ladder.counts[_ASKS]) + h["left"]
    return bool(h["columns"] < len(heat.columns) and h["cells"] + cells <= len(heat.rows))


@register_jitable
def _has_room_for_frame(ladder: Ladder, heat: Heat) -> bool:
    h = heat.state[0]
    levels = np.int64(ladder.counts[_BIDS]) + np.int64(ladder.counts[_ASKS])
    return bool(h["frames"] < len(heat.frames) and h["levels"] + levels <= len(heat.prices))


@register_jitable
def _decimals_now(ladder: Ladder, h: Any) -> int:
    best = 0.0
    for side in (_BIDS, _ASKS):  # whose starts are at the best prices, after a row in range
        if ladder.starts[side] < np.uint64(ladder.sizes.shape[1]):
            best = max(best, _price_at(side, ladder.starts[side], ladder))
    return int(column_decimals(h["decimals"], best))


@register_jitable
def _close_column(ladder: Ladder, heat: Heat) -> None:
    """Note the open column if the book stood in it, and settle what is due."""
    h = heat.state[0]
    is_noted = h["standing_ms"] > 0
    decimals = _decimals_now(ladder, h)
    for side in (_BIDS, _ASKS):
        end = _settle_side(side, float(h["standing_ms"]), ladder, heat)
        if is_noted:
            if side == _BIDS:
                _turn(heat, h["cells"], end)
            end = _make_rows(decimals, h["cells"], end, ladder, heat)
            heat.columns[h["columns"], 3 + np.int64(side)] = end
            h["cells"] = end
    if is_noted:
        column = heat.columns[h["columns"]]
        column[0] = h["column_ms"]
        column[1] = h["standing_ms"]
        column[2] = decimals
        h["columns"] += 1
    h["left"] = 0


@register_jitable
def _settle_side(side: Any, standing_ms: float, ladder: Ladder, heat: Heat) -> int:
    """Put ticks and totals of a side into cells, the best first; return where they end."""
    sizes, dues, rows, totals = ladder.sizes, heat.dues, heat.rows, heat.totals
    turn = _0 if side else np.uint64(ladder.sizes.shape[1] - 1)
    cell = heat.state[0]["cells"]
    for block in range(np.uint64(ladder.taken_words.shape[1])):
        words = ladder.taken_words[side, block] | heat.left_words[side, block]
        heat.left_words[side, block] = _0
        while words != _0:
            word = (block << _WORD_BITS) + trailing_zeros(words)
            words &= words - _1
            bits = ladder.taken[side, word] | heat.left[side, word]
            heat.left[side, word] = _0
            while bits != _0:
                place = (word << _WORD_BITS) + trailing_zeros(bits)
                bits &= bits - _1
                total = sizes[side, place] * standing_ms + dues[side, place]
                dues[side, place] = 0.0
                if total > 0.0:
                    rows[cell] = np.int64(place ^ turn)
                    totals[cell] = total
                    cell += 1
    return int(cell)


@register_jitable
def _turn(heat: Heat, start: int, end: int) -> None:
    rows, totals = heat.rows, heat.totals
    low, high = start, end - 1
    while low < high:
        rows[low], rows[high] = rows[high], rows[low]
        totals[low], totals[high] = totals[high], totals[low]
        low += 1
        high -= 1


@register_jitable
def _make_rows(decimals: int, start: int, end: int, ladder: Ladder, heat: Heat) -> int:
    """Make rows of the cells' ticks, which several may share; return where they end."""
    if decimals == ladder.decimals:
        return end
    rows, totals = heat.rows, heat.totals
    kept = start
    for cell in range(start, end):
        row = row_of(np.float64(rows[cell]) / ladder.ticks_per_unit, decimals)
        if row == NO_ROW:
            continue
        if kept > start and rows[kept - 1] == row:
            totals[kept - 1] += totals[cell]
        else:
            rows[kept] = row
            totals[kept] = totals[cell]
            kept += 1
    return kept


@register_jitable
def _note_frame(minute_ms: int, ladder: Ladder, heat: Heat) -> None:
    h = heat.state[0]
    frame = heat.frames[h["frames"]]
    frame[0] = minute_ms
    frame[1] = h["row_file"]
    frame[2] = h["row_id"]
    for side in (_BIDS, _ASKS):
        for block in range(np.uint64(ladder.taken_words.shape[1])):
            words = ladder.taken_words[side, block]
            while words != _0:
                word = (block << _WORD_BITS) + trailing_zeros(words)
                words &= words - _1
                bits = ladder.taken[side, word]
                while bits != _0:
                    place = (word << _WORD_BITS) + trailing_zeros(bits)
                    bits &= bits - _1
                    heat.prices[h["levels"]] = _price_at(side, place, ladder)
                    heat.sizes[h["levels"]] = ladder.sizes[side, place]
                    h["levels"] += 1
        frame[3 + np.int64(side)] = h["levels"]
    h["frames"] += 1


@register_jitable
def _price_at(side: Any, place: Any, ladder: Ladder) -> float:
    turn = _0 if side else np.uint64(ladder.sizes.shape[1] - 1)
    return float(np.float64(place ^ turn) / ladder.ticks_per_unit)
