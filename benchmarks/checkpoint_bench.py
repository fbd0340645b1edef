"""Measure what checkpoints cost, and how long a killed processor is away.

Example:
  python -m benchmarks.checkpoint_bench --scratch-dir /tmp/bench
"""

import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.recordings import make_recording
from benchmarks.results import Figure, as_table, describe_machine, write_section
from processor.job.checkpoint import CheckpointStore, decode
from processor.job.job_run import CHECKPOINT_SECONDS
from shared.run_files.atomic_file import replace_file
from shared.run_files.processor_status import ProcessorStatus, read_processor_status
from shared.run_files.run_directory import RunDirectory

RECORDING = "24h"
RUNS = 3
KILLS = 5
SAVES = 100
OFTEN_SECONDS = 0.5
"""How often the runs measured take a checkpoint: the day may be over before the usual five."""
POLL_SECONDS = 0.002
GIVE_UP_SECONDS = 120.0
NEAR_THE_END = 0.9
JOB = ("--instrument", "BTC-USDT", "--from", "2025-07-01", "--to", "2025-07-02")
COST = re.compile(r"(\d+) checkpoints in ([\d.]+) s, the newest of ([\d,]+) bytes")


def main() -> None:
    """Measure, print the table and write it down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--scratch-dir",
        type=Path,
        default=Path(tempfile.gettempdir()) / "orderflow-bench",
        help="Where the recording lies, or is made.  [default: %(default)s]",
    )
    data_dir = make_recording(parser.parse_args().scratch_dir, RECORDING)[0].parent
    machine = describe_machine(("orjson",))
    figures = [*whole_runs(data_dir), *deaths(data_dir), *late_resume(data_dir)]
    text = f"## Checkpoints\n\n{machine}; the {RECORDING} recording\n\n{as_table(figures)}"
    print(text)
    write_section("checkpoints", text)


def whole_runs(data_dir: Path) -> Iterator[Figure]:
    """Yield the share of checkpoints in whole runs, their size, and the cost of durability."""
    each, size = [], 0
    with run_directory() as run:
        for _ in range(RUNS):
            often = ("--fresh", "--checkpoint-seconds", str(OFTEN_SECONDS))
            done = subprocess.run(
                [*command("processor.main", data_dir, run), *often],
                capture_output=True,
                text=True,
                check=True,
            )
            found = COST.search(done.stderr)
            assert found is not None, done.stderr
            each.append(float(found[2]) / int(found[1]))
            size = int(found[3].replace(",", ""))
        cost_s = statistics.median(each)
        note = f"{1000 * cost_s:.1f} ms each, at work, where one is taken every {OFTEN_SECONDS} s"
        share = 100 * cost_s / CHECKPOINT_SECONDS
        yield Figure(f"share of a run, every {CHECKPOINT_SECONDS:g} s", share, "%", 2, note=note)
        yield Figure("size of a checkpoint", size / 1000, "kB", note="at the end of the day")
        yield from saves(run)


def saves(run: RunDirectory) -> Iterator[Figure]:
    """Yield what one checkpoint costs, and how much of it is waiting for the disk."""
    content = run.checkpoint.read_bytes()
    store, checkpoint = CheckpointStore(run), decode(run.checkpoint, content)
    whole = median_ms(lambda: store.save(checkpoint))
    durable = median_ms(lambda: replace_file(run.checkpoint, content, is_durable=True))
    plain = median_ms(lambda: replace_file(run.checkpoint, content))
    yield Figure("one checkpoint", whole, "ms", note=f"median of {SAVES}, its text made anew")
    yield Figure("of it, both fsyncs", durable - plain, "ms", note="against the same without")


def deaths(data_dir: Path) -> Iterator[Figure]:
    """Yield how long it takes from SIGKILL to data, restarted by the supervisor."""
    restored, new = [], []
    for _ in range(KILLS):
        with run_directory() as run, process("supervisor.main", data_dir, run, "--port", "0"):
            wait_for(run, lambda status: status.share_done > 0.1 and run.checkpoint.exists())
            before = read_processor_status(run.processor_status)
            os.kill(before.pid, signal.SIGKILL)
            killed_s = time.perf_counter()
            first = wait_for(run, lambda status, pid=before.pid: status.pid != pid)
            restored.append(time.perf_counter() - killed_s)
            wait_for(run, is_ahead_of(first))
            new.append(time.perf_counter() - killed_s)
    note = f"median of {KILLS}, the supervisor's delay of 0.5 s ± 20 % included"
    yield Figure("SIGKILL to the restored state published", statistics.median(restored), "s")
    yield Figure("SIGKILL to the first new data", statistics.median(new), "s", note=note)


def late_resume(data_dir: Path) -> Iterator[Figure]:
    """Yield how long a start near the end of the day takes to its first new data."""
    took = []
    for _ in range(KILLS):
        with run_directory() as run:
            with process("processor.main", data_dir, run):
                stopped = wait_for(run, lambda status: status.share_done > NEAR_THE_END)
            started_s = time.perf_counter()
            with process("processor.main", data_dir, run):
                first = wait_for(run, lambda status, pid=stopped.pid: status.pid != pid)
                wait_for(run, is_ahead_of(first))
                took.append(time.perf_counter() - started_s)
    note = f"median of {KILLS}, after {NEAR_THE_END:.0%} of the day"
    yield Figure("start to the first new data", statistics.median(took), "s", note=note)


def median_ms(do: Callable[[], object]) -> float:
    """Return the median time of `do`."""
    took = []
    for _ in range(SAVES):
        started_s = time.perf_counter()
        do()
        took.append(1000 * (time.perf_counter() - started_s))
    return statistics.median(took)


def command(module: str, data_dir: Path, run: RunDirectory) -> list[str]:
    """Return the command line of a job on the recording."""
    folders = ("--data-dir", str(data_dir), "--run-dir", str(run.root))
    return [sys.executable, "-m", module, *JOB, *folders]


@contextmanager
def run_directory() -> Iterator[RunDirectory]:
    """Give a run directory for the time of the context."""
    with tempfile.TemporaryDirectory() as folder:
        yield RunDirectory(Path(folder) / "run")


@contextmanager
def process(module: str, data_dir: Path, run: RunDirectory, *more: str) -> Iterator[None]:
    """Run a command while the context lasts, then stop it and wait for its end."""
    running = subprocess.Popen(
        [*command(module, data_dir, run), *more],
        env={**os.environ, "ORDERFLOW_CHECKPOINT_SECONDS": str(OFTEN_SECONDS)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        running.terminate()
        running.wait()


def wait_for(run: RunDirectory, is_so: Callable[[ProcessorStatus], bool]) -> ProcessorStatus:
    """Return the first published status of which `is_so` holds."""
    ends_at = time.monotonic() + GIVE_UP_SECONDS
    while time.monotonic() < ends_at:
        if run.processor_status.exists():
            status = read_processor_status(run.processor_status)
            if is_so(status):
                return status
        time.sleep(POLL_SECONDS)
    raise TimeoutError(f"did not come within {GIVE_UP_SECONDS:g} s")


def is_ahead_of(first: ProcessorStatus) -> Callable[[ProcessorStatus], bool]:
    """Return what says whether a status of the same process has more rows than `first`."""
    return lambda status: (
        status.pid == first.pid
        and status.book_rows + status.trades > first.book_rows + first.trades
    )


if __name__ == "__main__":
    main()
