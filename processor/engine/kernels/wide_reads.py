"""Look at many bytes of a text at once: in compiled code each of these is a few instructions.

They are plain Python too, for the tests that run the kernels uncompiled. Numba compiles byte loops
to byte loops, so each says itself what it is in LLVM's terms; the vectors are LLVM's own, which
makes of them what the machine has.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import lower_builtin, type_callable

WIDTH = 64
"""How many bytes the masks are about: bit k is the byte k places on."""

_BYTE, _WORD = ir.IntType(8), ir.IntType(64)
_BYTES = ir.VectorType(_BYTE, WIDTH)


def digit_free(text: Any, at: Any) -> np.uint64:
    """Return which of the bytes from `at` on are none of 0 to 9."""
    return _mask(not 48 <= byte <= 57 for byte in _bytes(text, at))


def closing(text: Any, at: Any) -> np.uint64:
    """Return which of the bytes from `at` on close a list or a tuple."""
    return _mask(byte in b"])" for byte in _bytes(text, at))


def same(text: Any, at: Any, other: Any, other_at: Any) -> np.uint64:
    """Return which of the bytes from `at` on are those of `other` from `other_at` on."""
    pairs = zip(_bytes(text, at), _bytes(other, other_at), strict=True)
    return _mask(byte == expected for byte, expected in pairs)


def word(text: Any, at: Any) -> np.uint64:
    """Return the eight bytes from `at` on as a number, the first as its lowest byte."""
    return np.uint64(int.from_bytes((int(text[int(at) + k]) for k in range(8)), "little"))


def trailing_zeros(mask: Any) -> np.uint64:
    """Return the place of the lowest bit that is set, 64 if none is."""
    return np.uint64((int(mask) & -int(mask)).bit_length() - 1 if mask else 64)


def bits_set(mask: Any) -> np.uint64:
    """Return how many bits are set."""
    return np.uint64(int(mask).bit_count())


def _bytes(text: Any, at: Any) -> list[int]:
    return [int(text[int(at) + k]) for k in range(WIDTH)]


def _mask(bits: Any) -> np.uint64:
    return np.uint64(sum(1 << place for place, bit in enumerate(bits) if bit))


def _is_text(kind: Any) -> bool:
    return bool(kind == kind.copy(dtype=types.uint8, ndim=1, layout="C"))


@type_callable(digit_free)
@type_callable(closing)
@type_callable(word)
def _type_of_read(_context: Any) -> Any:
    return lambda text, _at: types.uint64 if _is_text(text) else None


@type_callable(same)
def _type_of_same(_context: Any) -> Any:
    def type_of(text: Any, _at: Any, other: Any, _other_at: Any) -> Any:
        return types.uint64 if _is_text(text) and _is_text(other) else None

    return type_of


@type_callable(trailing_zeros)
@type_callable(bits_set)
def _type_of_place(_context: Any) -> Any:
    return lambda mask: types.uint64 if mask == types.uint64 else None


@lower_builtin(digit_free, types.Array, types.uint64)
def _lower_digit_free(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    found = _load(context, builder, signature.args[0], *values, kind=_BYTES)
    # Below zero, an unsigned difference is huge: one comparison finds what is no digit.
    above_zero = builder.sub(found, _all(48))
    return builder.bitcast(builder.icmp_unsigned(">", above_zero, _all(9)), _WORD)


@lower_builtin(closing, types.Array, types.uint64)
def _lower_closing(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    found = _load(context, builder, signature.args[0], *values, kind=_BYTES)
    square = builder.icmp_unsigned("==", found, _all(ord("]")))
    round_ = builder.icmp_unsigned("==", found, _all(ord(")")))
    return builder.bitcast(builder.or_(square, round_), _WORD)


@lower_builtin(same, types.Array, types.uint64, types.Array, types.uint64)
def _lower_same(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    text, at, other, other_at = values
    found = _load(context, builder, signature.args[0], text, at, kind=_BYTES)
    expected = _load(context, builder, signature.args[2], other, other_at, kind=_BYTES)
    return builder.bitcast(builder.icmp_unsigned("==", found, expected), _WORD)


@lower_builtin(word, types.Array, types.uint64)
def _lower_word(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    return _load(context, builder, signature.args[0], *values, kind=_WORD)


@lower_builtin(trailing_zeros, types.uint64)
def _lower_trailing_zeros(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
    return builder.cttz(values[0], ir.IntType(1)(0))


@lower_builtin(bits_set, types.uint64)
def _lower_bits_set(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
    return builder.ctpop(values[0])


def _load(context: Any, builder: Any, array_type: Any, array: Any, at: Any, *, kind: Any) -> Any:
    view = context.make_array(array_type)(context, builder, array)
    if context.enable_boundscheck:
        width = WIDTH if kind is _BYTES else 8
        last = builder.add(at, _WORD(width - 1))
        cgutils.do_boundscheck(context, builder, last, builder.extract_value(view.shape, 0))
    place = builder.bitcast(builder.gep(view.data, [at]), kind.as_pointer())
    return builder.load(place, align=1)


def _all(byte: int) -> Any:
    return ir.Constant(_BYTES, [byte] * WIDTH)
