"""Read level lists from text into columns of numbers, without a Python object a level."""

from typing import Any

import numpy as np

# Indices are unsigned, or every access would first be checked for counting from the end, and the
# parser is one flat function, because calls from row to level to number cost it two thirds of
# its speed (64 against 25 ns a level).
_0, _1, _2 = np.uint64(0), np.uint64(1), np.uint64(2)
_TEN, _ZERO_DIGIT = np.uint64(10), np.uint64(48)
_COMMA, _DOT, _SPACE, _ZERO = 44, 46, 32, 48
_ROUND_OPEN, _ROUND_CLOSE, _SQUARE_OPEN, _SQUARE_CLOSE = 40, 41, 91, 93
_SINGLE_QUOTE, _DOUBLE_QUOTE = 39, 34

_EXACT_MANTISSA = np.uint64(2**53)
_MOST_DIGITS = np.uint64(18)
_POWERS_OF_TEN = np.array([10.0**exponent for exponent in range(19)])

SHORTEST_LEVEL = len("[1,1],")
"""Bytes of text a level takes at the least, so how many a text can hold at the most."""


def parse_levels(
    text: Any, offsets: Any, prices: Any, sizes: Any, ends: Any, is_refused: Any
) -> None:
    """Parse row by row the level lists that `text`, UTF-8 bytes, holds from offset to offset.

    `prices` and `sizes` take the levels one after the other; `ends[row]` is where those of `row`
    end. A row that is not of the plainest form is marked in `is_refused` and has no levels: the
    strict parser then decides about it. What is accepted here, that parser accepts too, with the
    same numbers: the mantissa and the power of ten are both exact in a double, so their quotient
    is the double nearest to the decimal (Clinger, "How to read floating point numbers
    accurately", 1990).

    No index passes a row's end: each step moves on from a character that is known not to be the
    row's last, its closing bracket.
    """
    count = _0
    for row in range(len(ends)):
        start, end = np.uint64(offsets[row]), np.uint64(offsets[row + 1])
        n = count
        is_whole = False
        if end >= start + _2 and text[start] == _SQUARE_OPEN and text[end - _1] == _SQUARE_CLOSE:
            last = end - _1
            i = start + _1
            if i == last:
                is_whole = True
            while i < last:
                if text[i] == _SQUARE_OPEN:
                    close = _SQUARE_CLOSE
                elif text[i] == _ROUND_OPEN:
                    close = _ROUND_CLOSE
                else:
                    break
                i += _1
                elements = 0
                is_plain = False
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
                    decimals = _0
                    if digits == _0 or (not is_quoted and digits > _1 and text[first] == _ZERO):
                        break
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
                            break
                    if digits + decimals > _MOST_DIGITS or mantissa >= _EXACT_MANTISSA:
                        break
                    if is_quoted:
                        if text[i] != quote:
                            break
                        i += _1
                    if elements == 0:
                        if mantissa == _0:
                            break
                        prices[n] = np.float64(mantissa) / _POWERS_OF_TEN[decimals]
                    elif elements == 1:
                        sizes[n] = np.float64(mantissa) / _POWERS_OF_TEN[decimals]
                    elements += 1
                    if text[i] != _COMMA:
                        if elements >= 2 and text[i] == close and i < last:
                            is_plain = True
                        break
                    if elements == 4:
                        break
                    i += _1
                    if text[i] == _SPACE:
                        i += _1
                if not is_plain:
                    break
                n += _1
                i += _1
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
