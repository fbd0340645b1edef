"""Every state of the page, provoked with real files and a real server, by what the reader reads."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict

import pytest
from playwright.sync_api import Page, expect

from shared.run_files.processor_status import FileProblem, HistoryStatus, Phase
from shared.run_files.supervisor_status import WorkerState, WorkerStatus
from tests.support.browser import LAID_OUT, OpenPage
from tests.support.drawn import BARS_DRAWN
from tests.support.page_server import PageServer
from tests.support.ports import free_port
from tests.support.run_files import RunFiles, running
from tests.support.waiting import wait_for

pytestmark = pytest.mark.browser


def see(page: Page, selector: str, text: str) -> None:
    expect(page.locator(selector)).to_contain_text(text, timeout=15_000)


def test_nothing_yet(files: RunFiles, server: PageServer, open_page: OpenPage) -> None:
    page = open_page(server.url, wait_until=LAID_OUT)
    see(page, "#notice", "Nothing yet")
    see(page, "#data-time", "no data yet")
    see(page, "#charts-empty", "Nothing yet")
    files.add(5)
    expect(page.locator("#charts-empty")).to_be_hidden(timeout=15_000)


def test_running(files: RunFiles, server: PageServer, open_page: OpenPage) -> None:
    files.add(30)
    files.write_processor()
    files.write_supervisor(running(restarts=2))
    page = open_page(server.url)
    see(page, "#progress-text", "42.5 % · 12,346 rows/s · ETA 1 m 35 s")
    see(page, "#processor-chip", "RUNNING")
    for fact in ("pid 101", "2 restarts", "64 MB"):
        see(page, "#processor-chip", fact)
    see(page, "#page-chip", "pid 102")
    see(page, "#supervisor-chip", "RUNNING")
    see(page, "#supervisor-chip", "pid 100")
    assert page.is_hidden("#notice")
    assert page.is_hidden("#connection")


def test_a_third_worker_has_a_chip_while_the_supervisor_lists_it(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    files.write_processor()
    page_worker = WorkerStatus("visualizer", WorkerState.RUNNING, pid=102)
    recorder = WorkerStatus("recorder", WorkerState.BACKOFF, restarts=3, reason="no network")
    # the page's own is not the one that is not the processor, wherever it stands in the list
    files.write_supervisor(running(), workers=(recorder, page_worker, running()))
    page = open_page(server.url)
    see(page, "[data-worker=recorder]", "Recorder")
    see(page, "[data-worker=recorder]", "BACKOFF")
    see(page, "#page-chip", "pid 102")
    see(page, "#processor-chip", "pid 101")
    see(page, "#notice", "Recorder restarting: the last good data stays")
    files.write_supervisor(running())
    expect(page.locator("[data-worker=recorder]")).to_have_count(0, timeout=15_000)
    assert page.is_hidden("#notice")


def test_the_history_is_told_with_its_size_and_a_notice_says_why_it_ended(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    files.write_processor(history=HistoryStatus(19_234_816))
    files.write_supervisor(running())
    page = open_page(server.url)
    see(page, "#processor-chip", "history 19 MB")
    assert page.is_hidden("#history-notice")
    files.write_processor(history=HistoryStatus(19_234_816, "database or disk is full"))
    see(page, "#history-notice", "The history ended before the run")
    see(page, "#history-notice", "database or disk is full. The run goes on")
    files.write_processor(history=None)
    expect(page.locator("#history-notice")).to_be_hidden(timeout=15_000)
    assert "history" not in page.locator("#processor-chip").inner_text()


@pytest.mark.parametrize("value", [1e308, -1e308, 1e17, 1e-300])
def test_numbers_that_are_absurd_and_yet_numbers_do_not_stop_the_page(
    files: RunFiles, server: PageServer, open_page: OpenPage, value: float
) -> None:
    files.add(30)
    for bars in (files.ohlc, files.metrics, files.cvd):
        bars[-1][1:] = [value] * (len(bars[-1]) - 1)
    files.ohlc[0][0], files.ohlc[-1][0] = -62_000_000_000_000, 253_000_000_000_000
    files.depth = {"bids": [[abs(value)] * 2] * 3, "asks": [[abs(value)] * 2] * 3}
    files.publish()
    status = asdict(files.write_processor())
    status |= {"share_done": value, "rows_per_s": value, "eta_s": value}
    files.run.processor_status.write_bytes(json.dumps(status).encode())
    files.write_supervisor(running(uptime_s=value, restarts=2**53, rss_bytes=2**53))
    page = open_page(server.url)
    see(page, "#processor-chip", "RUNNING")
    see(page, "#supervisor-chip", "RUNNING")
    del files.ohlc[-1]  # the year 9987 is over
    files.add(3)
    page.wait_for_function("() => window.orderflow.store.ohlc.length === 32")


def test_processor_restarting_keeps_the_last_good_data(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    files.write_processor()
    files.write_supervisor(running())
    page = open_page(server.url)
    files.write_supervisor(
        running(state=WorkerState.BACKOFF, pid=None, restarts=1, signal="SIGKILL", next_delay_s=0.5)
    )
    see(page, "#notice", "Processor restarting: the last good data stays")
    see(page, "#notice", "Ended by SIGKILL (restart 1)")
    see(page, "#notice", "ago")
    see(page, "#processor-chip", "BACKOFF")
    assert page.evaluate(BARS_DRAWN) == 30
    assert (
        page.evaluate("() => getComputedStyle(document.getElementById('charts-plot')).opacity")
        < "1"
    )
    files.write_supervisor(running(restarts=1))
    expect(page.locator("#notice")).to_be_hidden(timeout=15_000)


def test_processor_failed_for_good_shows_its_last_words_and_its_log(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    files.write_supervisor(
        running(
            state=WorkerState.FATAL,
            pid=None,
            exit_code=70,
            reason="gave up after 10 starts",
            last_words="Traceback (most recent call last):\nValueError: no such level",
            log_file="run/logs/processor.log",
        )
    )
    page = open_page(server.url)
    see(page, "#notice", "Processor failed for good")
    see(page, "#notice", "Gave up after 10 starts. It is not started again.")
    see(page, "#notice pre", "ValueError: no such level")
    see(page, "#notice", "Log: run/logs/processor.log")
    see(page, "#processor-chip", "FATAL")


def test_no_file_for_the_instrument(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.write_supervisor(
        running(
            state=WorkerState.FATAL,
            pid=None,
            exit_code=66,
            last_words="Error: no BTC-USDT in demo; nearest: ETH-USDT",
        )
    )
    page = open_page(server.url, wait_until=LAID_OUT)
    see(page, "#notice", "No file for this instrument and range")
    see(page, "#notice", "nearest: ETH-USDT")
    see(page, "#charts-empty", "No file for this instrument and range")


def test_finished(files: RunFiles, server: PageServer, open_page: OpenPage) -> None:
    files.add(30)
    files.write_processor(phase=Phase.FINISHED, share_done=1.0, eta_s=None)
    files.write_supervisor(running(state=WorkerState.EXITED, pid=None, exit_code=0))
    page = open_page(server.url)
    see(page, "#data-age", ", complete")
    see(page, "#processor-chip", "DONE")
    assert page.is_hidden("#notice")


def test_finished_with_gaps_names_what_could_not_be_used(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    files.write_processor(
        phase=Phase.FINISHED,
        skipped={"malformed_levels": 3},
        file_problems=(FileProblem("BTC-USDT-25-07-02.db", "not a database"),),
    )
    files.write_supervisor(running(state=WorkerState.EXITED, pid=None, exit_code=65))
    page = open_page(server.url)
    see(page, "#notice", "BTC-USDT-25-07-02.db: not a database")
    see(page, "#notice", "3 rows with levels that cannot be read")
    see(page, "#data-age", "complete, with gaps")


def test_a_broken_file_is_named_and_its_last_good_values_stay(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    page = open_page(server.url)
    good = page.inner_text("#depth-facts")
    files.run.depth.write_bytes(b'{"bids": [[1')
    see(page, "[data-file=depth]", "depth_data.json cannot be read")
    see(page, "[data-file=depth]", "the last good values")
    assert page.inner_text("#depth-facts") == good
    wait_for(lambda: "the last good values stay" in server.log(), "a warning in the log")
    files.publish()
    expect(page.locator("[data-file=depth]")).to_have_count(0, timeout=15_000)


def test_a_deleted_file_is_named_and_its_last_good_values_stay(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    page = open_page(server.url)
    files.run.ohlc.unlink()
    see(page, "[data-file=ohlc]", "ohlc_data.json is missing")
    assert page.evaluate(BARS_DRAWN) == 30
    wait_for(lambda: "ohlc_data.json: missing" in server.log(), "a warning in the log")


def test_a_processor_that_went_quiet_is_called_stale(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    files.write_processor(updated_at_ms=int(time.time() * 1000) - 30_000)
    page = open_page(server.url)
    see(page, "#notice", "The processor has gone quiet")
    see(page, "#processor-chip", "STALE")


def test_a_supervisor_that_is_gone_is_told(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    files.write_supervisor(running(), updated_at_ms=int(time.time() * 1000) - 60_000)
    page = open_page(server.url)
    see(page, "#supervisor-chip", "GONE")


def test_page_server_gone_shows_a_banner_and_reconnects_by_itself(
    files: RunFiles, serve: Callable[..., PageServer], open_page: OpenPage
) -> None:
    files.add(30)
    server = serve("--poll-ms", "100", port=free_port())
    page = open_page(server.url, allowed_errors=("ERR_CONNECTION", "ERR_EMPTY_RESPONSE"))
    server.kill()
    see(page, "#connection", "The page server does not answer")
    see(page, "#page-chip", "NO ANSWER")
    assert page.evaluate(BARS_DRAWN) == 30
    files.add(3)
    serve("--poll-ms", "100", port=server.port)
    expect(page.locator("#connection")).to_be_hidden(timeout=15_000)
    page.wait_for_function("() => orderflow.store.ohlc.length === 33")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_a_recording_of_another_instrument_is_told_at_first_sight(
    files: RunFiles, server: PageServer, open_page: OpenPage, width: int, height: int
) -> None:
    reason = "no row could be used: 167 rows of another instrument"
    files.publish()  # the arrays, empty
    lines = [f"WARNING skipped BTC-USDT-25-07-01.db, trades row {row}" for row in range(30)]
    files.write_processor(
        phase=Phase.FAILED, files_total=1, skipped={"other_instrument": 167}, last_error=reason
    )
    files.write_supervisor(
        running(
            state=WorkerState.FATAL,
            pid=None,
            exit_code=66,
            last_words="\n".join((*lines, f"Error: {reason}")),
        )
    )
    page = open_page(server.url, wait_until=LAID_OUT, width=width, height=height)
    see(page, "#notice strong", "The recording is of another instrument")
    see(page, "#notice span", reason)
    box = page.locator("#notice span").first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < height / 2
    is_at_end = "(pre) => pre.scrollTop + pre.clientHeight >= pre.scrollHeight - 1"
    expect(page.locator("#data-time")).to_have_text("no data")
    expect(page.locator("#data-age")).to_have_text("")
    words = page.locator("#notice pre")
    assert words.evaluate(is_at_end), "the error is the last of the lines"
    words.evaluate("(pre) => { pre.scrollTop = 20 }")
    page.evaluate(
        """() => {
          const { position, state } = orderflow.store;
          orderflow.store.apply({ position, state });
        }"""
    )
    assert words.evaluate("(pre) => pre.scrollTop") == 20, "a reader reads on undisturbed"


def test_the_process_log_reads_like_sentences_and_can_be_filtered(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(5)
    files.run.events.write_text(
        '{"ts":"2026-11-22T08:00:00.000Z","event":"starting","worker":"processor","pid":41}\n'
        '{"ts":"2026-11-22T08:00:05.000Z","event":"backoff","worker":"processor","from":"RUNNING",'
        '"to":"BACKOFF","pid":41,"reason":"exit code 1","exit_code":1,"uptime_s":5.0,'
        '"next_delay_s":0.5}\n'
        '{"ts":"2026-11-22T08:00:06.000Z","event":"file_changed","file":"cvd_data.json",'
        '"bytes":2048,"age_s":0.01}\n'
        '{"ts":"2026-11-22T08:00:07.000Z","event":"starting","worker":"visualizer","pid":42}\n'
    )
    page = open_page(server.url)
    lines = page.locator("#log li")
    expect(lines).to_have_count(3)
    expect(lines.nth(0)).to_contain_text("visualizer")
    expect(lines.nth(1)).to_contain_text(
        "failed and will be started again · pid 41 · exit code 1 · after 5.0 s"
        " · next start in 0.5 s"
    )
    expect(lines.nth(1)).to_contain_text("2026-11-22 08:00:05")
    page.fill("#log-filter", "processor backoff")
    expect(lines).to_have_count(1)
    page.fill("#log-filter", "")
    page.click("#log-level-choice >> text=All + files")
    expect(lines).to_have_count(4)
    see(page, "#log", "cvd_data.json was published · 2.0 KB")
    page.click("#log-level-choice >> text=Warnings")
    expect(lines).to_have_count(1)
    with files.run.events.open("a") as log:
        log.write('{"ts":"2026-11-22T09:00:00.5Z","event":"fatal","worker":"processor"}\n')
    expect(lines).to_have_count(2)
