"""Measure the page on a month of history: at the server, and in a hand: `make bench-page`."""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import orjson
import psutil
from playwright.sync_api import Browser, Page

from benchmarks.page_motion import COUNT_FRAMES, FRAMES
from benchmarks.recordings import make_recording
from benchmarks.results import Figure, as_table, describe_machine, write_section
from processor.job.job_run import JobRun
from shared.job import Job, TimeRange
from shared.run_files.run_directory import RunDirectory
from tests.support.browser import READY, chromium, find_chromium
from tests.support.hands import box_of
from tests.support.histories import publish_end_of, repeat_history
from tests.support.page_server import PageServer

REMARKS = """A day of the simulated market repeated thirty times, a minute a bar; one tab at
1440 × 900, software drawing. A switch is drawn when the bars asked for are on the canvas, and the
frame after it has come. A view is blank when it has no bar at all."""

DAY_MS, DAYS = 86_400_000, 30
SECONDS = (1, 5, 15, 30, 59, 60, 180, 300, 900, 1800, 3600, 7200, 14_400, 86_400)
BARS = 1000
ASKED = 20
SWITCH = """async (length) => {
  const { charts, bars } = orderflow;
  charts.setTimeframe(String(length));
  const started = performance.now();
  const ends = () => bars.windowMs === length && charts.view?.windowMs === length;
  while (!ends()) await new Promise((done) => requestAnimationFrame(done));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - started;
}"""
WATCH_BLANK = """() => {
  window.blank = [];
  let since = null;
  const look = (now) => {
    const { ohlc, metrics } = orderflow.charts.visibleBars();
    if (ohlc.length + metrics.length) {
      if (since !== null) window.blank.push(now - since);
      since = null;
    } else {
      since ??= now;
    }
    window.blankFrame = requestAnimationFrame(look);
  };
  window.blankFrame = requestAnimationFrame(look);
}"""
LONGEST_BLANK = """() => {
  cancelAnimationFrame(window.blankFrame);
  return Math.max(0, ...window.blank);
}"""


def make_month(day_run: Path, folder: Path) -> RunDirectory:
    """Return the run directory of a month made from the day's history in `day_run`."""
    run = RunDirectory(folder)
    run.create()
    repeat_history(RunDirectory(day_run).history, run.history, DAYS)
    publish_end_of(run)
    return run


def measure_server(server: PageServer, first_ms: int) -> list[Figure]:
    """Return how long bars of any window at any place take at the server."""
    rng = random.Random(14)
    took: list[float] = []
    slowest = (0.0, 0)
    for seconds in SECONDS:
        length = seconds * 1000
        of_window = []
        for _ in range(ASKED):
            room = max(DAYS * DAY_MS - BARS * length, 1)
            start = first_ms + rng.randrange(room) // length * length
            query = f"window_ms={length}&from_ms={start}&to_ms={start + BARS * length}&fields=drawn"
            began = time.perf_counter()
            answer = server.get(f"/_history/bars?{query}", {"Accept-Encoding": "gzip"})
            of_window.append((time.perf_counter() - began) * 1000)
            assert answer.status == 200, answer.body
        took += of_window
        slowest = max(slowest, (statistics.quantiles(of_window, n=20)[18], seconds))
    note = f"slowest window: {slowest[1]} s, {slowest[0]:.0f} ms"
    twentieths = statistics.quantiles(took, n=20)
    return [
        Figure("1000 bars of any window, p50", statistics.median(took), "ms"),
        Figure("1000 bars of any window, p95", twentieths[18], "ms", 50, note=note),
    ]


