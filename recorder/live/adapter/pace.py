"""How often something may be tried: delays that grow, and so many in a span of time."""

import random
from collections import deque
from collections.abc import Callable


class Backoff:
    """Delays that double from `first` to `most` seconds, each drawn from its upper half.

    >>> backoff = Backoff(first=0.25, most=1.0, draw=lambda: 1.0)
    >>> [backoff.next() for _ in range(4)]
    [0.25, 0.5, 1.0, 1.0]
    """

    def __init__(
        self, first: float, most: float, draw: Callable[[], float] = random.random
    ) -> None:
        self._first = first
        self._most = most
        self._draw = draw
        self._doubled = 0

    def next(self) -> float:
        """Return how long to wait before the next try."""
        longest = min(self._most, self._first * 2.0**self._doubled)
        if longest < self._most:
            self._doubled += 1
        return longest * (0.5 + 0.5 * self._draw())

    def reset(self) -> None:
        """Begin anew: what was tried has gone well for a while."""
        self._doubled = 0


class Allowance:
    """At most `most` in any `seconds`.

    >>> allowance = Allowance(2, 1.0)
    >>> allowance.use(0.0), allowance.use(0.1), allowance.delay(0.2)
    (None, None, 0.8)
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._used: deque[float] = deque()

    def delay(self, now: float) -> float:
        """Return how long to wait until one more is allowed."""
        while self._used and now - self._used[0] >= self._seconds:
            self._used.popleft()
        return 0.0 if len(self._used) < self._most else self._used[0] + self._seconds - now

    def use(self, now: float) -> None:
        """Count one."""
        self._used.append(now)
