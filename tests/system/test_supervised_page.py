"""The page of real supervised runs: real data drawn, real failures told."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shared.atomic_file import read_json
from shared.run_directory import RunDirectory
from tests.support.browser import LAID_OUT, OpenPage
from tests.support.drawn import BARS_DRAWN, drawn_boxes, drawn_candles
from tests.support.real_recordings import REAL_DATA, ROOT
from tests.support.waiting import wait_for

pytestmark = pytest.mark.browser

RECORDING = REAL_DATA / "binance-spot"
PATIENCE_MS = 30_000


class Supervised:
    """A supervisor with its two workers, started on a recording."""

    def __init__(self, run_dir: Path, *options: str) -> None:
        self.run = RunDirectory(run_dir)
        self._log = run_dir.with_name("console.log").open("w+")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "supervisor.main", "--port", "0", "--poll-ms", "100"),
                *("--run-dir", str(run_dir), *options),
            ],
            cwd=ROOT,
            stdout=self._log,
            stderr=self._log,
        )
        self.url = wait_for(self._address, "the page's address", seconds=30)

    def close(self) -> None:
        """End the supervisor as Ctrl-C does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=30)
        self._log.close()

    def worker(self, name: str) -> dict[str, Any]:
        """Return the worker's record in `status.json`."""
        workers: list[dict[str, Any]] = read_json(self.run.supervisor_status)["workers"]
        return next(worker for worker in workers if worker["name"] == name)

    def _address(self) -> str | None:
        found = re.search(r"http://localhost:\d+/", Path(self._log.name).read_text())
        return found[0] if found else None


@contextmanager
def supervised(run_dir: Path, *options: str) -> Iterator[Supervised]:
    system = Supervised(run_dir, *options)
    try:
        yield system
    finally:
        system.close()


@pytest.fixture
def on_the_recording(tmp_path: Path) -> Iterator[Supervised]:
    """Two-second bars of ten real minutes across a midnight."""
    if not RECORDING.is_dir():
        pytest.skip("no real recordings in ../shared/data")
    options = ("--from", "2024-08-08", "--to", "2024-08-10", "--window-seconds", "2")
    with supervised(tmp_path / "run", *options, "--data-dir", str(RECORDING)) as system:
        yield system


def see(page: Page, selector: str, text: str) -> None:
    expect(page.locator(selector)).to_contain_text(text, timeout=PATIENCE_MS)


def test_a_finished_run_is_drawn_as_its_files_say(
    on_the_recording: Supervised, open_page: OpenPage
) -> None:
    page = open_page(on_the_recording.url)
    see(page, "#progress-text", "complete")
    see(page, "#processor-chip", "DONE")
    see(page, "#page-chip", "RUNNING")
    see(page, "#supervisor-chip", f"pid {on_the_recording.process.pid}")
    see(page, "#data-time", "2024-08-09 00:05:05 UTC")
    page.keyboard.press("3")
    run = on_the_recording.run
    ohlc, metrics, cvd = (
        json.loads(path.read_bytes()) for path in (run.ohlc, run.metrics, run.cvd)
    )
    page.wait_for_function(
        f"(count) => ({BARS_DRAWN})() === count",
        arg=len(ohlc),
    )
    for name, rows in (("price", ohlc), ("obi", metrics), ("cvd", cvd)):
        candles = drawn_candles(page, name)
        assert [candle[0] for candle in candles] == pytest.approx([row[0] for row in rows], abs=1)
        for candle, row in zip(candles, rows, strict=True):
            # a body less than a pixel high is drawn as one, of which this is the middle
            middle = (row[1] + row[4]) / 2
            assert (candle[1] + candle[4]) / 2 == pytest.approx(middle, abs=1e-6), name
            assert candle[2] >= row[2], name
            assert candle[3] <= row[3], name
    volumes = [
        box for tone in ("up", "down", "even") for box in drawn_boxes(page, f"volume {tone}")
    ]
    assert [box[2] for box in sorted(volumes)] == [row[5] for row in ohlc]
    depth = json.loads(run.depth.read_bytes())
    drawn = page.evaluate(
        "() => document.getElementById('depth-plot').data.map(({x, y}) => [x, y])"
    )
    for (prices, totals), levels in zip(drawn, (depth["bids"], depth["asks"]), strict=True):
        assert prices == [price for price, _ in levels]
        assert totals[-1] == pytest.approx(sum(size for _, size in levels))
    bids, asks = (sum(size for _, size in depth[side]) for side in ("bids", "asks"))
    shown = page.inner_text("#depth-facts").split("\n")[-1].replace("−", "-")
    assert float(shown) == pytest.approx((bids - asks) / (bids + asks), abs=5e-4)


