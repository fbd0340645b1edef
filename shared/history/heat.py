"""Heat as it is kept: columns of time, with a byte for the size that rested at each price."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.history.packing import PackedColumnsError

Integers = NDArray[np.int64]
Numbers = NDArray[np.float64]


class Layer(NamedTuple):
    """Columns of one width, whose rows are so many ticks high."""

    seconds: int
    ticks: int


LAYERS = (Layer(10, 1), Layer(60, 8), Layer(600, 64), Layer(3600, 64))
"""Each is merged from the one before it."""

STEPS_AN_OCTAVE = 8

_TOP = 255
"""The byte of the largest size in a column."""

_CODE_SHIFT = 20
"""What is left of the bits of a float32 is its exponent and 8 steps between one and the next."""

_HALF_STEP = np.uint32(1 << (_CODE_SHIFT - 1))
_HEADER = np.dtype([("first", "<i8"), ("top", "<u2")])
_DIGIT_BITS = 4


def pack_heat(rows: Integers, sizes: Numbers) -> bytes:
    """Return one side of a column: its rows in ascending order, and the size that rested in each.

    A byte tells a size to a sixteenth of it. What is less than 2^-31 of the largest goes.
    """
    codes = (sizes.astype(np.float32).view(np.uint32) >> _CODE_SHIFT).astype(np.int64)
    top = int(codes.max(initial=0))
    values = codes - top + _TOP
    rows, values = rows[values > 0], values[values > 0]
    if not len(rows):
        return b""
    gaps = np.diff(rows, prepend=rows[0])
    more = sum((gaps >= 1 << bits).astype(np.int64) for bits in range(4, 64, _DIGIT_BITS))
    entries = np.asarray(more) + 1
    of_row = np.repeat(np.arange(len(rows)), entries)
    place = np.repeat(np.cumsum(entries), entries) - np.arange(len(of_row)) - 1
    digits = ((gaps[of_row] >> (_DIGIT_BITS * place)) & 15).astype(np.uint8)
    header = np.array([(rows[0], top)], _HEADER)
    told = np.where(place == 0, values[of_row], 0).astype(np.uint8)
    return header.tobytes() + _in_pairs(digits).tobytes() + told.tobytes()


def _in_pairs(digits: NDArray[np.uint8]) -> NDArray[np.uint8]:
    even = np.append(digits, np.zeros(len(digits) % 2, np.uint8)).reshape(-1, 2)
    pairs: NDArray[np.uint8] = (even[:, 0] | even[:, 1] << 4).astype(np.uint8)
    return pairs


class HeatSide(NamedTuple):
    """One side of some columns: those of column c end at `ends[c]`, from the lowest price up."""

    ends: Integers
    rows: Integers
    sizes: Numbers


def unpack_heat(blobs: Iterable[bytes]) -> HeatSide:
    """Return what `pack_heat` packed into each of `blobs`; raise PackedColumnsError on others."""
    told, digits, lengths, firsts, tops = [], [], [], [], []
    for blob in blobs:
        pairs = (len(blob) - _HEADER.itemsize + 2) // 3
        entries = len(blob) - _HEADER.itemsize - pairs
        if blob and (entries < 1 or pairs != (entries + 1) // 2):
            raise PackedColumnsError(f"expected a column of heat, found {len(blob)} bytes")
        lengths.append(entries if blob else 0)
        if blob:
            [(first, top)] = np.frombuffer(blob, _HEADER, 1)
            firsts.append(first)
            tops.append(top)
            of_pairs = np.frombuffer(blob, np.uint8, pairs, _HEADER.itemsize)
            digits.append(np.stack([of_pairs & 15, of_pairs >> 4], axis=1).ravel()[:entries])
            told.append(np.frombuffer(blob, np.uint8, entries, _HEADER.itemsize + pairs))
    if not told:
        nothing = np.zeros(0, np.int64)
        return HeatSide(np.zeros(len(lengths), np.int64), nothing, np.zeros(0))
    values = np.concatenate(told)
    cells = np.flatnonzero(values)
    of_entry = np.searchsorted(cells, np.arange(len(values)))
    if not len(cells) or of_entry[-1] == len(cells):
        raise PackedColumnsError("expected a column of heat that ends with a cell")
    place = cells[of_entry] - np.arange(len(values))
    gaps = np.concatenate(digits).astype(np.int64) << (_DIGIT_BITS * place)
    steps = np.add.reduceat(gaps, np.append(0, cells[:-1] + 1))
    counts = np.array(lengths)
    ends = np.searchsorted(cells, np.cumsum(counts))
    starts = np.append(0, ends[:-1])[counts > 0]
    held = ends[counts > 0] - starts
    steps[starts] = 0
    total = np.cumsum(steps)
    rows = total - np.repeat(total[starts] - np.array(firsts), held)
    codes = values[cells].astype(np.int64) - _TOP + np.repeat(np.array(tops, np.int64), held)
    bits = (codes.astype(np.uint32) << np.uint32(_CODE_SHIFT)) | _HALF_STEP
    return HeatSide(ends, rows, bits.view(np.float32).astype(np.float64))


class Heat(NamedTuple):
    """Columns of one layer, in the order of time, and what rested in each.

    A row is `layer.ticks` ticks of 10^-`decimals` high; sizes are means over `standing_ms`.
    """

    layer: Layer
    ts: Integers
    decimals: Integers
    standing_ms: Integers
    bids: HeatSide
    asks: HeatSide
