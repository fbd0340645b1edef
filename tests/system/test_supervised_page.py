"""The page of real supervised runs: real data drawn, real failures told."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from shared.run_files.run_directory import RunDirectory
from tests.support.browser import LAID_OUT, OpenPage
from tests.support.drawn import BARS_DRAWN, drawn_boxes, drawn_candles, drawn_rows
from tests.support.real_recordings import REAL_DATA, ROOT
from tests.support.supervised import Supervised, supervised
from tests.support.waiting import wait_for

pytestmark = pytest.mark.browser

RECORDING = REAL_DATA / "binance-spot"
PATIENCE_MS = 30_000
GOODBYE = ("ERR_CONNECTION", "ERR_EMPTY_RESPONSE")
"""What a tab complains of when its server has gone, as it is to."""


JOB = (
    *("--from", "2024-08-08", "--to", "2024-08-10", "--window-seconds", "2"),
    *("--data-dir", str(RECORDING)),
)
"""Two-second bars of ten real minutes across a midnight."""


@pytest.fixture
def recorded_run(tmp_path: Path) -> Path:
    """The run directory of a job on a real recording."""
    if not RECORDING.is_dir():
        pytest.skip("no real recordings in ../shared/data")
    return tmp_path / "run"


@pytest.fixture
def on_the_recording(recorded_run: Path) -> Iterator[Supervised]:
    """A run of the job that nobody has touched yet."""
    with supervised(recorded_run, *JOB) as system:
        yield system


def see(page: Page, selector: str, text: str) -> None:
    expect(page.locator(selector)).to_contain_text(text, timeout=PATIENCE_MS)


def test_a_finished_run_is_drawn_as_its_files_say(
    on_the_recording: Supervised, open_page: OpenPage
) -> None:
    page = open_page(on_the_recording.url)
    see(page, "#data-age", ", complete")
    see(page, "#processor-chip", "DONE")
    see(page, "#page-chip", "RUNNING")
    see(page, "#supervisor-chip", f"pid {on_the_recording.process.pid}")
    see(page, "#data-time", "2024-08-09 00:05:05 UTC")
    page.keyboard.press("3")
    page.click("#obi-shape-choice >> text=Candles")
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
        assert [candle[0] for candle in candles] == [row[0] for row in rows]
        pixel = drawn_rows(page)[name].pixel
        for candle, row in zip(candles, rows, strict=True):
            assert candle[1:] == pytest.approx(row[1:5], abs=pixel), name
    volumes = sorted(
        box
        for tone in ("up", "down", "even")
        for box in drawn_boxes(page, "volume", f"volume {tone}")
    )
    pixel = drawn_rows(page)["volume"].pixel
    assert [box[2] for box in volumes] == pytest.approx([row[5] for row in ohlc], abs=pixel)
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
    page = open_page(on_the_recording.url, allowed_errors=GOODBYE)
    see(page, "#data-age", ", complete")
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
        return on_the_recording.worker("processor")["pid"]

    os.kill(wait_for(running_pid, "the processor"), signal.SIGKILL)
    page = open_page(on_the_recording.url)
    see(page, "#processor-chip", "1 restart")
    see(page, "#log", "SIGKILL")
    see(page, "#data-age", ", complete")
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
    page = open_page(on_the_recording.url, allowed_errors=GOODBYE)
    see(page, "#processor-chip", "DONE")
    drawn = page.evaluate(BARS_DRAWN)
    on_the_recording.process.kill()
    on_the_recording.process.wait()
    see(page, "#connection", "The page server does not answer")
    see(page, "#page-chip", "NO ANSWER")
    assert page.evaluate(BARS_DRAWN) == drawn


def test_no_recording_of_the_instrument_is_said_in_the_processor_s_words(
    tmp_path: Path, open_page: OpenPage
) -> None:
    (tmp_path / "data").mkdir()
    options = ("--instrument", "NO-SUCH", "--data-dir", str(tmp_path / "data"))
    with supervised(tmp_path / "run", *options) as system:
        page = open_page(system.url, wait_until=LAID_OUT, allowed_errors=GOODBYE)
        see(page, "#notice", "No file for this instrument and range")
        see(page, "#notice pre", "NO-SUCH")
        see(page, "#processor-chip", "FATAL")


def test_restarts_and_the_end_of_them_are_told_over_the_last_good_data(
    recorded_run: Path, open_page: OpenPage
) -> None:
    with supervised(recorded_run, *JOB) as system:
        wait_for(lambda: system.worker("processor")["state"] == "EXITED", "a finished run")
    limits = ("--backoff-first", "6", "--backoff-jitter", "0", "--max-failures-in-a-row", "2")
    with supervised(recorded_run, *JOB, *limits) as system:
        next_processor(system, 0).kill()
        page = open_page(system.url, allowed_errors=GOODBYE)
        see(page, "#notice", "Processor restarting: the last good data stays")
        see(page, "#notice", "SIGKILL")
        see(page, "#notice .age", "ago")
        see(page, "#processor-chip", "BACKOFF")
        bars = page.evaluate(BARS_DRAWN)
        assert bars > 200
        assert opacity(page) < 1
        processor = next_processor(system, 1)
        processor.suspend()  # its job is done before a page has looked twice
        see(page, "#notice", "It is being started again (restart 1).")
        processor.kill()
        next_processor(system, 2).kill()
        see(page, "#notice", "Processor failed for good")
        see(page, "#notice", "It is not started again")
        see(page, "#notice .path", "processor.log")
        see(page, "#processor-chip", "FATAL")
        see(page, "#page-chip", "RUNNING")
        assert page.evaluate(BARS_DRAWN) == bars


SLOWLY = """
import sys
if "processor.main" in sys.orig_argv:
    from processor.engine.replay import file_replay
    file_replay.BOOK_ROWS = file_replay.TRADE_ROWS = 2
