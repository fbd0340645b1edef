"""Measures whole commands, each run in a process of its own."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes there, KiB elsewhere


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one run of a command cost, children it waited for included."""

    wall_seconds: float
    cpu_seconds: float
    peak_rss_bytes: int


def measure_command(command: Sequence[str]) -> Measurement:
    """Run `command`, its output dropped, and return its cost.

    The peak memory of a child is at least that of the caller at the time of the call, as Linux
    carries it over an exec; so measure from a process that is small itself.
    Raises subprocess.CalledProcessError when the command fails.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        command, env=user_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall_seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)  # Popen need not wait any more
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return Measurement(wall_seconds, cpu_seconds, usage.ru_maxrss * _RSS_UNIT)


def user_environment() -> Mapping[str, str]:
    """Return the environment of this process less what no user's shell would have.

    Where Python may not keep its bytecode every start compiles all of our modules.
    """
    return {name: v for name, v in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def median_of(measurements: Sequence[Measurement]) -> Measurement:
    """Return the median of each figure, taken for itself."""
    return Measurement(
        statistics.median(one.wall_seconds for one in measurements),
        statistics.median(one.cpu_seconds for one in measurements),
        round(statistics.median(one.peak_rss_bytes for one in measurements)),
    )