def test_a_killed_page_server_is_back_and_the_tab_goes_on_by_itself(
    on_the_recording: Supervised, open_page: OpenPage
) -> None:
    page = open_page(on_the_recording.url, allowed_errors=("ERR_CONNECTION", "ERR_EMPTY_RESPONSE"))
    see(page, "#progress-text", "complete")
    bars = page.evaluate("() => orderflow.store.ohlc.length")
    feed = page.evaluate("() => orderflow.store.position.split('.')[0]")
    old_pid = on_the_recording.worker("visualizer")["pid"]
    os.kill(old_pid, signal.SIGKILL)
    page.wait_for_function(
        "(feed) => orderflow.store.position.split('.')[0] !== feed", arg=feed, timeout=PATIENCE_MS
    )
    see(page, "#page-chip", "1 restart")
    expect(page.locator("#connection")).to_be_hidden(timeout=PATIENCE_MS)
    assert page.evaluate("() => orderflow.store.ohlc.length") == bars
    assert on_the_recording.worker("visualizer")["pid"] != old_pid
    see(page, "#log", "visualizer")


def test_a_killed_processor_is_told_in_the_log_and_the_run_is_completed(
    on_the_recording: Supervised, open_page: OpenPage
) -> None:
    def running_pid() -> int | None:
        path = on_the_recording.run.supervisor_status
        return on_the_recording.worker("processor")["pid"] if path.exists() else None

    os.kill(wait_for(running_pid, "the processor"), signal.SIGKILL)
    page = open_page(on_the_recording.url)
    see(page, "#processor-chip", "1 restart")
    see(page, "#log", "SIGKILL")
    see(page, "#progress-text", "complete")
    see(page, "#data-time", "2024-08-09 00:05:05 UTC")


def test_a_file_corrupted_by_somebody_is_told_and_the_last_good_values_stay(
    on_the_recording: Supervised, open_page: OpenPage
) -> None:
    page = open_page(on_the_recording.url)
    see(page, "#processor-chip", "DONE")
    facts = page.inner_text("#depth-facts")
    on_the_recording.run.depth.write_bytes(b"\x00 not JSON")
    see(page, "[data-file=depth]", "depth_data.json cannot be read")
    assert page.inner_text("#depth-facts") == facts


def test_with_the_supervisor_killed_the_page_says_that_it_is_gone(
    on_the_recording: Supervised, open_page: OpenPage
) -> None:
    page = open_page(on_the_recording.url, allowed_errors=("ERR_CONNECTION", "ERR_EMPTY_RESPONSE"))
    see(page, "#processor-chip", "DONE")
    drawn = page.evaluate(BARS_DRAWN)
    on_the_recording.process.kill()
    on_the_recording.process.wait()
    see(page, "#connection", "The page server does not answer")
    see(page, "#page-chip", "GONE")
    assert page.evaluate(BARS_DRAWN) == drawn


def test_no_recording_of_the_instrument_is_said_in_the_processor_s_words(
    tmp_path: Path, open_page: OpenPage
) -> None:
    (tmp_path / "data").mkdir()
    options = ("--instrument", "NO-SUCH", "--data-dir", str(tmp_path / "data"))
    with supervised(tmp_path / "run", *options) as system:
        page = open_page(system.url, wait_until=LAID_OUT, allowed_errors=("ERR_CONNECTION",))
        see(page, "#notice", "No file for this instrument and range")
        see(page, "#notice pre", "NO-SUCH")
        see(page, "#processor-chip", "FATAL")