"""
"""Has each Python process that is a processor take two rows at a time: seconds for ten minutes."""


def test_a_processor_that_stands_still_is_called_stale_until_it_goes_on(
    recorded_run: Path, open_page: OpenPage, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(SLOWLY)
    patience = ("--heartbeat-deadline", "120", "--startup-allowance", "120")
    slow = os.pathsep.join((str(tmp_path), str(ROOT)))
    with supervised(recorded_run, *JOB, *patience, PYTHONPATH=slow) as system:
        processor = wait_for(system.processor, "a processor")
        processor.suspend()
        page = open_page(system.url, wait_until=LAID_OUT, allowed_errors=GOODBYE)
        see(page, "#notice", "Nothing yet")
        processor.resume()
        wait_for(lambda: has_bars(system.run), "bars")
        processor.suspend()
        see(page, "#progress-text", "rows/s")
        see(page, "#notice", "The processor has gone quiet")
        assert page.evaluate(BARS_DRAWN) > 0
        assert opacity(page) < 1
        processor.resume()
        see(page, "#data-age", ", complete")
        expect(page.locator("#notice")).to_be_hidden(timeout=PATIENCE_MS)
        assert opacity(page) == 1


def test_a_deleted_file_is_missed_and_the_last_good_values_stay(
    on_the_recording: Supervised, open_page: OpenPage
) -> None:
    page = open_page(on_the_recording.url)
    see(page, "#processor-chip", "DONE")
    bars = page.evaluate(BARS_DRAWN)
    on_the_recording.run.ohlc.unlink()
    see(page, "[data-file=ohlc]", "ohlc_data.json is missing")
    assert page.evaluate(BARS_DRAWN) == bars


def next_processor(system: Supervised, restarts: int) -> psutil.Process:
    """Return the processor that is or will be started after so many restarts."""

    def started() -> psutil.Process | None:
        is_next = system.worker("processor")["restarts"] == restarts
        return system.processor() if is_next else None

    return wait_for(started, f"a processor started after {restarts} restarts", seconds=30)


def has_bars(run: RunDirectory) -> bool:
    return run.ohlc.exists() and bool(json.loads(run.ohlc.read_bytes()))


def opacity(page: Page) -> float:
    return float(
        page.evaluate("() => getComputedStyle(document.getElementById('charts-plot')).opacity")
    )
