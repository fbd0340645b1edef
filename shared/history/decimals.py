"""How many decimals prices and sizes have: by that they are integers, and sums of them exact."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

Decimals = NDArray[np.int64]
"""How many decimals, of each of some numbers."""

TOO_MANY = 16
"""More decimals than any number here is told by: what has so many is kept by its bits."""

_LARGEST = 2.0**53
"""Up to here every integer is a float64."""


def exact_decimals(numbers: Numbers) -> int:
    """Return how many decimals tell all `numbers` to the last bit.

    TOO_MANY where no 15 do, where one is not finite, and where one is then no exact integer.

    >>> exact_decimals(np.array([3.0, 0.25])), exact_decimals(np.array([1 / 3]))
    (2, 16)
    """
    largest = np.abs(numbers).max(initial=0.0)
    if not np.isfinite(largest):
        return TOO_MANY
    for decimals in range(TOO_MANY):
        if largest * 10.0**decimals > _LARGEST:
            return TOO_MANY
        numbers = numbers[~_are_told(numbers, decimals)]
        if not numbers.size:
            return decimals
    return TOO_MANY


def running_decimals(numbers: Numbers, before: int) -> Decimals:
    """Return how many decimals tell all `numbers` up to each of them; `before`, those before it.

    >>> running_decimals(np.array([3.0, 0.25, 0.5, 1 / 3]), 1)
    array([ 1,  2,  2, 16])
    """
    needed = np.full(len(numbers), before)
    is_open = ~_are_told(numbers, before)
    if not is_open.any():
        return needed
    needed[is_open] = TOO_MANY
    for decimals in range(TOO_MANY):
        is_told = is_open & _are_told(numbers, decimals)
        needed[is_told] = decimals
        is_open &= ~is_told
    return np.maximum(np.maximum.accumulate(needed), before)


def snapped(sums: Numbers, decimals: Decimals) -> Numbers:
    """Return sums of numbers of so many decimals without what adding them up has rounded.

    Each is the nearest number of its `decimals`, or as it is, where those are too many.

    >>> snapped(np.array([0.1 + 0.2, 0.1 + 0.2]), np.array([1, TOO_MANY]))
    array([0.3, 0.3])
    """
    scale = 10.0**decimals
    integers = np.rint(sums * scale)
    is_exact = (np.abs(integers) < _LARGEST) & (decimals < TOO_MANY)
    return np.where(is_exact, integers / scale, sums)


def _are_told(numbers: Numbers, decimals: int) -> NDArray[np.bool_]:
    scale = 10.0**decimals
    are_told: NDArray[np.bool_] = np.rint(numbers * scale) / scale == numbers
    return are_told
