"""Measure how long a committed row takes until it is published, and what a follower costs.

A recorder writes what a market of that many messages a second does, with the product's own writer;
`orderflow-process --follow` runs beside it as a process of its own, as a user starts it.
"""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.results import Figure, as_table, describe_machine, write_section
from shared.recordings.writing.recording_writer import RecordingWriter
from shared.recordings.writing.rows import NewRow
from tests.support.followers import Follower, follower
from tests.support.live_recorder import INSTRUMENT, market

SECONDS = 60.0
IDLE_SECONDS = 20.0
QUIET, BUSY = 100, 10
"""Milliseconds from one book row to the next; about as many trades come."""

BEFORE_MS = 600_000
"""How much is recorded already when the follower begins: a thousand bars are shown later anyway."""

PAUSE_SECONDS = 0.002


@dataclass(slots=True)
class Seen:
    """When how many rows were committed, and when how many were published."""

    commits: list[tuple[float, int]] = field(default_factory=list)
    published: list[tuple[float, int]] = field(default_factory=list)

    def latencies_ms(self) -> list[float]:
        """Return for each commit how long its newest row took to be published."""
        waits, later = [], iter(self.published)
        at_s, rows = next(later)
        for committed_s, number in self.commits:
            while rows < number:
                at_s, rows = next(later)
            waits.append(1000 * max(at_s - committed_s, 0.0))
        return sorted(waits)


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of following one market."""

    latencies_ms: list[float]
    publishes_per_s: float
    cpu_share: float
    idle_share: float


def follow(step_ms: int) -> Followed:
    """Record a market in real time, with a follower beside it."""
    start_ms = time.time_ns() // 1_000_000 - BEFORE_MS
    rows = market(step_ms, start_ms, start_ms + BEFORE_MS + int(SECONDS * 1000), step_ms)
    before = sum(row.timestamp_ms < start_ms + BEFORE_MS for row in rows)
    with tempfile.TemporaryDirectory() as folder:
        data, run_dir, seen = Path(folder) / "data", Path(folder) / "run", Seen()

        def note(number: int) -> None:
            seen.commits.append((time.perf_counter(), number))

        with RecordingWriter(data, "a benchmark", on_commit=note) as writer:
            for row in rows[:before]:
                number = writer.put(INSTRUMENT, row)
            writer.wait_for(number, seconds=60)
            with follower(data, run_dir, "--from", "2020-01-01") as run:
                run.wait_until_done(before)
                seen.commits.clear()
                cpu_s, began_s = run.cpu_seconds(), time.perf_counter()
                for _ in paced(rows[before:], writer):
                    _note_published(run, seen)
                while not seen.published or seen.published[-1][1] < len(rows):
                    _note_published(run, seen)
                    time.sleep(PAUSE_SECONDS)
                took_s = time.perf_counter() - began_s
                share = (run.cpu_seconds() - cpu_s) / took_s
                cpu_s = run.cpu_seconds()
                time.sleep(IDLE_SECONDS)
                idle_share = (run.cpu_seconds() - cpu_s) / IDLE_SECONDS
    return Followed(seen.latencies_ms(), len(seen.published) / took_s, share, idle_share)


def paced(rows: list[NewRow], writer: RecordingWriter) -> Iterator[None]:
    """Put each row when its time has come, yielding all the while."""
    first_ms, began_s = rows[0].timestamp_ms, time.perf_counter()
    for row in rows:
        while time.perf_counter() - began_s < (row.timestamp_ms - first_ms) / 1000:
            yield
            time.sleep(PAUSE_SECONDS)
        writer.put(INSTRUMENT, row)


def _note_published(run: Follower, seen: Seen) -> None:
    """Note how many rows the follower says it has published: the status is what it writes last."""
    status = run.status
    if status is None:
        return
    rows = status.book_rows + status.trades
    if not seen.published or rows > seen.published[-1][1]:
        seen.published.append((time.perf_counter(), rows))


def figures() -> Iterator[Figure]:
    """Measure both markets."""
    for name, step_ms in (("10 book rows/s", QUIET), ("100 book rows/s", BUSY)):
        followed = follow(step_ms)
        ranked = followed.latencies_ms
        note = f"{len(ranked)} commits; the longest {ranked[-1]:.0f} ms"
        yield Figure(f"committed → published, median, {name}", ranked[len(ranked) // 2], "ms")
        p95 = ranked[int(0.95 * len(ranked))]
        yield Figure(f"committed → published, p95, {name}", p95, "ms", 300, note=note)
        yield Figure(f"publishes a second, {name}", followed.publishes_per_s, "", 6)
        yield Figure(f"CPU of the follower, {name}", 100 * followed.cpu_share, "% of a core")
        yield Figure(
            f"CPU of one that waits, {name} before",
            100 * followed.idle_share,
            "% of a core",
            2,
            note=f"{IDLE_SECONDS:g} s without a row",
        )


def main() -> None:
    """Measure, print and write RESULTS.md."""
    machine = describe_machine(("numba", "numpy", "msgspec", "orjson"))
    table = as_table(list(figures()))
    about = (
        f"A recorder commits each 0.2 s for {SECONDS:g} s, the follower publishes all files and"
        " keeps its full history and checkpoints meanwhile."
    )
    print(table)
    write_section("follow", f"## Follow\n\n{machine}.\n\n{about}\n\n{table}")


if __name__ == "__main__":
    main()
