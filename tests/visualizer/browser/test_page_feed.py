"""How a tab asks for news, and who may."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, Route

from tests.support.browser import OpenPage
from tests.support.page_server import PageServer
from tests.support.run_files import RunFiles

pytestmark = pytest.mark.browser

TOKEN = "a-long-enough-token"


def is_feed(request: Request) -> bool:
    return "/_feed" in request.url


def ask_times(page: Page, count: int) -> list[float]:
    """Return when the next requests of the feed were sent, in ms."""
    times = []
    for _ in range(count):
        with page.expect_event("request", is_feed):
            pass
        times.append(page.evaluate("() => performance.now()"))
    return times


def test_a_hidden_tab_asks_every_two_seconds_at_most(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(10)
    page = open_page(server.url)
    page.evaluate(
        """() => {
          Object.defineProperty(document, "hidden", { get: () => window.isHidden });
          window.isHidden = true;
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    ask_times(page, 1)  # the one that was due already
    first, second = ask_times(page, 2)
    assert second - first > 1_500
    page.evaluate(
        """() => {
          window.isHidden = false;
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    first, *_, last = ask_times(page, 5)
    assert (last - first) / 4 < 1_500


def test_a_slow_server_is_asked_one_thing_at_a_time(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(10)
    page = open_page(server.url)
    held: list[Route] = []
    page.route(re.compile("/_feed"), lambda route: held.append(route))
    with page.expect_event("request", is_feed):
        pass
    page.evaluate("() => new Promise((done) => setTimeout(done, 700))")  # seven polls' time
    assert len(held) == 1
    held[0].continue_()
    page.unroute(re.compile("/_feed"))
    files.add(1)
    page.wait_for_function("() => orderflow.store.ohlc.length === 11")


def test_the_link_with_the_token_opens_the_page_and_leaves_the_address(
    files: RunFiles, serve: Callable[..., PageServer], open_page: OpenPage
) -> None:
    files.add(10)
    page = open_page(f"{serve('--token', TOKEN).url}?token={TOKEN}")
    assert TOKEN not in page.url
    assert TOKEN not in page.evaluate("() => document.cookie"), "scripts cannot read it"
    page.reload()
    page.wait_for_function("() => window.orderflow?.charts.draws > 0")


def test_without_the_token_there_is_no_page(
    serve: Callable[..., PageServer], open_page: OpenPage
) -> None:
    server = serve("--token", TOKEN)
    page = open_page(server.url, wait_until="() => true", allowed_errors=("403",))
    told = page.inner_text("body").strip()
    assert told == "Open the link that was printed when Orderflow started."
