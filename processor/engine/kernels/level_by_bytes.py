"""Read levels from text byte by byte, and note the shape of the first for those to come."""

from typing import Any

import numpy as np
from numba.extending import register_jitable

from processor.engine.kernels.arguments import LevelColumns
from processor.engine.kernels.level_shapes import Shapes, note_number
from processor.engine.kernels.wide_reads import WIDTH

# Indices are unsigned, or every access would first be checked for counting from the end, and the
# reader is one flat function, because calls from level to number cost it half of its speed.
_0, _1 = np.uint64(0), np.uint64(1)
_TEN, _ZERO_DIGIT = np.uint64(10), np.uint64(48)
_COMMA, _DOT, _SPACE, _ZERO = 44, 46, 32, 48
_ROUND_OPEN, _ROUND_CLOSE, _SQUARE_OPEN, _SQUARE_CLOSE = 40, 41, 91, 93
_SINGLE_QUOTE, _DOUBLE_QUOTE = 39, 34

_WIDTH = np.uint64(WIDTH)
_EXACT_MANTISSA = np.uint64(2**53)
_MOST_DIGITS = np.uint64(18)
_POWERS_OF_TEN = np.array([10.0**exponent for exponent in range(19)])

REFUSED = np.uint64(2**64 - 1)


@register_jitable
def read_levels(
    text: Any,
    start: Any,
    last: Any,
    levels: LevelColumns,
    n: Any,
    shapes: Shapes,
    slot: Any,
    mask: Any,
) -> Any:
    """Put the levels from `start` to the row's closing bracket at `last` into the columns.

    They go to place `n` and on; returns the place after them, REFUSED when they are not of the
    plainest form. What is accepted, the strict parser accepts too, with the same numbers: the
    mantissa and the power of ten are both exact in a double, so their quotient is the double
    nearest to the decimal (Clinger, "How to read floating point numbers accurately", 1990).

    The first level's shape, that of `mask`, goes to `slot`, unless the mask is 0 or the shape does
    not tell all. It alone, because the caller asks again at the next row.
    """
    prices, sizes = levels.prices, levels.sizes
    shape = shapes.known[slot]
    shape["mask"] = _0
    tells_all = mask != _0
    i = start
    while True:
        if text[i] == _SQUARE_OPEN:
            close = _SQUARE_CLOSE
        elif text[i] == _ROUND_OPEN:
            close = _ROUND_CLOSE
        else:
            return REFUSED
        i += _1
        elements = 0
        while True:
            quote = text[i]
            is_quoted = quote in (_DOUBLE_QUOTE, _SINGLE_QUOTE)
            if is_quoted:
                i += _1
            first = i
            mantissa = _0
            # Below zero, an unsigned difference is huge: one comparison finds a digit.
            digit = np.uint64(text[i]) - _ZERO_DIGIT
            while digit < _TEN:
                mantissa = mantissa * _TEN + digit
                i += _1
                digit = np.uint64(text[i]) - _ZERO_DIGIT
            digits = i - first
            point = i
            decimals = _0
            if digits == _0 or (not is_quoted and digits > _1 and text[first] == _ZERO):
                return REFUSED
            if text[i] == _DOT:
                i += _1
                point = i
                digit = np.uint64(text[i]) - _ZERO_DIGIT
                while digit < _TEN:
                    mantissa = mantissa * _TEN + digit
                    i += _1
                    digit = np.uint64(text[i]) - _ZERO_DIGIT
                decimals = i - point
                if decimals == _0:
                    return REFUSED
            if digits + decimals > _MOST_DIGITS or mantissa >= _EXACT_MANTISSA:
                return REFUSED
            if is_quoted:
                if text[i] != quote:
                    return REFUSED
                i += _1
            if elements == 0:
                if mantissa == _0:
                    return REFUSED
                prices[n] = np.float64(mantissa) / _POWERS_OF_TEN[decimals]
            elif elements == 1:
                sizes[n] = np.float64(mantissa) / _POWERS_OF_TEN[decimals]
            if tells_all:
                tells_all = note_number(
                    shape, elements, first - start, digits, point - start, decimals, is_quoted
                )
            elements += 1
            if text[i] != _COMMA:
                break
            if elements == 4:
                return REFUSED
            i += _1
            if text[i] == _SPACE:
                i += _1
        if elements < 2 or text[i] != close or i >= last:
            return REFUSED
        if tells_all:
            shape["mask"] = mask
            for place in range(WIDTH):
                shapes.looks[slot * _WIDTH + np.uint64(place)] = text[start + np.uint64(place)]
            tells_all = False
        n += _1
        i += _1
        if i == last:
            return n
        if text[i] != _COMMA:
            return REFUSED
        i += _1
        if text[i] == _SPACE:
            i += _1
