"""Read level lists from text into columns of numbers, without a Python object a level."""

import numpy as np

from processor.engine.kernels.arguments import Flags, LevelColumns, TextColumn
from processor.engine.kernels.level_by_bytes import REFUSED, read_levels
from processor.engine.kernels.level_shapes import LONGEST, NO_SLOT, Shapes, number, slot_of
from processor.engine.kernels.wide_reads import (
    WIDTH,
    closing,
    digit_free,
    same,
    trailing_zeros,
    word,
)

# Indices are unsigned, or every access would first be checked for counting from the end.
_0, _1, _2 = np.uint64(0), np.uint64(1), np.uint64(2)
_COMMA, _SPACE, _SQUARE_OPEN, _SQUARE_CLOSE = 44, 32, 91, 93
_WIDTH, _LONGEST, _NO_SLOT = np.uint64(WIDTH), np.uint64(LONGEST), np.uint64(NO_SLOT)

SHORTEST_LEVEL = len("[1,1],")
"""Bytes of text a level takes at the least, so how many a text can hold at the most."""


def parse_levels(
    column: TextColumn, levels: LevelColumns, is_refused: Flags, shapes: Shapes
) -> None:
    """Parse row by row the level lists that `column` holds into `levels`.

    A row that is not of the plainest form is marked in `is_refused` and has no levels: the
    strict parser then decides about it. What is accepted here, that parser accepts too, with the
    same numbers.

    A level of a shape that is known is read at once. At any other the rest of the row is read byte
    by byte, and its shape is noted.

    No index passes a row's end: each step moves on from a character that is known not to be the
    row's last, its closing bracket. A look at many bytes may pass it, but not the text's end, and
    of what it sees only the level itself counts.
    """
    text, offsets = column.utf8, column.offsets
    prices, sizes, ends = levels.prices, levels.sizes, levels.ends
    count = _0
    size = np.uint64(len(text))
    for row in range(len(ends)):
        start, end = np.uint64(offsets[row]), np.uint64(offsets[row + 1])
        n = count
        is_whole = False
        if end >= start + _2 and text[start] == _SQUARE_OPEN and text[end - _1] == _SQUARE_CLOSE:
            last = end - _1
            i = start + _1
            is_whole = i == last
            while i < last:
                slot, mask, length = _NO_SLOT, _0, _WIDTH
                if i + _WIDTH <= size:
                    length = trailing_zeros(closing(text, i)) + _1
                if length <= _LONGEST and i + length <= last:
                    mask = digit_free(text, i) & ((_1 << length) - _1)
                    slot = slot_of(mask)
                shape = shapes.known[slot]
                is_known = mask != _0 and shape["mask"] == mask
                if is_known and same(text, i, shapes.looks, slot * _WIDTH) & mask == mask:
                    at, shift = shape["whole_at"], shape["whole_shift"]
                    price = number(word(text, i + at[0]), shift[0]) * shape["factor"][0]
                    amount = number(word(text, i + at[1]), shift[1]) * shape["factor"][1]
                    at, shift = shape["part_at"], shape["part_shift"]
                    price += number(word(text, i + at[0]), shift[0])
                    amount += number(word(text, i + at[1]), shift[1])
                    prices[n] = np.float64(price) / shape["divisor"][0]
                    sizes[n] = np.float64(amount) / shape["divisor"][1]
                    if price < shape["least"][0] or amount < shape["least"][1]:
                        break
                    i += length
                else:
                    n = read_levels(text, i, last, levels, n, shapes, slot, mask)
                    is_whole = n != REFUSED
                    break
                n += _1
                if i == last:
                    is_whole = True
                    break
                if text[i] != _COMMA:
                    break
                i += _1
                if text[i] == _SPACE:
                    i += _1
        if is_whole:
            count = n
        else:
            is_refused[row] = True
        ends[row] = count
