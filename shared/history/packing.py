"""Columns of numbers in as few bytes as their differences need: the layout of every blob.

All numbers are little-endian. A blob begins with

    u8   1, the version of this layout
    u8   how many columns there are
    u16  0
    u32  how many rows there are

and goes on with 20 bytes for each column:

    u8   width: how many bytes are kept of each row, 0 to 8
    u8   form: 0 for values, 1 for steps from row to row, 2 for the bits of float64
    i8   decimals: the number is the integer / 10^decimals; -1 for an integer
    u8   0
    i64  first
    i64  least

Then come the columns, each as `width` planes of one byte a row, the lowest bytes of all rows first.
The planes give an unsigned integer u of each row. Form 0: the integer is least + u. Form 1: that of
the first row is `first`, that of any other the one before it + least + u. Form 2: u is the bits.
All of it is arithmetic modulo 2^64.

What is close together has small differences, and a column that stands still costs nothing: columns
of seconds take a quarter of their bytes, and no compressor gains enough on top of it to pay.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from shared.history.decimals import TOO_MANY, exact_decimals

_VERSION = 1
_HEADER = struct.Struct("<BBHI")
_COLUMN = np.dtype(
    [
        ("width", "u1"),
        ("form", "u1"),
        ("decimals", "i1"),
        ("zero", "u1"),
        ("first", "<i8"),
        ("least", "<i8"),
    ]
)
_VALUES, _STEPS, _BITS = 0, 1, 2
_INTEGER = -1
_BITS_ALONE = -2
_BYTES = np.arange(8, dtype=np.uint8)
_LIMITS = np.array([0, *(256**width - 1 for width in range(1, 8))], np.uint64)

Integers = NDArray[np.int64]
Numbers = NDArray[np.float64]


class Pack(Protocol):
    """What packs columns: `pack`, or who does the same faster."""

    def __call__(
        self,
        integers: Sequence[Integers],
        groups: Sequence[Sequence[Numbers]],
        floats: Sequence[Numbers],
    ) -> bytes:
        """See `pack`."""
        ...


class PackedColumnsError(ValueError):
    """A blob is not of the layout."""


def pack(
    integers: Sequence[Integers],
    groups: Sequence[Sequence[Numbers]] = (),
    floats: Sequence[Numbers] = (),
) -> bytes:
    """Return columns of equal length as a blob: integers, numbers group by group, and floats.

    Numbers of a group, such as prices, are told by equally many decimals; where no 15 do to the
    last bit, by as many as each column needs, and else by their bits, as floats always are.
    """
    parts = [np.stack(columns) for columns in (integers,) if columns]
    decimals = [_INTEGER] * len(integers)
    for group in groups:
        for numbers, of_numbers in _in_decimals(np.stack(group)):
            parts.append(numbers)
            decimals += [of_numbers] * len(numbers)
    if floats:
        parts.append(np.stack(floats).view(np.int64))
        decimals += [_BITS_ALONE] * len(floats)
    values = np.vstack(parts)
    header = np.zeros(len(values), _COLUMN)
    is_bits = np.array(decimals) == _BITS_ALONE
    header["form"] = np.where(is_bits, _BITS, _VALUES)
    header["decimals"] = np.where(is_bits, 0, decimals)
    rows = values.shape[1]
    planes = _planes(values, is_bits, header) if rows else b""
    return _HEADER.pack(_VERSION, len(values), 0, rows) + header.tobytes() + planes


def unpack(blob: bytes) -> list[NDArray[Any]]:
    """Return the columns of a blob, int64 or float64.

    Raises PackedColumnsError when it is none.
    """
    try:
        version, columns, _, rows = _HEADER.unpack_from(blob)
        header = np.frombuffer(blob, _COLUMN, columns, _HEADER.size)
    except (struct.error, ValueError) as error:
        raise PackedColumnsError(f"expected packed columns, found {len(blob)} bytes") from error
    start = _HEADER.size + header.nbytes
    expected = start + rows * int(header["width"].sum())
    if version != _VERSION or len(blob) != expected or header["width"].max(initial=0) > 8:
        raise PackedColumnsError(
            f"expected packed columns of version {_VERSION} in {expected} bytes,"
            f" found version {version} in {len(blob)}"
        )
    kept = np.zeros((columns, 8, rows), np.uint8)
    is_kept = header["width"][:, None] > _BYTES
    planes = np.frombuffer(blob, np.uint8, offset=start)
    kept[is_kept] = planes.reshape(np.count_nonzero(is_kept), rows)
    values = np.ascontiguousarray(kept.transpose(0, 2, 1)).view("<u8")[..., 0]
    values += header["least"].view(np.uint64)[:, None]
    is_steps = header["form"] == _STEPS
    if rows and is_steps.any():
        values[is_steps, 0] = header["first"][is_steps].view(np.uint64)
        values[is_steps] = np.cumsum(values[is_steps], axis=1, dtype=np.uint64)
    return [
        _as_numbers(column, int(form), int(decimals))
        for column, form, decimals in zip(values, header["form"], header["decimals"], strict=True)
    ]


def _in_decimals(numbers: Numbers) -> Iterator[tuple[Integers, int]]:
    """Yield integers and their decimals: of all columns at once, or of one after the other."""
    decimals = exact_decimals(numbers)
    if decimals != TOO_MANY:
        yield np.rint(numbers * 10.0**decimals).astype(np.int64), decimals
    elif len(numbers) == 1:
        yield numbers.view(np.int64), _BITS_ALONE
    else:
        for column in numbers:
            yield from _in_decimals(column[None])


def _as_numbers(column: NDArray[np.uint64], form: int, decimals: int) -> NDArray[Any]:
    if form == _BITS:
        return column.view(np.float64)
    if decimals == _INTEGER:
        return column.view(np.int64)
    return column.view(np.int64) / 10.0**decimals


def _planes(values: Integers, is_bits: NDArray[np.bool_], header: NDArray[Any]) -> bytes:
    """Return the planes of `values` (columns, rows), at least one row, and complete `header`."""
    least = np.where(is_bits, 0, values.min(axis=1))
    kept = (values - least[:, None]).view(np.uint64)
    width = _width(kept)
    if values.shape[1] > 1:
        steps = np.diff(values, axis=1)
        least_step = steps.min(axis=1)
        step_width = _width((steps - least_step[:, None]).view(np.uint64))
        is_steps = (step_width < width) & ~is_bits
        kept[is_steps, 1:] = (steps[is_steps] - least_step[is_steps, None]).view(np.uint64)
        kept[is_steps, 0] = 0
        least = np.where(is_steps, least_step, least)
        width = np.where(is_steps, step_width, width)
        header["form"][is_steps] = _STEPS
        header["first"][is_steps] = values[is_steps, 0]
    header["least"], header["width"] = least, width
    by_byte = kept.astype("<u8", copy=False).view(np.uint8).reshape(*kept.shape, 8)
    return by_byte.transpose(0, 2, 1)[width[:, None] > _BYTES].tobytes()


def _width(kept: NDArray[np.uint64]) -> NDArray[np.intp]:
    width: NDArray[np.intp] = np.searchsorted(_LIMITS, kept.max(axis=1), side="left")
    return width
