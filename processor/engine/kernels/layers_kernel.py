"""Make the layers of heat, and their bytes, as `lay_heat` does."""

from typing import Any

import numpy as np
from numba.extending import register_jitable

from processor.engine.kernels.arguments import NO_MOMENT, Numbers
from processor.rules import heat as rules
from shared.history import heat as layout

Integers = np.ndarray[Any, np.dtype[np.int64]]
Bytes = np.ndarray[Any, np.dtype[np.uint8]]

EXACT = rules.EXACT
POWERS = rules.POWERS
SECONDS = tuple(layer.seconds for layer in layout.LAYERS)
SHIFTS = tuple(
    (coarse.ticks // fine.ticks).bit_length() - 1
    for fine, coarse in zip(layout.LAYERS, layout.LAYERS[1:], strict=False)
)
"""How many bits of a row of a layer are less than one of the next: heights are powers of two."""
MORE_LAYERS = len(layout.LAYERS) - 1
HEADER_BYTES = 10
MOST_BYTES_A_CELL = 22

TS, STANDING, DECIMALS, BIDS, ASKS = range(5)

_SHIFT = np.uint32(20)
_TOP = 255


def lay_columns(
    columns: Integers,
    rows: Integers,
    totals: Numbers,
    told: Integers,
    held_rows: Integers,
    held_totals: Numbers,
    new_rows: Integers,
    new_totals: Numbers,
    codes: Any,
    index: Integers,
    out: Bytes,
) -> int:
    """Take columns, (5, n) as HeatColumns has them, into the open layers; see OpenLayers.

    Each column that is over is a row of `index`: its layer, start, decimals, standing time, and
    where the bytes of its bids, and of its asks, end in `out`. Returns how many there are. The new
    rows and totals, and codes (uint32), are room for one side.
    """
    made, start = 0, 0
    for column in range(columns.shape[1]):
        ts, standing_ms, decimals = columns[0, column], columns[1, column], columns[2, column]
        bid_end, ask_end = columns[3, column], columns[4, column]
        for layer in range(MORE_LAYERS):
            width_ms = SECONDS[layer + 1] * 1000
            open_ts = told[layer, TS]
            if open_ts == NO_MOMENT or open_ts == ts // width_ms * width_ms:
                continue
            stood, places = told[layer, STANDING], told[layer, DECIMALS]
            bids, asks = told[layer, BIDS], told[layer, ASKS]
            end = index[made - 1, 5] if made else 0
            bid_rows, ask_rows = held_rows[layer, 0, :bids], held_rows[layer, 1, :asks]
            middle = _pack(bid_rows, held_totals[layer, 0], stood, end, codes, out)
            end = _pack(ask_rows, held_totals[layer, 1], stood, middle, codes, out)
            _note(index[made], layer + 1, open_ts, places, stood, middle, end)
            made += 1
            if layer + 1 < MORE_LAYERS:
                _open(layer + 1, open_ts, stood, places, told)
                for side in range(2):
                    count = told[layer, BIDS + side]
                    _merge(
                        layer + 1,
                        side,
                        places,
                        held_rows[layer, side, :count],
                        held_totals[layer, side],
                        told,
                        held_rows,
                        held_totals,
                        new_rows,
                        new_totals,
                    )
            told[layer, TS] = NO_MOMENT
            told[layer, STANDING] = told[layer, DECIMALS] = 0
            told[layer, BIDS] = told[layer, ASKS] = 0
        end = index[made - 1, 5] if made else 0
        middle = _pack(rows[start:bid_end], totals[start:], standing_ms, end, codes, out)
        end = _pack(rows[bid_end:ask_end], totals[bid_end:], standing_ms, middle, codes, out)
        _note(index[made], 0, ts, decimals, standing_ms, middle, end)
        made += 1
        _open(0, ts, standing_ms, decimals, told)
        for side in range(2):
            first, last = (bid_end, ask_end) if side else (start, bid_end)
            _merge(
                0,
                side,
                decimals,
                rows[first:last],
                totals[first:],
                told,
                held_rows,
                held_totals,
                new_rows,
                new_totals,
            )
        start = ask_end
    return made


@register_jitable
def _note(
    entry: Integers, layer: int, ts: int, decimals: int, standing_ms: int, middle: int, end: int
) -> None:
    entry[0] = layer
    entry[1] = ts
    entry[2] = decimals
    entry[3] = standing_ms
    entry[4] = middle
    entry[5] = end


@register_jitable
def _open(layer: int, ts: int, standing_ms: int, decimals: int, told: Integers) -> None:
    width_ms = SECONDS[layer + 1] * 1000
    if told[layer, TS] == NO_MOMENT:
        told[layer, TS] = ts // width_ms * width_ms
        told[layer, DECIMALS] = decimals
    told[layer, STANDING] += standing_ms


@register_jitable
def _merge(
    layer: int,
    side: int,
    decimals: int,
    rows: Integers,
    totals: Numbers,
    told: Integers,
    held_rows: Integers,
    held_totals: Numbers,
    new_rows: Integers,
    new_totals: Numbers,
) -> None:
    """Add the cells of a side of a finer column to those held; both are in ascending order."""
    more = POWERS[max(told[layer, DECIMALS] - decimals, 0)]
    fewer = np.int64(POWERS[max(decimals - told[layer, DECIMALS], 0)])
    is_same, shift = decimals == told[layer, DECIMALS], SHIFTS[layer]
    count = told[layer, BIDS + side]
    held, made = 0, 0
    for cell in range(len(rows)):
        if is_same:  # without a division, which would take longer than all the rest
            row = rows[cell] >> shift
        elif rows[cell] * more < EXACT:
            row = rows[cell] * np.int64(more) // fewer >> shift
        else:
            break
        while held < count and held_rows[layer, side, held] < row:
            new_rows[made] = held_rows[layer, side, held]
            new_totals[made] = held_totals[layer, side, held]
            made += 1
            held += 1
        if made > 0 and new_rows[made - 1] == row:
            new_totals[made - 1] += totals[cell]
            continue
        new_rows[made] = row
        new_totals[made] = totals[cell]
        if held < count and held_rows[layer, side, held] == row:
            new_totals[made] = held_totals[layer, side, held] + totals[cell]
            held += 1
        made += 1
    while held < count:
        new_rows[made] = held_rows[layer, side, held]
        new_totals[made] = held_totals[layer, side, held]
        made += 1
        held += 1
    for cell in range(made):
        held_rows[layer, side, cell] = new_rows[cell]
        held_totals[layer, side, cell] = new_totals[cell]
    told[layer, BIDS + side] = made


@register_jitable
def _pack(
    rows: Integers, totals: Numbers, standing_ms: int, end: int, codes: Any, out: Bytes
) -> int:
    """Put the bytes of a side, as `pack_heat` gives them, behind `end`; return where they end."""
    sizes, stood = codes.view(np.float32), float(standing_ms)
    for cell in range(len(rows)):
        sizes[cell] = totals[cell] / stood
    largest = np.uint32(0)
    for cell in range(len(rows)):  # the bits of floats above 0 are in the order of the floats
        largest = max(largest, codes[cell])
    top = np.int64(largest >> _SHIFT)
    least = top - _TOP
    entries = 0
    first, before = -1, np.int64(0)
    for cell in range(len(rows)):
        if np.int64(codes[cell] >> _SHIFT) > least:
            if first < 0:
                first, before = cell, rows[cell]
            gap = rows[cell] - before
            entries += 1 if gap < 16 else _digits(gap)
            before = rows[cell]
    if first < 0:
        return end
    _put(rows[first], 8, end, out)
    _put(int(top), 2, end + 8, out)
    digits = end + HEADER_BYTES
    values = digits + (entries + 1) // 2
    out[values - 1] = 0
    entry = 0
    before = rows[first]
    for cell in range(first, len(rows)):
        value = np.int64(codes[cell] >> _SHIFT) - least
        if value <= 0:
            continue
        gap = rows[cell] - before
        before = rows[cell]
        if gap >= 16:
            for place in range(_digits(gap) - 1, 0, -1):
                _put_digit((gap >> (4 * place)) & 15, digits, entry, out)
                out[values + entry] = 0
                entry += 1
        _put_digit(gap & 15, digits, entry, out)
        out[values + entry] = value
        entry += 1
    return values + entries


@register_jitable
def _put_digit(digit: int, digits: int, entry: int, out: Bytes) -> None:
    at = digits + (entry >> 1)
    if entry & 1:
        out[at] |= digit << 4
    else:
        out[at] = digit


@register_jitable
def _digits(gap: int) -> int:
    digits = 1
    while gap >= 16:
        gap >>= 4
        digits += 1
    return digits


@register_jitable
def _put(number: int, count: int, at: int, out: Bytes) -> None:
    for place in range(count):
        out[at + place] = (number >> (8 * place)) & 255
