"""The point of control of a profile and its value area."""

from bisect import bisect_left
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from shared.history.bars import Numbers
from shared.history.decimals import TOO_MANY, exact_decimals
from shared.history.order_flow.price_rows import Rows

VALUE_SHARE = 0.7


class ValueAreaBy(StrEnum):
    """How a value area grows from the point of control: by the larger pair of rows, or by one."""

    PAIR = "pair"
    ROW = "row"

    @property
    def step(self) -> int:
        """How many rows it takes at once."""
        return 2 if self is ValueAreaBy.PAIR else 1


class ValueArea(NamedTuple):
    """Rows of prices: the one with most volume, and the first and last of the value area."""

    poc: int
    low: int
    high: int


def value_area(
    rows: Rows,
    volumes: Numbers,
    by: ValueAreaBy = ValueAreaBy.PAIR,
    share: float = VALUE_SHARE,
) -> ValueArea:
    """Return the point of control and the value area of a profile of at least one row.

    `rows` go up; those between them that are not named have no volume. The point of control is the
    row with most volume, the lower one of equals. From there the area takes the pair of rows (or
    the row) above or below with the larger volume, the lower of equals, until it has `share` of
    all volume; it never leaves the rows that were traded.

    >>> value_area(np.array([10, 11, 12, 13]), np.array([1.0, 5.0, 5.0, 2.0]))
    ValueArea(poc=11, low=11, high=13)
    """
    decimals = exact_decimals(volumes)
    if decimals != TOO_MANY:  # as integers, of which equal sums are equal
        volumes = np.rint(volumes * 10.0**decimals)
    poc = int(np.argmax(volumes))
    growth = _Growth(rows.tolist(), volumes.tolist(), by.step, poc)
    goal = share * float(np.sum(volumes))
    while growth.volume < goal and growth.grow():
        pass
    return ValueArea(int(rows[poc]), growth.low, growth.high)


class _Growth:
    """An area of rows that grows from its first one, `step` rows at once."""

    def __init__(self, rows: list[int], volumes: list[float], step: int, first: int) -> None:
        self._rows, self._volumes, self._step = rows, volumes, step
        self._below, self._above = first - 1, first + 1
        self.low = self.high = rows[first]
        self.volume = volumes[first]

    def grow(self) -> bool:
        """Take the larger side; say whether there was any."""
        below, above = self._volume_below(), self._volume_above()
        if below or above:
            if below >= above:
                self._go_down(self._step)
            else:
                self._go_up(self._step)
            self.volume += max(below, above)
        # Nothing on either side within a step: of equals it goes down, at once over what is empty.
        elif self._below >= 0:
            self._go_down(self.low - 1 - self._rows[self._below])
        elif self._above < len(self._rows):
            self._go_up(self._rows[self._above] - self.high - 1)
        else:
            return False
        return True

    def _go_down(self, rows: int) -> None:
        self.low = max(self.low - self._steps(rows), self._rows[0])
        self._below = bisect_left(self._rows, self.low) - 1

    def _go_up(self, rows: int) -> None:
        self.high = min(self.high + self._steps(rows), self._rows[-1])
        self._above = bisect_left(self._rows, self.high + 1)

    def _steps(self, rows: int) -> int:
        return max(rows // self._step, 1) * self._step

    def _volume_below(self) -> float:
        at, end = self._below, self.low - self._step
        volume = 0.0
        while at >= 0 and self._rows[at] >= end:
            volume += self._volumes[at]
            at -= 1
        return volume

    def _volume_above(self) -> float:
        at, end = self._above, self.high + self._step
        volume = 0.0
        while at < len(self._rows) and self._rows[at] <= end:
            volume += self._volumes[at]
            at += 1
        return volume