def measure_switches(page: Page) -> list[Figure]:
    """Return how long it takes from a choice of the timeframe until its bars are drawn."""
    rng = random.Random(3)
    [first, last] = page.evaluate(
        "() => { const { first, last } = orderflow.bars.times(); return [first, last]; }"
    )
    took = []
    for _ in range(60):
        length = rng.choice([each for each in SECONDS if each != 59]) * 1000
        middle = rng.uniform(first, last)
        page.evaluate("(range) => orderflow.charts.show(range)", [middle - 9e6, middle + 9e6])
        page.wait_for_timeout(60)
        took.append(page.evaluate(SWITCH, length))
    twentieths = statistics.quantiles(took, n=20)
    return [
        Figure("switch of timeframe, drawn, p50", statistics.median(took), "ms"),
        Figure("switch of timeframe, drawn, p95", twentieths[18], "ms", 250),
    ]


def measure_drags(page: Page) -> list[Figure]:
    """Return frames a second, and the longest blank view, of drags over the month."""
    figures = []
    for name, length, part in (
        ("the chart, 1 m", 60_000, "#charts-plot"),
        ("the chart, 1 s", 1000, "#charts-plot"),
        ("the overview, 1 m", 60_000, "#overview"),
    ):
        page.evaluate(SWITCH, length)
        page.keyboard.press("End")
        page.keyboard.press("2")
        page.wait_for_timeout(500)
        box = box_of(page, part)
        y = box["y"] + min(150, box["height"] / 2)
        page.evaluate(COUNT_FRAMES)
        page.evaluate(WATCH_BLANK)
        for _ in range(4):
            page.mouse.move(box["x"] + 60, y)
            page.mouse.down()
            for step in range(60):
                page.mouse.move(box["x"] + 60 + step * (box["width"] - 160) / 60, y)
            page.mouse.up()
        blank = page.evaluate(LONGEST_BLANK)
        frames = page.evaluate(FRAMES)
        rate = (len(frames) - 1) / (frames[-1] - frames[0]) * 1000
        figures += [
            Figure(f"drag {name}", rate, "frames/s", 50, is_at_least=True),
            Figure(f"drag {name}: longest blank view", blank, "ms", 150),
        ]
    return figures


def measure_page(browser: Browser, server: PageServer) -> list[Figure]:
    """Return all figures that a tab tells."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(server.url)
    page.wait_for_function(READY)
    page.wait_for_function("() => orderflow.history.summary !== null")
    figures = [*measure_switches(page), *measure_drags(page)]
    context.close()
    return figures


def measure(browser: Browser, run: RunDirectory) -> list[Figure]:
    """Return all figures of the month in `run`."""
    began = time.perf_counter()
    with PageServer(run.root) as server:
        summary = server.get("/_history").body
        first_answer = time.perf_counter() - began
        start: int = orjson.loads(summary)["from_ms"]
        figures = measure_page(browser, server)
        figures += measure_server(server, start)
        rss = psutil.Process(server.process.pid).memory_info().rss / 1e6
    return [
        *figures,
        Figure("started until its first answer", first_answer, "s", 1.5),
        Figure("page worker's memory after all of it", rss, "MB", 130),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table and write it down; return 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, help="folder of a day's file, not to make one")
    options = parser.parse_args(arguments)
    path = find_chromium()
    if path is None:
        print("no Chromium found: nothing measured")
        return 1
    machine = describe_machine(("playwright",))
    start_ms = 1_751_328_000_000
    with tempfile.TemporaryDirectory() as folder, chromium(path) as browser:
        day = RunDirectory(Path(folder) / "day")
        day.create()
        span = TimeRange(start_ms, start_ms + DAY_MS)
        data_dir = options.data_dir or make_recording(Path(folder), "24h")[0].parent
        JobRun(Job("BTC-USDT", span, data_dir, day.root, 60, 50)).run()
        figures = measure(browser, make_month(day.root, Path(folder) / "month"))
        machine += f", Chromium {browser.version}"
    heading = "## The page on a month of history"
    text = "\n\n".join((heading, f"{machine}.", REMARKS, as_table(figures)))
    print(text)
    write_section("page-history", text)
    return int(not all(figure.is_met for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
