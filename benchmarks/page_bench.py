"""Measure the page in a headless Chromium, each figure against its goal: `make bench-page`."""

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
from playwright.sync_api import Browser, CDPSession, Page

from benchmarks.results import Figure, as_table, describe_machine, write_section
from tests.support.browser import READY, chromium, find_chromium
from tests.support.page_server import PageServer
from tests.support.run_files import RunFiles, running

REMARKS = """One tab at 1440 × 900, unless said otherwise, with 1000 bars in the files, polled
every 250 ms and, while unchanged, every 500 ms; an update every 0.5 s. The naive page is the same
charts as Dash pages are usually written, whole figures from the server at every tick: it says what
the machine was worth at the time."""

POLL_MS = 250
UPDATE_SECONDS = 0.5
WARM_UP = 500
DRAWN = """() => {
  const { store } = orderflow;
  const plot = document.getElementById("charts-plot");
  let { scene } = plot;
  window.drawn = [];
  Object.defineProperty(plot, "scene", { get: () => scene, set: (next) => {
    scene = next;
    const newest = store.ohlc.at(-1)[0];
    requestAnimationFrame(() => setTimeout(() => window.drawn.push([newest, Date.now()])));
  } });
}"""

COUNT_DRAWINGS = """() => {
  window.drawings = 0;
  document.querySelector("#charts .js-plotly-plot")
    .on("plotly_afterplot", () => { window.drawings += 1; });
}"""


class Updates:
    """Publishes a new state every so often in a thread, as the processor does."""

    def __init__(self, files: RunFiles, seconds: float = UPDATE_SECONDS) -> None:
        self._files = files
        self._seconds = seconds
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.published: list[tuple[float, float]] = []

    def __enter__(self) -> "Updates":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_over.wait(self._seconds):
            self._files.grow()
            self._files.write_processor()
            self._files.publish()
            self.published.append((self._files.ohlc[-1][0], time.time() * 1000))


class Meter:
    """Reads what a tab, its browser and the page server have used up."""

    def __init__(self, page: Page, server: PageServer) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("Performance.enable")
        self._server = psutil.Process(server.process.pid)

    def main_thread_seconds(self) -> float:
        """Return the time the tab's main thread has been busy."""
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return float(
            next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")
        )

    def server_seconds(self) -> float:
        """Return the CPU time of the page server."""
        times = self._server.cpu_times()
        return times.user + times.system

    def heap_bytes(self) -> float:
        """Return the tab's JavaScript heap after a collection."""
        self._session.send("HeapProfiler.collectGarbage")
        return float(self._session.send("Runtime.getHeapUsage")["usedSize"])


def measure_updates(
    browser: Browser, server: PageServer, files: RunFiles, bars: int
) -> list[Figure]:
    """Return the cost of an update with so many bars in view, and how soon it is drawn."""
    page = open_page(browser, server, bars)
    sizes: list[int] = []
    page.on("requestfinished", lambda request: note_size(request, sizes))
    meter = Meter(page, server)
    page.evaluate(DRAWN)
    draws = page.evaluate("() => orderflow.charts.draws")
    busy, cpu = meter.main_thread_seconds(), meter.server_seconds()
    with Updates(files) as updates:
        page.wait_for_timeout(20_000)
    page.wait_for_timeout(1000)
    count = page.evaluate("() => orderflow.charts.draws") - draws
    busy, cpu = meter.main_thread_seconds() - busy, meter.server_seconds() - cpu
    drawn = page.evaluate("() => window.drawn")
    delays = [
        next(drawn_at for newest, drawn_at in drawn if newest >= bar) - published_at
        for bar, published_at in updates.published
    ]
    page.context.close()
    goal = 120 if bars <= 300 else 250
    name = f"browser main thread per update, {bars} bars in view"
    figures = [Figure(name, busy / count * 1000, "ms", goal)]
    if bars == 300:
        twentieths = statistics.quantiles(delays, n=20)
        figures = [
            Figure("on the wire per update, headers included", statistics.median(sizes), "B", 3000),
            Figure("server CPU per update", cpu / count * 1000, "ms", 4),
            *figures,
            Figure("file replaced to drawn, p50", statistics.median(delays), "ms", 250),
            Figure("file replaced to drawn, p95", twentieths[18], "ms", 450),
        ]
    return figures


