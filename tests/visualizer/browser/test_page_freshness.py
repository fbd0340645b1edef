"""How new what is shown is said to be: live, recorded, or as of when the server was heard last."""

import os
import re
import signal
import time
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shared.clock import LAST_MS, format_utc
from shared.run_files.processor_status import Phase, ProcessorStatus
from shared.run_files.supervisor_status import (
    WorkerState,
    WorkerStatus,
    read_supervisor_status,
    write_supervisor_status,
)
from tests.support.browser import OpenPage
from tests.support.page_server import PageServer
from tests.support.run_files import RunFiles, running

pytestmark = pytest.mark.browser


def see(page: Page, selector: str, text: str) -> None:
    expect(page.locator(selector)).to_contain_text(text, timeout=15_000)


def test_data_of_another_year_is_called_recorded_and_not_live_or_old(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    files.write_processor()
    page = open_page(server.url)
    expect(page.locator("#data-age")).to_have_text("recorded 2024-08-08 – 2024-08-09")
    files.write_processor(phase=Phase.FINISHED, share_done=1.0)
    see(page, "#data-age", "recorded 2024-08-08 – 2024-08-09, complete")
    expect(page.locator("#progress-text")).to_be_empty()


def test_a_finished_recording_is_complete_however_long_ago_and_whatever_else_has_failed(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(5)
    long_ago = time.time() - 3 * 3600
    os.utime(files.run.ohlc, (long_ago, long_ago))
    files.write_processor(phase=Phase.FINISHED, share_done=1.0)
    recorder = WorkerStatus("recorder", WorkerState.FATAL, reason="It ended.")
    files.write_supervisor(running(state=WorkerState.EXITED, pid=None, exit_code=0))
    page = open_page(server.url)
    expect(page.locator("#data-age")).to_have_text("recorded 2024-08-08, complete")
    status = read_supervisor_status(files.run.supervisor_status)
    write_supervisor_status(
        files.run.supervisor_status, replace(status, workers=(*status.workers, recorder))
    )
    see(page, "#notice", "Recorder failed for good")
    expect(page.locator("#data-age")).to_have_text("recorded 2024-08-08, complete")
    expect(page.locator("#data-age")).to_have_class("quiet")


def test_a_recording_that_stopped_coming_is_told_while_it_should_come(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    long_ago = time.time() - 3 * 3600
    os.utime(files.run.ohlc, (long_ago, long_ago))
    files.write_processor()
    page = open_page(server.url)
    expect(page.locator("#data-age")).to_have_text(
        "recorded 2024-08-08 – 2024-08-09, no more of it for 3 h 0 m"
    )
    files.write_supervisor(running(state=WorkerState.STOPPED, pid=None))
    expect(page.locator("#data-age")).to_have_text("last update 3 h 0 m ago", timeout=15_000)


def test_live_data_says_how_far_behind_it_is(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    follow(files, behind_ms=90_000, silent_ms=0)
    page = open_page(server.url)
    expect(page.locator("#data-age")).to_have_text(re.compile(r"live, 1 m 3\d s behind"))
    expect(page.locator("#progress")).to_be_hidden()
    follow(files, behind_ms=300, silent_ms=0)
    expect(page.locator("#data-age")).to_have_text(re.compile(r"live, \d\.\d s behind"))
    expect(page.locator("#progress-text")).to_be_empty()
    follow(files, behind_ms=300, silent_ms=0, late_rows=3)
    expect(page.locator("#progress-text")).to_have_text("3 late rows to be read in")


def test_while_it_goes_on_live_data_is_told_in_tenths_of_a_second(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    follow(files, behind_ms=300, silent_ms=0)
    page = open_page(server.url)
    expect(page.locator("#data-age")).to_have_text(re.compile(r"live, [1-9]\.\d s behind"))


def test_a_feed_that_is_silent_says_since_when(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    status = follow(files, behind_ms=60_000, silent_ms=30_000)
    page = open_page(server.url)
    since = told(status.rows_came_at_ms)
    expect(page.locator("#data-age")).to_have_text(f"no data since {since} UTC")
    expect(page.locator("#data-age")).to_have_class("warn")
    day_ago = follow(files, behind_ms=86_400_000, silent_ms=None)
    since = told(day_ago.data_time_ms, with_date=True)
    expect(page.locator("#data-age")).to_have_text(f"no data since {since} UTC")


def test_a_follower_that_waits_says_for_what_and_since_when(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    name = "BTC-USDT-24-08-09.db"
    status = follow(files, behind_ms=20_000, silent_ms=20_000, waiting_for=name)
    page = open_page(server.url)
    since = told(status.rows_came_at_ms)
    expect(page.locator("#data-age")).to_have_text(f"waiting for {name} since {since} UTC")


def test_rows_of_long_ago_that_still_come_are_a_recording_and_not_live(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(5)
    now_ms = time.time_ns() // 1_000_000
    files.write_processor(phase=Phase.FOLLOWING, to_ms=LAST_MS, rows_came_at_ms=now_ms)
    page = open_page(server.url)
    expect(page.locator("#data-age")).to_have_text("recorded 2024-08-08, more of it comes")
    expect(page.locator("#range")).to_have_text("2024-08-08 23:54 –  UTC")


def follow(
    files: RunFiles, *, behind_ms: int, silent_ms: int | None, **changes: Any
) -> ProcessorStatus:
    """Write the record of a follower so far behind, to which rows came so long ago, or never."""
    now_ms = time.time_ns() // 1_000_000
    came_at = None if silent_ms is None else now_ms - silent_ms
    return files.write_processor(
        phase=Phase.FOLLOWING, data_time_ms=now_ms - behind_ms, rows_came_at_ms=came_at, **changes
    )


def told(moment_ms: int | None, *, with_date: bool = False) -> str:
    assert moment_ms is not None
    text = format_utc(moment_ms // 1000 * 1000).removesuffix(" UTC")
    is_of_today = text[:10] == format_utc(time.time_ns() // 1_000_000)[:10]
    return text if with_date or not is_of_today else text[11:]


def test_a_frozen_page_server_is_not_said_to_run_after_a_few_seconds(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    files.write_processor()
    files.write_supervisor(running())
    page = open_page(server.url, allowed_errors=("ERR_TIMED_OUT",))
    see(page, "#supervisor-chip", "RUNNING")
    server.process.send_signal(signal.SIGSTOP)
    expect(page.locator("#page-chip")).to_contain_text("NO ANSWER", timeout=5_000)
    see(page, "#connection", "The page server does not answer")
    see(page, "#connection", "What is shown is as of 20")
    for chip in ("#processor-chip", "#supervisor-chip"):
        see(page, chip, "WAS RUNNING")
    see(page, "#data-age", "as of 20")
    expect(page.locator("#progress-text")).to_have_text("42.5 %")
    facts = page.inner_text("#supervisor-chip")
    page.wait_for_function(
        "() => document.querySelector('#connection').textContent.includes('6 s')"
    )
    assert page.inner_text("#supervisor-chip") == facts, "of later nothing is known"
    server.process.send_signal(signal.SIGCONT)
    files.write_supervisor(running())
    expect(page.locator("#connection")).to_be_hidden(timeout=15_000)
    expect(page.locator("#supervisor-chip .chip-state")).to_have_text("RUNNING")
    expect(page.locator("#page-chip .chip-state")).to_have_text("RUNNING")
