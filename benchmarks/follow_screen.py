"""Measure how long a committed row takes until it is on the screen, at the default poll."""

import bisect
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.follow_bench import BEFORE_MS, QUIET, paced
from benchmarks.results import Figure, as_table, describe_machine, write_section
from shared.recordings.writing.recording_writer import RecordingWriter
from tests.support.browser import READY, chromium, find_chromium
from tests.support.followers import follower
from tests.support.live_recorder import INSTRUMENT, market
from tests.support.page_server import PageServer

SECONDS = 60.0
SEE_FRAMES = """() => {
  window.seen = [];
  const look = () => {
    const reached = orderflow.store.processor?.data_time_ms ?? 0;
    if (reached > (window.seen.at(-1)?.[1] ?? 0)) window.seen.push([Date.now(), reached]);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
"""Notes at each frame what time of the data the page has come to."""


def latencies_ms(path: str) -> list[float]:
    """Return for each commit how long its newest row took until the page showed it."""
    start_ms = time.time_ns() // 1_000_000 - BEFORE_MS
    rows = market(QUIET, start_ms, start_ms + BEFORE_MS + int(SECONDS * 1000), QUIET)
    before = sum(row.timestamp_ms < start_ms + BEFORE_MS for row in rows)
    commits: list[tuple[float, int]] = []
    with tempfile.TemporaryDirectory() as folder, chromium(path) as browser:
        data, run_dir = Path(folder) / "data", Path(folder) / "run"

        def note(number: int) -> None:
            commits.append((1000 * time.time(), rows[number - 1].timestamp_ms))

        with RecordingWriter(data, "a benchmark", on_commit=note) as writer:
            for row in rows[:before]:
                number = writer.put(INSTRUMENT, row)
            writer.wait_for(number, seconds=60)
            with (
                follower(data, run_dir, "--from", "2020-01-01") as run,
                PageServer(run_dir) as server,
            ):
                run.wait_until_done(before)
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                page.goto(server.url)
                page.wait_for_function(READY)
                page.evaluate(SEE_FRAMES)
                page.wait_for_function("() => window.seen.length > 0")
                commits.clear()
                for _ in paced(rows[before:], writer):
                    time.sleep(0)
                last_ms = rows[-1].timestamp_ms
                page.wait_for_function(f"() => window.seen.at(-1)[1] >= {last_ms}")
                seen: list[list[float]] = page.evaluate("() => window.seen")
    times = [reached for _, reached in seen]
    return sorted(
        max(0.0, seen[bisect.bisect_left(times, newest_ms)][0] - at_ms)
        for at_ms, newest_ms in commits
    )


def figures(path: str) -> Iterator[Figure]:
    """Measure it with the Chromium at `path`."""
    ranked = latencies_ms(path)
    note = f"{len(ranked)} commits; the longest {ranked[-1]:.0f} ms"
    yield Figure("committed → on the screen, median", ranked[len(ranked) // 2], "ms")
    p95 = ranked[int(0.95 * len(ranked))]
    yield Figure("committed → on the screen, p95", p95, "ms", 700, note=note)


def main() -> None:
    """Measure, print and write RESULTS.md; without a browser say so."""
    path = find_chromium()
    if path is None:
        print("skipped: no Chromium found")
        return
    table = as_table(list(figures(path)))
    about = "Ten book rows a second for 60 s, a page at 1440 × 900 that polls each 500 ms."
    print(table)
    machine = describe_machine(("dash", "orjson"))
    write_section("follow-screen", f"## On the screen\n\n{machine}.\n\n{about}\n\n{table}")


if __name__ == "__main__":
    main()
