"""Which row of a heat column a price is in: the one place that says what a row is."""

EXACT = 2.0**53
"""From here on floats are not all the integers there are."""

MOST_DECIMALS = 15

POWERS = tuple(10.0**decimals for decimals in range(MOST_DECIMALS + 1))

NO_ROW = -1

_REACH = 64.0
"""How many times the best price is still to have a row."""


def row_of(price: float, decimals: int) -> int:
    """Return the row of `price` in a column of ticks of 10^-`decimals`: that of the tick below it.

    NO_ROW where ticks are too small to be counted up to there.

    >>> row_of(0.29, 2), row_of(0.299, 2), row_of(1e6, 15)
    (29, 29, -1)
    """
    ticks = price * POWERS[decimals]
    if ticks >= EXACT:
        return NO_ROW
    nearest = round(ticks)
    if nearest / POWERS[decimals] == price:
        return nearest
    return int(ticks)


def decimals_with(price: float, decimals: int) -> int:
    """Return the least number of decimals, `decimals` or more, that tells `price` to the last bit.

    `decimals` where there is none: a price of no tick says nothing about the tick.

    >>> decimals_with(0.25, 1), decimals_with(0.3, 1), decimals_with(1 / 3, 1)
    (2, 1, 1)
    """
    for more in range(decimals, MOST_DECIMALS + 1):
        ticks = price * POWERS[more]
        if ticks >= EXACT:
            return decimals
        if round(ticks) / POWERS[more] == price:
            return more
    return decimals


def column_decimals(decimals: int, best_price: float) -> int:
    """Return how many of `decimals` a column can have, around that price, and still be counted.

    >>> column_decimals(2, 100_000.0), column_decimals(15, 100_000.0)
    (2, 9)
    """
    while decimals > 0 and best_price * _REACH * POWERS[decimals] >= EXACT:
        decimals -= 1
    return decimals
