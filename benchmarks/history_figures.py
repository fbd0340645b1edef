"""Measure a history of the day, and a month made from it: size, commits, answers, exports."""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import measure_command, median_of, user_environment
from benchmarks.processor_bench import MEGABYTE
from benchmarks.results import Figure
from shared.job import CHECKPOINT_SECONDS
from shared.run_files.run_directory import RunDirectory

MONTH_DAYS = 31

OFTEN_SECONDS = 0.1
"""How often the runs whose commits are timed make one: a run of the day has a few otherwise."""


def size(run: RunDirectory, recording: Sequence[Path]) -> Figure:
    """Return how large the history of `run` is against what it was made from."""
    kept, recorded = run.history.stat().st_size, sum(path.stat().st_size for path in recording)
    note = f"{kept / 1e6:.1f} MB of {recorded / 1e6:,.0f} MB"
    return Figure("history against the recording, bytes", 100 * kept / recorded, "%", 4, note=note)


def commits(recording: Sequence[Path], repeats: int) -> Iterator[Figure]:
    """Yield how long commits take amid the work, waiting for the disk and for others included."""
    often = [took for _ in range(repeats) for took in commits_of(recording, OFTEN_SECONDS)]
    usual = [took for _ in range(repeats) for took in commits_of(recording, CHECKPOINT_SECONDS)]
    walls, cpus = zip(*often, strict=True)
    usual_walls, _ = zip(*usual, strict=True)
    many = f"{len(often)} commits, one every {OFTEN_SECONDS:g} s"
    note = f"{many}; median {statistics.median(walls):.1f} ms"
    yield Figure("a commit of history, p95", percentile_95(walls), "ms", 20, note=note)
    note = f"median {statistics.median(cpus):.1f} ms"
    yield Figure("of it, CPU of its thread, p95", percentile_95(cpus), "ms", note=note)
    note = f"{len(usual)} commits, hours of data in each; the longest {max(usual_walls):.0f} ms"
    name = f"a commit every {CHECKPOINT_SECONDS:g} s, median"
    yield Figure(name, statistics.median(usual_walls), "ms", note=note)


def commits_of(recording: Sequence[Path], checkpoint_seconds: float) -> list[tuple[float, float]]:
    """Return how many ms each commit of a run took, and of its thread's CPU."""
    with tempfile.TemporaryDirectory() as run_dir:
        return printed("history_commits", recording[0].parent, run_dir, checkpoint_seconds)


def answers(month: RunDirectory, repeats: int) -> Figure:
    """Return how long a program waits for the minutes of a month."""
    asked = [printed("history_ask", month.root, 2) for _ in range(repeats)]
    first, again = (statistics.median(column) for column in zip(*asked, strict=True))
    name = '`orderflow.open(run).bars("1m")` of a month'
    note = f"the first of a process; asked again {again:.0f} ms"
    return Figure(name, first, "ms", 100, note=note)


def exports(month: RunDirectory, trades: int, repeats: int) -> Figure:
    """Return how fast the `trades` of a month become a Parquet file."""
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "trades.parquet")
        options = ("trades", "--run-dir", str(month.root), "--out", out)
        command = [sys.executable, "-m", "orderflow.export", *options]
        took = median_of([measure_command(command) for _ in range(repeats)])
    peak_mb = took.peak_rss_bytes / MEGABYTE
    note = f"{trades:,} trades of a month, start-up included; peak RSS {peak_mb:.0f} MB"
    rate = trades / took.wall_seconds / 1e6
    return Figure("trades to Parquet", rate, "million/s", 1, is_at_least=True, note=note)


def percentile_95(values: Sequence[float]) -> float:
    """Return what 95 of 100 of `values`, two or more, are not above."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def module(name: str, *arguments: object) -> list[str]:
    """Return the command that runs a script of this folder."""
    return [sys.executable, "-m", f"benchmarks.{name}", *map(str, arguments)]


def printed(name: str, *arguments: object) -> Any:
    """Run a script of this folder and return what it prints, JSON."""
    command = module(name, *arguments)
    done = subprocess.run(
        command,
        env=user_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return json.loads(done.stdout)
