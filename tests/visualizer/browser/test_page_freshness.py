"""How new what is shown is said to be: live, recorded, or as of when the server was heard last."""

import os
import re
import signal
import time

import pytest
from playwright.sync_api import Page, expect

from shared.run_files.processor_status import Phase
from shared.run_files.supervisor_status import WorkerState
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
    expect(page.locator("#data-age")).to_have_text("recorded data")
    files.write_processor(phase=Phase.FINISHED, share_done=1.0)
    see(page, "#progress-text", "complete")
    expect(page.locator("#data-age")).to_have_text("recorded data")


def test_a_recording_that_stopped_coming_is_told_while_it_should_come(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    long_ago = time.time() - 3 * 3600
    os.utime(files.run.ohlc, (long_ago, long_ago))
    files.write_processor()
    page = open_page(server.url)
    expect(page.locator("#data-age")).to_have_text("recorded data, no more of it for 3 h 0 m")
    files.write_supervisor(running(state=WorkerState.STOPPED, pid=None))
    expect(page.locator("#data-age")).to_have_text("last update 3 h 0 m ago", timeout=15_000)


def test_live_data_says_how_far_behind_it_is(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    files.write_processor(data_time_ms=int(time.time() * 1000) - 90_000)
    page = open_page(server.url)
    expect(page.locator("#data-age")).to_have_text(re.compile(r"live, 1 m 3\d s behind"))


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
