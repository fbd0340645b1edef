"""Measure the time chart in a hand and under trades, in a headless Chromium: `make bench-page`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.page_bench import Meter, open_page
from benchmarks.results import Figure, as_table, describe_machine, write_section
from tests.support.browser import chromium, find_chromium
from tests.support.hands import box_of
from tests.support.page_server import PageServer
from tests.support.run_files import RunFiles

REMARKS = """One tab at 1440 × 900, software drawing. Main thread: all that the tab's does, so an
update is the chart's share with read-outs and tags, without book and header. A trade changes the
newest bar; a bar moves all."""

COUNTS = (300, 1000)
UPDATES = 200
MOVES = 150
LIVE = """async ([updates, isNew]) => {
  const { store } = orderflow;
  const changed = (rows, share) => {
    const bar = [...rows.at(-1)];
    bar[0] += isNew ? store.job.windowMs : 0;
    bar[4] = Math.min(bar[2], bar[3]) + Math.abs(bar[2] - bar[3]) * share;
    return { first: rows[isNew ? 1 : 0][0], rows: [bar] };
  };
  for (let index = 0; index < updates; index += 1) {
    const share = 0.1 + (index % 8) / 10;
    const [ohlc, metrics, cvd] = [store.ohlc, store.metrics, store.cvd].map(
      (rows) => changed(rows, share));
    store.apply({ position: store.position, ohlc, metrics, cvd });
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  }
}"""
COUNT_FRAMES = """() => {
  window.frames_ = [];
  const count = (now) => {
    window.frames_.push(now);
    window.frame_ = requestAnimationFrame(count);
  };
  window.frame_ = requestAnimationFrame(count);
}"""
FRAMES = "() => { cancelAnimationFrame(window.frame_); return window.frames_; }"


def measure_updates(page: Page, meter: Meter, bars: int) -> list[Figure]:
    """Return the main thread's time for a trade and for a new bar."""
    figures = []
    for name, is_new, goal in (("a trade", False, 10), ("a new bar", True, 10)):
        page.evaluate(LIVE, [30, is_new])
        busy = meter.main_thread_seconds()
        page.evaluate(LIVE, [UPDATES, is_new])
        busy = meter.main_thread_seconds() - busy
        figures.append(Figure(f"{name}, {bars} bars in view", busy / UPDATES * 1000, "ms", goal))
    return figures


def measure_hand(page: Page, meter: Meter, bars: int) -> list[Figure]:
    """Return how many frames a second there are while a hand drags, turns the wheel, points."""
    box = box_of(page, "#charts-plot")
    x, y = box["x"] + 300, box["y"] + 150
    figures = []
    for name in ("drag", "wheel", "crosshair"):
        page.mouse.move(x, y)
        if name == "drag":
            page.mouse.down()
        busy = meter.main_thread_seconds()
        page.evaluate(COUNT_FRAMES)
        for step in range(MOVES):
            if name == "wheel":
                page.mouse.wheel(0, -40 if step // 10 % 2 == 0 else 40)
            else:
                page.mouse.move(x + step * 3, y)
        busy = meter.main_thread_seconds() - busy
        frames = page.evaluate(FRAMES)
        page.mouse.up()
        rate = (len(frames) - 1) / (frames[-1] - frames[0]) * 1000
        note = f"{busy / MOVES * 1000:.1f} ms of main thread a move"
        figures.append(Figure(f"{name}, {bars} bars in view", rate, "frames/s", 50, True, note))
    return figures


def measure(browser: Browser, server: PageServer, bars: int) -> list[Figure]:
    """Return all figures with so many bars in view."""
    page = open_page(browser, server, bars)
    meter = Meter(page, server)
    figures = measure_updates(page, meter, bars)
    page.reload()
    page.wait_for_function("() => window.orderflow?.charts.draws > 0")
    figures += measure_hand(page, meter, bars)
    page.context.close()
    return figures


def main() -> int:
    """Print the table and write it down; return 1 when a goal is missed."""
    path = find_chromium()
    if path is None:
        print("no Chromium found: nothing measured")
        return 1
    machine = describe_machine(("plotly", "playwright"))
    with tempfile.TemporaryDirectory() as folder, chromium(path) as browser:
        files = RunFiles(Path(folder))
        files.write_processor()
        files.add(1000)
        with PageServer(files.run.root) as server:
            figures = [figure for bars in COUNTS for figure in measure(browser, server, bars)]
        machine += f", Chromium {browser.version}"
    text = "\n\n".join(("## The time chart", f"{machine}.", REMARKS, as_table(figures)))
    print(text)
    write_section("page-motion", text)
    return int(not all(figure.is_met for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
