"""Print kill-to-restart latency, idle cost, and the way from a file change to the status log.

Run it as `python -m benchmarks.supervisor_bench`.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.kill_to_restart import Latency, measure, worker_command
from shared.run_files.atomic_file import write_json
from tests.supervisor.harness import Run, wait_until

KILLS = 50
CHANGES = 50
IDLE_SECONDS = 30.0
AT_ONCE = {
    "backoff_first_s": 0.0,
    "max_failures_in_a_row": 1_000_000,
    "max_failures_per_hour": 1_000_000,
}


@contextmanager
def supervised(**plan: object) -> Iterator[Run]:
    """Run the supervisor in a folder of its own while the context lasts."""
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder) / "run")
        try:
            yield run.start(**plan)
        finally:
            run.clean_up()


def kill_to_restart() -> Latency:
    """Return how long a killed worker is away when no delay is due."""
    with tempfile.TemporaryDirectory() as folder:
        starts = Path(folder) / "starts"
        with supervised(processor_command=worker_command(starts), policy=AT_ONCE):
            return Latency.of(measure(starts, KILLS, lambda: time.sleep(0.05)))


def idle_cost() -> tuple[float, float]:
    """Return the share of one CPU in percent, and the resident megabytes, with idle workers."""
    with supervised() as run:
        run.wait_ready()
        process = psutil.Process(run.pid)
        began, before = time.monotonic(), sum(process.cpu_times()[:2])
        time.sleep(IDLE_SECONDS)
        used = sum(process.cpu_times()[:2]) - before
        return 100 * used / (time.monotonic() - began), process.memory_info().rss / 1e6


def change_to_log() -> Latency:
    """Return the time from the replacement of a published file to its line in the status log."""
    with supervised() as run:
        run.wait_ready()
        log = run.run_dir.events
        took = []
        for number in range(1, CHANGES + 1):
            time.sleep(0.05)
            size = log.stat().st_size
            began = time.perf_counter()
            write_json(run.run_dir.ohlc, [[number, 1, 1, 1, 1, 1]])
            while log.stat().st_size == size:
                time.sleep(0.0002)
            took.append(time.perf_counter() - began)
        wait_until("all changes are told", lambda: len(run.events("file_changed")) == CHANGES)
        return Latency.of(took)


def main() -> None:
    """Measure and print."""
    restart = kill_to_restart()
    print(
        f"kill to restart   median {restart.median:6.1f} ms   p99 {restart.p99:6.1f} ms"
        f"   of {KILLS}"
    )
    cpu, rss = idle_cost()
    print(f"idle              {cpu:.2f} % CPU, {rss:.1f} MB RSS   over {IDLE_SECONDS:g} s")
    change = change_to_log()
    print(
        f"file change to log  median {change.median:4.1f} ms   p99 {change.p99:6.1f} ms"
        f"   of {CHANGES}"
    )


if __name__ == "__main__":
    main()
