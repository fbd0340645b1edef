"""Measure how long a killed worker is away, the same way for every supervisor."""

import os
import signal
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

GIVE_UP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of many measurements."""

    median: float
    p99: float

    @classmethod
    def of(cls, seconds: list[float]) -> "Latency":
        """Sum up `seconds`; with fewer than a hundred the p99 is the slowest but one or so."""
        ranked = sorted(seconds)
        p99 = ranked[min(len(ranked) - 1, round(0.99 * len(ranked)) - 1)]
        return cls(statistics.median(ranked) * 1000, p99 * 1000)


def worker_command(starts: Path) -> list[str]:
    """Return a worker that notes its pid in `starts` and then sleeps; it starts in about 1 ms."""
    return ["/bin/sh", "-c", f"echo $$ >> '{starts}'; exec sleep 1000"]


def measure(starts: Path, kills: int, pause: Callable[[], None]) -> list[float]:
    """Kill the newest worker `kills` times; return the seconds until the next one runs each time.

    `pause` is called before each kill, to let the supervisor see its worker as started.
    """
    pid = _wait_for_start(starts, 0)
    took = []
    for count in range(1, kills + 1):
        pause()
        began = time.perf_counter()
        os.kill(pid, signal.SIGKILL)
        pid = _wait_for_start(starts, count)
        took.append(time.perf_counter() - began)
    return took


def _wait_for_start(starts: Path, count: int) -> int:
    ends_at = time.monotonic() + GIVE_UP_SECONDS
    while time.monotonic() < ends_at:
        pids = starts.read_text().split("\n")[:-1] if starts.exists() else []
        if len(pids) > count:
            return int(pids[count])
        time.sleep(0.0002)
    raise TimeoutError(f"start {count + 1} did not come within {GIVE_UP_SECONDS:g} s")