def measure_rest(browser: Browser, server: PageServer, files: RunFiles) -> list[Figure]:
    """Return what unchanged data costs, with and without a supervisor's status each second.

    The browser's share is that of all its processes.
    """
    figures = []
    for name, is_supervised in (("unchanged data", False), ("unchanged data, supervised", True)):
        page = open_page(browser, server, 300)
        page.wait_for_timeout(1500)
        server_seconds = measure_cpu([psutil.Process(server.process.pid)])
        browser_seconds = measure_cpu(browser_processes())
        started = time.monotonic()
        while time.monotonic() - started < 15:
            if is_supervised:
                files.write_supervisor(running())
            page.wait_for_timeout(1000)
        seconds = time.monotonic() - started
        figures.append(Figure(f"{name}: server CPU", server_seconds() / seconds * 100, "%", 1))
        figures.append(
            Figure(
                f"{name}: browser CPU, all its processes", browser_seconds() / seconds * 100, "%", 5
            )
        )
        page.context.close()
    files.run.supervisor_status.unlink()
    return figures


def measure_tabs(browser: Browser, server: PageServer, files: RunFiles) -> list[Figure]:
    """Return how ten tabs get on: the share of updates that the worst of them missed."""
    pages = [open_page(browser, server, 300) for _ in range(10)]
    before = [page.evaluate("() => orderflow.charts.draws") for page in pages]
    cpu = measure_cpu([psutil.Process(server.process.pid)])
    started = time.monotonic()
    with Updates(files, 4.0):
        pages[0].wait_for_timeout(30_000)
    seconds = time.monotonic() - started
    used = cpu()
    last = files.ohlc[-1][0]
    for page in pages:
        page.wait_for_function("(last) => orderflow.store.ohlc.at(-1)[0] === last", arg=last)
    draws = [page.evaluate("() => orderflow.charts.draws") for page in pages]
    worst = min(after - first for after, first in zip(draws, before, strict=True))
    best = max(after - first for after, first in zip(draws, before, strict=True))
    for page in pages:
        page.context.close()
    return [
        Figure("ten tabs: server CPU", used / seconds * 100, "%", 15),
        Figure("ten tabs: drawings the worst tab had less than the best", best - worst, "", 1),
    ]


def measure_heap(browser: Browser, server: PageServer, updates: int) -> list[Figure]:
    """Return how the heap grew over many updates, given to the page as fast as it draws them."""
    page = open_page(browser, server, 300)
    meter = Meter(page, server)
    drive(page, WARM_UP)
    before = meter.heap_bytes()
    drive(page, updates)
    grown = (meter.heap_bytes() - before) / 1_000_000
    page.context.close()
    return [Figure(f"heap grown over {updates} updates", grown, "MB", 3)]


def drive(page: Page, updates: int) -> None:
    """Apply so many updates, one a frame, each a new bar in place of the oldest."""
    page.evaluate(
        """async (updates) => {
          const { store } = orderflow;
          for (let index = 0; index < updates; index += 1) {
            const next = (rows) => [[rows.at(-1)[0] + store.job.windowMs, ...rows.at(-1).slice(1)]];
            const delta = (rows) => ({ first: rows[1][0], rows: next(rows) });
            store.apply({ position: store.position, ohlc: delta(store.ohlc),
                          metrics: delta(store.metrics), cvd: delta(store.cvd),
                          depth: { ...store.depth } });
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
          }
        }""",
        updates,
    )


