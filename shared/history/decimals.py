"""How many decimals prices and sizes have: by that they are integers, and sums of them exact."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

TOO_MANY = 16
"""More decimals than any number here is told by: what has so many is kept by its bits."""

_LARGEST = 2.0**53
"""Up to here every integer is a float64."""


def exact_decimals(numbers: NDArray[np.float64], least: int = 0) -> int:
    """Return how many decimals, `least` or more, tell all `numbers` to the last bit.

    TOO_MANY where no 15 do, and where one is not finite.

    >>> exact_decimals(np.array([3.0, 0.25])), exact_decimals(np.array([1 / 3]))
    (2, 16)
    """
    largest = np.abs(numbers).max(initial=0.0)
    if not np.isfinite(largest):
        return TOO_MANY
    for decimals in range(least, TOO_MANY):
        scale = 10.0**decimals
        if largest * scale > _LARGEST:
            return TOO_MANY
        numbers = numbers[np.rint(numbers * scale) / scale != numbers]
        if not numbers.size:
            return decimals
    return TOO_MANY


def snapped(sums: Any, decimals: int) -> Any:
    """Return sums of numbers of so many decimals without what adding them up has rounded.

    They are the nearest numbers of `decimals` decimals; as they are where those are too many.

    >>> snapped(0.1 + 0.2, 1)
    0.3
    """
    if decimals >= TOO_MANY:
        return sums
    integers = np.rint(np.multiply(sums, 10.0**decimals))
    return np.where(np.abs(integers) < _LARGEST, integers / 10.0**decimals, sums)[()]
