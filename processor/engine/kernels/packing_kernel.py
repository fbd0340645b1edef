"""Pack columns as `shared.history.packing` does, to the byte, in a tenth of the time.

A minute of a history is some twenty columns of a few hundred numbers: so few that an array at a
time costs more for each array than for its numbers.
"""

from typing import Any

import numpy as np
from numba.extending import register_jitable
from numpy.typing import NDArray

from processor.engine.kernels.arguments import Numbers

Integers = NDArray[np.int64]
Bytes = NDArray[np.uint8]

VERSION, HEADER_BYTES, COLUMN_BYTES = 1, 8, 20
VALUES, STEPS, BITS = 0, 1, 2
INTEGER = -1
TOO_MANY = 16
LARGEST = 2.0**53
POWERS = np.array([10.0**decimals for decimals in range(TOO_MANY)])


def room_for(columns: int, rows: int) -> int:
    """Return how many bytes so many columns can take at most."""
    return HEADER_BYTES + columns * (COLUMN_BYTES + 8 * rows)


def pack_columns(
    integers: Integers,
    numbers: Numbers,
    group_ends: Integers,
    floats: Integers,
    likely: Integers,
    values: Integers,
    out: Bytes,
) -> int:
    """Pack integers, then groups of numbers, then the bits of floats; return how many bytes.

    Each argument is (columns, rows); group g of `numbers` ends before `group_ends[g]`. `likely`
    is what decimals the groups had the last time, and is kept up to date: it saves a search.
    `values` is room for a column.
    """
    rows = integers.shape[1]
    columns = len(integers) + len(numbers) + len(floats)
    for byte in range(HEADER_BYTES + columns * COLUMN_BYTES):
        out[byte] = 0
    out[0] = VERSION
    out[1] = columns
    _put_number(out, 4, rows, 4)
    end = HEADER_BYTES + columns * COLUMN_BYTES
    header = HEADER_BYTES
    for column in range(len(integers)):
        for row in range(rows):
            values[row] = integers[column, row]
        end = _put_column(values, INTEGER, False, out, header, end)
        header += COLUMN_BYTES
    start = 0
    for group in range(len(group_ends)):
        stop = group_ends[group]
        of_group = _decimals(numbers[start:stop], likely[group])
        if of_group < TOO_MANY:
            likely[group] = of_group
        for column in range(start, stop):
            decimals = of_group
            if decimals == TOO_MANY:
                decimals = _decimals(numbers[column : column + 1], 0)
            if decimals < TOO_MANY:
                scale = POWERS[decimals]
                for row in range(rows):
                    values[row] = np.int64(np.rint(numbers[column, row] * scale))
                end = _put_column(values, decimals, False, out, header, end)
            else:
                bits = numbers[column].view(np.int64)
                for row in range(rows):
                    values[row] = bits[row]
                end = _put_column(values, 0, True, out, header, end)
            header += COLUMN_BYTES
        start = stop
    for column in range(len(floats)):
        for row in range(rows):
            values[row] = floats[column, row]
        end = _put_column(values, 0, True, out, header, end)
        header += COLUMN_BYTES
    return end


@register_jitable
def _decimals(numbers: Numbers, likely: int) -> int:
    """Return how many decimals tell all `numbers`, TOO_MANY where none do."""
    largest = 0.0
    for column in range(numbers.shape[0]):
        for row in range(numbers.shape[1]):
            size = abs(numbers[column, row])
            if not size <= LARGEST:  # not a number, too
                return TOO_MANY
            largest = max(largest, size)
    least = likely if likely > 0 and not _are_told(numbers, likely - 1) else 0
    for decimals in range(least, TOO_MANY):
        if largest * POWERS[decimals] > LARGEST:
            return TOO_MANY
        if _are_told(numbers, decimals):
            return decimals
    return TOO_MANY


@register_jitable
def _are_told(numbers: Numbers, decimals: int) -> bool:
    scale = POWERS[decimals]
    for column in range(numbers.shape[0]):
        for row in range(numbers.shape[1]):
            number = numbers[column, row]
            if np.rint(number * scale) / scale != number:
                return False
    return True


@register_jitable
def _put_column(
    values: Integers, decimals: int, is_bits: bool, out: Bytes, header: int, end: int
) -> int:
    """Put a column's header at `header`, and its planes at `end`; return where those end."""
    rows = len(values)
    form, first, least, width = VALUES, np.int64(0), np.int64(0), 0
    if is_bits:
        form = BITS
    if rows and not is_bits:
        least, most = values[0], values[0]
        least_step, most_step = np.int64(2**63 - 1), np.int64(-(2**63))
        for row in range(1, rows):
            step = values[row] - values[row - 1]
            least, most = min(least, values[row]), max(most, values[row])
            least_step, most_step = min(least_step, step), max(most_step, step)
        width = _width(np.uint64(most - least))
        if rows > 1 and _width(np.uint64(most_step - least_step)) < width:
            form, first, least = STEPS, values[0], least_step
            width = _width(np.uint64(most_step - least_step))
            for row in range(rows - 1, 0, -1):
                values[row] -= values[row - 1]
            values[0] = least
    elif rows:
        most_bits = np.uint64(0)
        for row in range(rows):
            most_bits = max(most_bits, np.uint64(values[row]))
        width = _width(most_bits)
    out[header] = width
    out[header + 1] = form
    out[header + 2] = np.uint8(decimals & 255)
    _put_number(out, header + 4, first, 8)
    _put_number(out, header + 12, least, 8)
    for plane in range(width):
        shift = np.uint64(8 * plane)
        at = end + plane * rows
        for row in range(rows):
            out[at + row] = np.uint8(np.uint64(values[row] - least) >> shift & np.uint64(255))
    return end + width * rows


@register_jitable
def _width(kept: Any) -> int:
    width = 0
    while kept > np.uint64(0):
        kept >>= np.uint64(8)
        width += 1
    return width


@register_jitable
def _put_number(out: Bytes, at: int, number: Any, width: int) -> None:
    for byte in range(width):
        out[at + byte] = np.uint8(np.uint64(number) >> np.uint64(8 * byte) & np.uint64(255))