def measure_naive(browser: Browser, files: RunFiles) -> list[Figure]:
    """Return what an update costs where each tick brings whole figures from the server."""
    options = ("--poll-ms", str(POLL_MS))
    with PageServer(files.run.root, *options, module="benchmarks.naive_page") as server:
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.goto(server.url)
        page.wait_for_selector("#charts .main-svg")
        page.wait_for_timeout(2000)
        page.evaluate(COUNT_DRAWINGS)
        sizes: list[int] = []
        page.on("requestfinished", lambda request: note_size(request, sizes))
        meter = Meter(page, server)
        busy, cpu = meter.main_thread_seconds(), meter.server_seconds()
        with Updates(files) as updates:
            page.wait_for_timeout(20_000)
        page.wait_for_timeout(1000)
        busy, cpu = meter.main_thread_seconds() - busy, meter.server_seconds() - cpu
        drawings = page.evaluate("() => window.drawings")
        page.context.close()
    note = f"{drawings} drawings of {len(updates.published)} updates"
    return [
        Figure("the naive page: an answer on the wire", statistics.median(sizes), "B"),
        Figure("the naive page: server CPU per answer", cpu / len(sizes) * 1000, "ms"),
        Figure("the naive page: main thread per drawing", busy / drawings * 1000, "ms", note=note),
    ]


def measure_start() -> list[Figure]:
    """Return how long the page server takes from its start to its first whole answer."""
    seconds = []
    for _ in range(5):
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            with PageServer(Path(folder)) as server:
                server.get("/")
                seconds.append(time.perf_counter() - started)
    return [Figure("start to first answer", statistics.median(seconds), "s", 2.5)]


def open_page(browser: Browser, server: PageServer, bars: int) -> Page:
    """Open the page in a profile of its own, at rest with so many bars in view."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(server.url)
    page.wait_for_function(READY)
    page.evaluate("(bars) => orderflow.settings.set({ bars, follow: true })", bars)
    page.wait_for_timeout(1000)
    return page


def note_size(request: object, sizes: list[int]) -> None:
    """Note what an answer that brought news took on the wire."""
    response = request.response()  # type: ignore[attr-defined]
    if response and response.status == 200:
        parts = request.sizes()  # type: ignore[attr-defined]
        if parts["responseBodySize"]:
            sizes.append(parts["responseBodySize"] + parts["responseHeadersSize"])


def browser_processes() -> list[psutil.Process]:
    """Return Chromium's processes: all that Playwright's driver has started."""
    return [
        process
        for process in psutil.Process().children(recursive=True)
        if "chrom" in process.name().lower()
    ]


def measure_cpu(processes: Sequence[psutil.Process]) -> Callable[[], float]:
    """Return a function that tells the CPU seconds these processes have used since now."""

    def used() -> float:
        total = 0.0
        for process in processes:
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
        return total

    before = used()
    return lambda: used() - before


def main() -> int:
    """Print the table and write it down; return 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--updates", type=int, default=1000, help="for the heap; an hour has 7200")
    arguments = parser.parse_args()
    path = find_chromium()
    if path is None:
        print("no Chromium found: nothing measured")
        return 1
    machine = describe_machine(("dash", "plotly", "waitress", "playwright"))
    figures = measure_start()
    with tempfile.TemporaryDirectory() as folder, chromium(path) as browser:
        files = RunFiles(Path(folder))
        files.write_processor()
        files.add(1000)
        with PageServer(files.run.root, "--poll-ms", str(POLL_MS)) as server:
            figures += measure_updates(browser, server, files, 300)
            figures += measure_updates(browser, server, files, 1000)
            figures += measure_tabs(browser, server, files)
            figures += measure_heap(browser, server, arguments.updates)
        with PageServer(files.run.root) as server:  # at the default poll
            figures += measure_rest(browser, server, files)
        figures += measure_naive(browser, files)
        machine += f", Chromium {browser.version}"
    text = "\n\n".join(("## Page", f"{machine}.", REMARKS, as_table(figures)))
    print(text)
    write_section("page", text)
    return int(not all(figure.is_met for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
