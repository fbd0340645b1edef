"""How long it takes from a message to its row on disk: a sample of them, measured as they go."""

import time
from collections import deque
from collections.abc import Callable

_SAMPLES = 512
_BETWEEN_SECONDS = 0.02


class Lag:
    """Told of rows handed over, in the event loop, and of rows committed, in the writer's thread.

    >>> seconds = iter((1.0, 1.125))
    >>> lag = Lag(lambda: next(seconds))
    >>> lag.handed_over(1)
    >>> lag.committed(1)
    >>> lag.p95_ms
    125.0
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._under_way: deque[tuple[int, float]] = deque(maxlen=_SAMPLES)
        self._seconds: deque[float] = deque(maxlen=_SAMPLES)
        self._next_at = 0.0

    def handed_over(self, number: int) -> None:
        """Take the number of a row that was handed over just now."""
        now = self._monotonic()
        if now >= self._next_at:
            self._next_at = now + _BETWEEN_SECONDS
            self._under_way.append((number, now))

    def committed(self, number: int) -> None:
        """Take the number up to which all rows are committed."""
        now = self._monotonic()
        while self._under_way and self._under_way[0][0] <= number:
            self._seconds.append(now - self._under_way.popleft()[1])

    @property
    def p95_ms(self) -> float | None:
        """How long 95 of 100 took at most, of the newest few hundred; None before there are any."""
        ordered = sorted(self._seconds.copy())
        return round(1000 * ordered[int(0.95 * (len(ordered) - 1))], 1) if ordered else None
