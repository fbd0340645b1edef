"""Random draws of the simulated market: sizes, distances and times, from one seeded stream.

The distributions are fitted to recordings of OKX's BTC-USDT book. What is drawn millions of times
is drawn from a pool of values made once, which costs one random number and one list access.
"""

import math
from random import Random

from recorder.simulator.levels import Quote

LOTS_PER_COIN = 10**8
TILTS = 9
TILT_STEP = 0.17
"""How much the logarithm of the sizes changes from one tilt to the next."""

_POOL = 8192
_MEAN_GAP_TICKS = 6.0
_PLACED, _CANCELLED = 0.56, 0.44
"""Shares of the makers' moves. More placements than cancellations, as those onto a level that
stands only resize it; the book is as dense as makes the two equal."""


class Draws:
    """Pools of values and the stream they are drawn from."""

    def __init__(self, seed: str) -> None:
        self._stream = Random(seed)  # of a text: hashed by SHA-512, the same in every version
        self.random = self._stream.random
        self.gauss = self._stream.gauss
        base = [self._quote_size() for _ in range(_POOL)]
        self.sizes_by_tilt = [
            [
                (max(1, round(lots * math.exp(TILT_STEP * (tilt - TILTS // 2)))), orders)
                for lots, orders in base
            ]
            for tilt in range(TILTS)
        ]
        self.neutral_sizes = self.sizes_by_tilt[TILTS // 2]
        self._gaps = [self._geometric(_MEAN_GAP_TICKS) for _ in range(_POOL)]
        self._taker_lots = [self._taker_size() for _ in range(_POOL)]
        self._intervals_ms = [self._interval() for _ in range(_POOL)]
        self.moves = [self._move() for _ in range(8 * _POOL)]
        """Makers' moves: n >= 0 places a level n ticks behind the best, −n cancels the n-th."""

    def quote(self, sizes: list[Quote]) -> Quote:
        """Return the quote of a newly placed level."""
        return sizes[int(self.random() * _POOL)]

    def gap(self) -> int:
        """Return the ticks between two neighbouring levels, at least 1."""
        return self._gaps[int(self.random() * _POOL)]

    def taker_lots(self) -> int:
        """Return the size of a taker order in lots."""
        return self._taker_lots[int(self.random() * _POOL)]

    def interval_ms(self) -> int:
        """Return the time to the next book row: about 100 ms, now and then 0 or 200."""
        return self._intervals_ms[int(self.random() * _POOL)]

    def poisson(self, mean: float) -> int:
        """Return a Poisson count; made for means of a few at most."""
        count, product, bound = 0, self.random(), math.exp(-mean)
        while product > bound:
            count += 1
            product *= self.random()
        return count

    def exponential(self, mean: float) -> float:
        """Return an exponentially distributed number."""
        return -mean * math.log(1.0 - self.random())

    def _geometric(self, mean: float) -> int:
        return 1 + int(math.log(1.0 - self.random()) / math.log(1.0 - 1.0 / mean))

    def _lognormal(self, median: float, sigma: float) -> float:
        return median * math.exp(self.gauss(0.0, sigma))

    def _quote_size(self) -> Quote:
        if self.random() < 0.25:  # round sizes, as people type them
            coins = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.16)[int(self.random() * 8)]
        else:
            coins = min(25.0, self._lognormal(0.006, 1.9))
        orders = 1 if self.random() < 0.81 else self._geometric(1.9) + 1
        return max(1, round(coins * LOTS_PER_COIN)), orders

    def _taker_size(self) -> int:
        if self.random() < 0.2:
            coins = (0.0001, 0.0002, 0.001, 0.005, 0.01)[int(self.random() * 5)]
        else:
            coins = min(20.0, self._lognormal(0.0022, 2.3))
        return max(1, round(coins * LOTS_PER_COIN))

    def _interval(self) -> int:
        draw = self.random()
        if draw < 0.006:
            return 0
        if draw < 0.018:
            return 200
        return max(80, round(self.gauss(99.5, 4.0)))

    def _rank(self) -> int:
        draw = self.random()
        if draw < 0.18:
            return int(self.exponential(3.0))
        if draw < 0.94:
            return int(self.exponential(34.0)) % 400
        return int(self.random() * 400)

    def _move(self) -> int:
        if self.random() < _PLACED:
            return int(self._rank() * _MEAN_GAP_TICKS + self.random() * _MEAN_GAP_TICKS)
        return -1 - self._rank()
