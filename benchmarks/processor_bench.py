"""Measure the processor against its goals, as whole commands and as ratios in one run.

The runs that are compared take turns, so that what else the machine does meets all of them.
Start-up is measured on a recording of a few rows and taken off where the cost of a row is meant.

Example:
  python -m benchmarks.processor_bench --scratch-dir SCRATCH_DIR
"""

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.measure import Measurement, measure_command, median_of, user_environment
from benchmarks.recordings import TRADES, make_recording
from benchmarks.results import Figure, as_table, describe_machine, write_section
from shared.clock import MS_PER_DAY
from shared.recordings.day_files import parse_day_file

REPEATS = 5
MONTH_DAYS = 30
POLL_SECONDS = 0.002
INSTRUMENT = "BTC-USDT"
FIRST_DAY = "2025-07-01"
PACKAGES = ("numba", "numpy", "adbc-driver-sqlite", "nanoarrow")
MEGABYTE = 2**20

Runs = dict[str, Measurement]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rows a recording holds."""

    book_rows: int
    trades: int

    @property
    def rows(self) -> int:
        """Rows of both tables."""
        return self.book_rows + self.trades


def main() -> None:
    """Measure, print the tables and write them down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--scratch-dir",
        type=Path,
        default=Path(tempfile.gettempdir()) / "orderflow-bench",
        help="folder for recordings and peers, kept for the next run (default: %(default)s)",
    )
    parser.add_argument(
        "--repeats", type=int, default=REPEATS, help="runs of each command (default: %(default)s)"
    )
    parser.add_argument(
        "--straight-repeats",
        type=int,
        help="runs of the straight pipeline, a minute or more each (default: as --repeats)",
    )
    options = parser.parse_args()
    report = Report(options.scratch_dir, options.repeats, options.straight_repeats)
    text = report.measure()
    print(text)
    write_section("processor", text)


class Report:
    """Measures everything and puts it into words."""

    def __init__(self, scratch_dir: Path, repeats: int, straight_repeats: int | None) -> None:
        self._scratch = scratch_dir
        self._repeats = repeats
        self._straight_repeats = straight_repeats or repeats

    def measure(self) -> str:
        """Return the section for `RESULTS.md`."""
        machine = describe_machine(PACKAGES)
        names = ("1h", "6h", "24h", "1h-literal", "1h-numbers", "trades-only")
        paths = {name: make_recording(self._scratch, name) for name in names}
        paths["moment"] = [make_moment(self._scratch / "moment", paths["1h"][0])]
        paths["month"] = make_month(self._scratch / "month", paths["1h"][0])
        sizes = {name: count_rows(files) for name, files in paths.items()}
        process_all(paths["moment"])  # compiles for the first time, if that has not been done
        runs = self._take_turns(paths)
        first_bars = {
            name: self._median_first_bars(paths["24h"], is_cold=name == "cold")
            for name in ("cold", "warm")
        }
        figures = goals(runs, sizes, first_bars)
        parts = [
            "## Processor",
            machine + ".",
            MEDIANS.format(self._repeats, self._straight_repeats),
            as_table(figures),
            REMARKS,
            "### What each command took",
            costs(runs, sizes),
            "### The book alone, beside those of other projects",
            peers(self._scratch, self._repeats),
        ]
        return "\n\n".join(parts)

    def _take_turns(self, paths: Mapping[str, list[Path]]) -> Runs:
        commands: dict[str, Callable[[], Measurement]] = {
            **{name: partial(process_all, files) for name, files in paths.items()},
            "scan 24h": partial(script, "bare_scan", paths["24h"]),
            "straight 24h": partial(script, "straight_pipeline", paths["24h"]),
            "straight by levels 24h": partial(
                script, "straight_pipeline", paths["24h"], "--sort-levels"
            ),
        }
        turns = {"straight 24h": self._straight_repeats, "straight by levels 24h": 1}
        taken: dict[str, list[Measurement]] = {name: [] for name in commands}
        for turn in range(self._repeats):
            process_all(paths["moment"])  # a minute of other work has cooled all that a start needs
            for name, command in commands.items():
                if turn >= turns.get(name, self._repeats):
                    continue
                print(f"turn {turn + 1}: {name}", file=sys.stderr, flush=True)
                taken[name].append(command())
        return {name: median_of(measurements) for name, measurements in taken.items()}

    def _median_first_bars(self, files: Sequence[Path], *, is_cold: bool) -> float:
        with tempfile.TemporaryDirectory() as cache:
            if not is_cold:
                process_all(files[:1], NUMBA_CACHE_DIR=cache)
            taken = []
            for _ in range(self._repeats):
                taken.append(seconds_to_first_bars(files, cache))
                if is_cold:
                    shutil.rmtree(cache)
                    Path(cache).mkdir()
        return statistics.median(taken)


