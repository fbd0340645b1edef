"""The book beside the charts: of which moment it is, where its axis ends, why there is none."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shared.run_files.processor_status import Phase
from tests.support.browser import LAID_OUT, OpenPage
from tests.support.page_server import PageServer
from tests.support.run_files import START_MS, RunFiles

pytestmark = pytest.mark.browser

BEFORE_MIDNIGHT_MS = START_MS + 6 * 60_000 - 44
PRICE_AXIS = """() => {
  const { range } = document.getElementById("depth-plot")._fullLayout.xaxis;
  const labels = [...document.querySelectorAll("#depth-plot .xtick text")];
  return [range, labels.map((label) => label.textContent).filter(Boolean)];
}"""


def expect_book_at(page: Page, moment: str) -> None:
    for part in ("#ladder .book-time", "#depth-plot .annotation-text"):
        expect(page.locator(part)).to_have_text(f"book at {moment} UTC", timeout=15_000)


def test_the_book_says_of_which_moment_it_is(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(5)
    files.write_processor(data_time_ms=BEFORE_MIDNIGHT_MS, book_time_ms=BEFORE_MIDNIGHT_MS)
    page = open_page(server.url)
    expect_book_at(page, "23:59:59.956")
    files.write_processor(data_time_ms=BEFORE_MIDNIGHT_MS + 30, book_time_ms=BEFORE_MIDNIGHT_MS + 2)
    expect_book_at(page, "23:59:59.958")  # not a level has changed
    files.write_processor(data_time_ms=BEFORE_MIDNIGHT_MS + 90, book_time_ms=BEFORE_MIDNIGHT_MS + 2)
    expect_book_at(page, "2024-08-08 23:59:59.958")  # the data is of another day by now


def test_of_a_processor_that_does_not_tell_the_book_has_no_time(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(5)
    files.write_processor(book_time_ms=None)
    page = open_page(server.url)
    expect(page.locator("#ladder .book-time")).to_have_text("best levels of the book")


@pytest.mark.parametrize(
    ("bids", "asks"),
    [
        ([[1.67e-6, 5.0], [1e-8, 19.0]], [[1.71e-6, 5.0], [6.9e-5, 1.0]]),
        ([[1.67e-6, 5.0]], []),
        ([], [[1.71e-6, 5.0], [6.9e-5, 1.0]]),
        ([[1e-8, 5.0]], [[3e-8, 5.0]]),
    ],
    ids=["far-asks", "one-bid", "asks-alone", "one-each"],
)
def test_the_depth_of_a_cheap_instrument_has_no_prices_below_0(
    files: RunFiles,
    server: PageServer,
    open_page: OpenPage,
    bids: list[list[float]],
    asks: list[list[float]],
) -> None:
    files.grow(5)
    files.depth = {"bids": bids, "asks": asks}
    files.publish()
    page = open_page(server.url)
    page.wait_for_function("() => document.querySelector('#depth-plot .xtick text')")
    (low, high), labels = page.evaluate(PRICE_AXIS)
    prices = [price for price, _ in (*bids, *asks)]
    assert 0 <= low <= min(prices) <= max(prices) <= high <= 2 * max(prices)
    assert labels
    assert len(set(labels)) == len(labels)
    assert "−" not in "".join(labels)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "no book yet"),
        ({"phase": Phase.FINISHED}, "the recording has no book"),
        ({"phase": Phase.FAILED, "last_error": "no disk"}, "no book"),
        ({"phase": Phase.FINISHED, "book_time_ms": BEFORE_MIDNIGHT_MS}, "the book is empty"),
    ],
    ids=["running", "finished", "failed", "emptied"],
)
def test_why_there_is_no_book_is_told(
    files: RunFiles,
    server: PageServer,
    open_page: OpenPage,
    changes: dict[str, Any],
    text: str,
) -> None:
    files.grow(5)
    files.depth = {"bids": [], "asks": []}
    files.publish()
    files.write_processor(**changes)
    page = open_page(server.url, wait_until=LAID_OUT)
    for part in ("#ladder .ladder-spread", "#depth-plot .annotation-text"):
        expect(page.locator(part)).to_have_text(text)
    assert page.evaluate(PRICE_AXIS)[1] == [], "no prices where there are none"
