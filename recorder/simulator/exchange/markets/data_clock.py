"""The time of the data: the wall clock's, or one that begins elsewhere and may run faster."""

import time
from collections.abc import Callable


class DataClock:
    """Tells data time; `is_real` says that it is the wall clock's and can only go on with it."""

    def __init__(
        self,
        start_ms: int | None = None,
        speed: float = 1.0,
        now_s: Callable[[], float] | None = None,
    ) -> None:
        self.is_real = start_ms is None and speed == 1.0
        self.speed = speed
        # The wall clock also counts while the machine sleeps.
        self._now_s = now_s or (time.time if self.is_real else time.monotonic)
        self._began_at_s = self._now_s()
        self._start_ms = time.time_ns() // 1_000_000 if start_ms is None else start_ms

    def now_ms(self) -> int:
        """Return now in the time of the data."""
        return self._start_ms + int((self._now_s() - self._began_at_s) * 1_000 * self.speed)

    def seconds_until(self, time_ms: int) -> float:
        """Return how long it takes until then, at least 0."""
        return max(0.0, (time_ms - self.now_ms()) / 1_000 / self.speed)

    def set_back(self, milliseconds: int) -> None:
        """Let data time be that much earlier: what makes the data cannot keep up."""
        self._start_ms -= milliseconds
