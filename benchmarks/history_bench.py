"""Measure what the history costs a run and how fast it answers, against its goals.

The runs that are compared take turns, so that what else the machine does meets all of them.

Example:
  python -m benchmarks.history_bench --scratch-dir SCRATCH_DIR
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmarks.history_figures import MONTH_DAYS, answers, commits, exports, module, size
from benchmarks.measure import Measurement, measure_command, median_of
from benchmarks.processor_bench import (
    MEGABYTE,
    REPEATS,
    Runs,
    count_rows,
    make_moment,
    make_month,
    process_all,
    process_command,
    script,
)
from benchmarks.recordings import make_recording
from benchmarks.results import Figure, as_table, describe_machine, write_section
from shared.recordings.live_files import REST_SECONDS
from shared.run_files.run_directory import RunDirectory

PACKAGES = ("numba", "numpy", "pyarrow", "adbc-driver-sqlite")


def main() -> None:
    """Measure, print the table and write it down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--scratch-dir",
        type=Path,
        default=Path(tempfile.gettempdir()) / "orderflow-bench",
        help="folder for recordings, kept for the next run, and histories (default: %(default)s)",
    )
    parser.add_argument(
        "--repeats", type=int, default=REPEATS, help="runs of each command (default: %(default)s)"
    )
    options = parser.parse_args()
    text = measure(options.scratch_dir, options.repeats)
    print(text)
    write_section("history", text)


def measure(scratch: Path, repeats: int) -> str:
    """Return the section for `RESULTS.md`."""
    machine = describe_machine(PACKAGES)
    day, hour = make_recording(scratch, "24h"), make_recording(scratch, "1h")
    moment = [make_moment(scratch / "moment", hour[0])]
    month = make_month(scratch / "month", hour[0])
    wait_for_rest((*day, *moment, *month))
    process_all(moment)  # compiles for the first time, if that has not been done
    runs = take_turns(day, month, repeats)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        of_day, of_month = (RunDirectory(Path(folder) / name) for name in ("day", "month"))
        tell("a history of the day, and a month made from it")
        measure_command([*process_command(day, of_day.root), "--history", "full"])
        measure_command(module("history_month", of_day.root, of_month.root, MONTH_DAYS))
        tell("commits, answers, exports")
        figures = [
            *costs(runs),
            size(of_day, day),
            *commits(day, repeats),
            answers(of_month, repeats),
            exports(of_month, MONTH_DAYS * count_rows(day).trades, repeats),
        ]
    parts = ["## History", f"{machine}.", REMARKS.format(repeats, MONTH_DAYS), as_table(figures)]
    return "\n\n".join([*parts, about_costs(runs), "### What each command took", table(runs)])


def take_turns(day: Sequence[Path], month: Sequence[Path], repeats: int) -> Runs:
    """Return the medians of the runs that are compared."""
    commands: dict[str, Callable[[], Measurement]] = {
        "day, full": partial(process_all, day, ORDERFLOW_HISTORY="full"),
        "day, off": partial(process_all, day, ORDERFLOW_HISTORY="off"),
        "day, bars": partial(process_all, day, ORDERFLOW_HISTORY="bars"),
        "day, bare scan": partial(script, "bare_scan", day),
        "month, full": partial(process_all, month, ORDERFLOW_HISTORY="full"),
    }
    taken: dict[str, list[Measurement]] = {name: [] for name in commands}
    for turn in range(repeats):
        for name, command in commands.items():
            tell(f"turn {turn + 1}: {name}")
            taken[name].append(command())
    return {name: median_of(measurements) for name, measurements in taken.items()}


def costs(runs: Runs) -> Iterator[Figure]:
    """Yield what the history costs a run."""
    full, off = runs["day, full"], runs["day, off"]
    yield Figure("day, full against off, CPU", full.cpu_seconds / off.cpu_seconds, "×", 1.2)
    against_scan = full.wall_seconds / runs["day, bare scan"].wall_seconds
    yield Figure("day, full against the bare scan, wall", against_scan, "×", 1.35, note="aim 1.15")
    peak_mb = {name: run.peak_rss_bytes / MEGABYTE for name, run in runs.items()}
    yield Figure("peak RSS, day", peak_mb["day, full"], "MB", 256)
    note = "30 day files of an hour each"
    yield Figure("peak RSS, month", peak_mb["month, full"], "MB", 256, note=note)


REMARKS = """\
Medians of {} runs of whole commands, from process start to exit, taking turns. The month that is
asked and exported is the history of the day, written {} times, each in its day."""


def about_costs(runs: Runs) -> str:
    """Return what the ratio of the CPU is made of."""
    full, bars, off = (runs[f"day, {name}"].cpu_seconds for name in ("full", "bars", "off"))
    return ABOUT_COSTS.format(full - off, bars - off, off, 0.2 * off)


ABOUT_COSTS = """\
The full history takes {:.2f} s of CPU, of which bars alone take {:.2f} s. It is held against what
the run takes without: {:.2f} s, of which a fifth, the goal, is {:.2f} s. The goal is from a time at
which the book's kernels took nearly twice as long: whatever makes the rest of a run faster makes
this ratio worse. It stays where it is."""


def table(runs: Runs) -> str:
    """Return a table of what each command took."""
    lines = ["| command | wall s | CPU s | peak MB |", "|---|---|---|---|"]
    for name, run in runs.items():
        peak_mb = run.peak_rss_bytes / MEGABYTE
        lines.append(f"| {name} | {run.wall_seconds:.2f} | {run.cpu_seconds:.2f} | {peak_mb:.0f} |")
    return "\n".join(lines)


def wait_for_rest(files: Sequence[Path]) -> None:
    """Wait until no file is so new that it would be copied before it is read."""
    rests_at = max(path.stat().st_mtime for path in files) + REST_SECONDS
    time.sleep(max(0.0, rests_at - time.time()))


def tell(what: str) -> None:
    """Say what is measured now."""
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