def goals(runs: Runs, sizes: Mapping[str, Sizes], first_bars: Mapping[str, float]) -> list[Figure]:
    """Return the lines of the table of goals."""

    def wall(name: str) -> float:
        return runs[name].wall_seconds

    def work(name: str) -> float:
        return wall(name) - wall("moment")

    def per_row(name: str) -> float:
        return work(name) / sizes[name].rows

    peak = {name: runs[name].peak_rss_bytes / MEGABYTE for name in ("24h", "month")}
    return [
        Figure(
            "day, against the straight pipeline",
            wall("straight 24h") / wall("24h"),
            "× faster",
            40,
            is_at_least=True,
        ),
        Figure(
            "day, against the same that sorts prices and sizes",
            wall("straight by levels 24h") / wall("24h"),
            "× faster",
            40,
            is_at_least=True,
            note="1 run",
        ),
        Figure(
            "day, against the bare scan", wall("24h") / wall("scan 24h"), "×", 2.5, note="aim 1.5"
        ),
        Figure("cost of a row, day against 1 hour", per_row("24h") / per_row("1h"), "×", 1.15),
        Figure("cost of a row, day against 6 hours", per_row("24h") / per_row("6h"), "×"),
        Figure("peak RSS, day", peak["24h"], "MB", 256),
        Figure("peak RSS, month", peak["month"], "MB", 256, note="30 day files of an hour each"),
        Figure("peak RSS, month against day", peak["month"] / peak["24h"], "×"),
        Figure("first bars on disk, cold compile cache", first_bars["cold"], "s", 2),
        Figure("first bars on disk, warm", first_bars["warm"], "s"),
        Figure("Python literals against JSON strings", work("1h-literal") / work("1h"), "×", 1.3),
        Figure("numbers against JSON strings", work("1h-numbers") / work("1h"), "×", 1.3),
        Figure(
            "trades only",
            TRADES / wall("trades-only") / 1e6,
            "million/s",
            2,
            is_at_least=True,
            note="start-up included",
        ),
    ]


MEDIANS = """\
Medians of {} runs of whole commands, from process start to exit, taking turns; of the straight
pipeline {}."""

REMARKS = """\
The straight pipeline is the same job with the same outputs by sqlite3, json, two dicts and a sort
at every row. It is held against the goal twice, for the sort makes a difference: sorting the prices
and looking up the sizes of the best alone is the better baseline; sorting prices and sizes together
takes about as long as the pipeline from which the goal of 40 was taken (245 s for the day, on two
cores). The bare scan fetches every row with `fetchmany` and drops it. Cost of a row, literals and
numbers are of the work alone, start-up taken off, for it would flatter the short runs' ratios."""


def costs(runs: Runs, sizes: Mapping[str, Sizes]) -> str:
    """Return a table of what was measured."""
    lines = [
        "| command | wall s | CPU s | peak MB | million rows/s |",
        "|---|---|---|---|---|",
    ]
    for name, run in runs.items():
        rows = sizes[name.rpartition(" ")[2]].rows
        lines.append(
            f"| {name} | {run.wall_seconds:.2f} | {run.cpu_seconds:.2f}"
            f" | {run.peak_rss_bytes / MEGABYTE:.0f} | {rows / run.wall_seconds / 1e6:.2f} |"
        )
    return "\n".join(lines)


OURS = """\
- orderflow: applies levels that come as arrays in memory, as hftbacktest's do, and takes OBI, TOT
  and their bars over 50 levels a side after each row. Its reading and parsing are not in this
  figure; the whole run above has them."""


