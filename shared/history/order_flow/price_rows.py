"""Which row of prices each price lies in: rows are numbered from price 0 upwards."""

import numpy as np
from numpy.typing import NDArray

from shared.history.decimals import TOO_MANY, exact_decimals

Rows = NDArray[np.int64]
"""Numbers of price rows: row r is `[r · height, (r + 1) · height)`."""

Numbers = NDArray[np.float64]

_MOST_ROWS = 2.0**53


def rows_of(prices: Numbers, height: float) -> Rows:
    """Return the row that each price lies in, of rows of a `height` above 0.

    Where decimals tell them, prices are divided as the decimal numbers that they are: 0.3 is in
    row 3 of a height of 0.1, though 0.3 / 0.1 is less than 3. Raises ValueError when `height` is
    no number above 0, or so small that there are more rows than can be counted.

    >>> rows_of(np.array([0.29, 0.3, 0.31]), 0.1)
    array([2, 3, 3])
    """
    if not (np.isfinite(height) and height > 0):
        raise ValueError(f"expected price rows of a height above 0, found {height}")
    if np.abs(prices).max(initial=0.0) / height >= _MOST_ROWS:
        raise ValueError(f"expected price rows that can be counted, found a height of {height}")
    decimals = exact_decimals(np.append(prices, height))
    if decimals == TOO_MANY:
        return _nearly(prices / height)
    scale = 10.0**decimals
    return np.rint(prices * scale).astype(np.int64) // int(np.rint(height * scale))


def price_of(rows: Rows, height: float) -> Numbers:
    """Return the lower edge of each row, as the decimal number that it is.

    >>> price_of(np.array([3]), 0.1)
    array([0.3])
    """
    decimals = exact_decimals(np.array([height]))
    numbers = rows.astype(np.float64)
    if decimals == TOO_MANY:
        return numbers * height
    scale = 10.0**decimals
    return numbers * float(np.rint(height * scale)) / scale


def tick_of(prices: Numbers) -> float | None:
    """Return the largest tick of which all `prices` are multiples.

    None where there is none: without a price above 0, and where no decimals tell them all.

    >>> tick_of(np.array([100.5, 99.0, 100.25]))
    0.25
    """
    decimals = exact_decimals(prices)
    if decimals == TOO_MANY:
        return None
    integers = np.unique(np.rint(prices * 10.0**decimals).astype(np.int64))
    return float(np.gcd.reduce(integers)) / 10.0**decimals or None


def _nearly(quotients: Numbers) -> Rows:
    """Return the rows, by quotients with the rounding of one division."""
    nearest = np.rint(quotients)
    is_edge = np.abs(quotients - nearest) <= 2 * np.spacing(np.abs(quotients))
    return np.where(is_edge, nearest, np.floor(quotients)).astype(np.int64)