def peers(scratch_dir: Path, repeats: int) -> str:
    """Return our book and the peers' side by side, on the changed levels of the hour."""
    # numpy comes late: a child's peak memory is at least its parent's
    from benchmarks.peers_book import PEERS, PeerUnavailableError, measure_peer, read_events

    events = read_events(make_recording(scratch_dir, "1h"))
    lines = [
        f"{len(events):,} changed levels in {events['row'][-1] + 1:,} rows.",
        "",
        "| book | what is counted | million levels/s |",
        "|---|---|---|",
    ]
    remarks = [OURS]
    measured = []
    for peer in PEERS:
        try:
            result = measure_peer(peer, events, scratch_dir, repeats)
        except PeerUnavailableError as error:
            remarks.append(f"- not measured: {error}")
            continue
        measured.append((f"{peer.requirement} {result.version}", result.events_per_second))
        remarks.append(
            f"- {peer.requirement}: {peer.does}. Not measured, for it does not: {peer.does_not}."
        )
    command = [sys.executable, "-m", "benchmarks.engine_book", str(scratch_dir / "events.npy")]
    done = subprocess.run([*command, str(repeats)], capture_output=True, text=True, check=True)
    measured.insert(0, ("orderflow", json.loads(done.stdout)["events_per_second"]))
    for book, rates in measured:
        lines += [f"| {book} | {what} | {rate / 1e6:.2f} |" for what, rate in rates.items()]
    return "\n".join([*lines, "", *remarks])


def process_all(files: Sequence[Path], **environment: str) -> Measurement:
    """Run the processor on day files of one folder to its end."""
    with tempfile.TemporaryDirectory() as run_dir, set_environment(environment):
        return measure_command(process_command(files, Path(run_dir)))


def process_command(files: Sequence[Path], run_dir: Path) -> list[str]:
    """Return the command that processes July's days among `files`."""
    return [
        *(sys.executable, "-m", "processor.main", "--instrument", INSTRUMENT),
        *("--from", FIRST_DAY, "--to", "2025-07-02" if len(files) == 1 else "2025-07-31"),
        *("--data-dir", str(files[0].parent), "--run-dir", str(run_dir)),
    ]


def script(name: str, files: Sequence[Path], *options: str) -> Measurement:
    """Run a script of this folder on `files`."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *options, *map(str, files)]
    return measure_command(command)


def seconds_to_first_bars(files: Sequence[Path], cache_dir: str) -> float:
    """Return how long after its start the processor has bars on disk."""
    with tempfile.TemporaryDirectory() as run_dir:
        bars = Path(run_dir) / "data" / "ohlc_data.json"
        started = time.perf_counter()
        process = subprocess.Popen(
            process_command(files, Path(run_dir)),
            env={**user_environment(), "NUMBA_CACHE_DIR": cache_dir},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            while not (bars.exists() and bars.stat().st_size > len("[]")):
                if process.poll() is not None:
                    raise subprocess.SubprocessError("expected bars, the processor ended")
                time.sleep(POLL_SECONDS)
            return time.perf_counter() - started
        finally:
            process.kill()
            process.wait()


def make_moment(folder: Path, hour: Path) -> Path:
    """Return a recording of the first rows of `hour`: running it is start-up and little else."""
    path = folder / hour.name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with copied(hour, path) as connection:
            connection.execute("DELETE FROM book WHERE id > 3")
            connection.execute("DELETE FROM trades WHERE id > 3")
    return path


def make_month(folder: Path, hour: Path) -> list[Path]:
    """Return 30 day files, each a copy of `hour` moved to its own day."""
    first = parse_day_file(hour)
    assert first is not None
    for number in range(MONTH_DAYS):
        path = folder / f"{INSTRUMENT}-25-07-{number + 1:02}.db"
        if path.exists() and path.stat().st_mtime >= hour.stat().st_mtime:
            continue
        folder.mkdir(parents=True, exist_ok=True)
        with copied(hour, path) as connection:
            for table in ("book", "trades"):
                connection.execute(
                    f"UPDATE {table} SET timestamp ="
                    f" CAST(CAST(timestamp AS INTEGER) + {number * MS_PER_DAY} AS TEXT)"
                )
    return sorted(folder.glob("*.db"))


@contextmanager
def copied(source: Path, target: Path) -> Iterator[sqlite3.Connection]:
    """Give a copy of a recording to change; it gets its name when it is done."""
    unfinished = target.with_suffix(".unfinished")
    shutil.copyfile(source, unfinished)
    connection = sqlite3.connect(unfinished, isolation_level=None)
    try:
        connection.execute("BEGIN")
        yield connection
        connection.execute("COMMIT")
    finally:
        connection.close()
    unfinished.replace(target)


def count_rows(files: Sequence[Path]) -> Sizes:
    """Return how many rows `files` hold."""
    counts = [0, 0]
    for path in files:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            for index, table in enumerate(("book", "trades")):
                (last,) = connection.execute(f"SELECT max(id) FROM {table}").fetchone()
                counts[index] += last or 0
        finally:
            connection.close()
    return Sizes(*counts)


@contextmanager
def set_environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set `variables` while the context lasts."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


if __name__ == "__main__":
    main()
