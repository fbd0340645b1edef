"""Zoom, follow and choices: what the reader set stays as set."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.browser import OpenPage
from tests.support.drawn import SCENE
from tests.support.hands import drag, settle
from tests.support.page_server import PageServer
from tests.support.run_files import WINDOW_MS, RunFiles

pytestmark = pytest.mark.browser

RANGE = f"() => {SCENE}.range"
SETTINGS = "() => orderflow.settings.values"


def drawn_range(page: Page) -> list[float]:
    settle(page)
    found: list[float] = page.evaluate(RANGE)
    return found


def settings(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(SETTINGS)
    return found


def wait_for_update(page: Page, count: int) -> None:
    page.wait_for_function("(count) => orderflow.store.updates >= count", arg=count)


def publish_and_wait(page: Page, files: RunFiles) -> None:
    last = files.ohlc[-1][0] + files.window_ms
    files.add(1)
    page.wait_for_function("(last) => orderflow.store.ohlc.at(-1)[0] === last", arg=last)


def test_zoom_is_kept_over_fifty_updates(
    files: RunFiles, serve: Callable[..., PageServer], open_page: OpenPage
) -> None:
    files.add(400)
    page = open_page(serve("--poll-ms", "50").url)
    drag(page, 0.5)
    page.wait_for_function("() => !orderflow.settings.values.follow")
    kept = drawn_range(page)
    draws = page.evaluate("() => orderflow.charts.draws")
    for _ in range(50):
        publish_and_wait(page, files)
    assert drawn_range(page) == kept
    assert page.evaluate("() => orderflow.charts.draws") == draws, "no bar in view changed"
    assert len(page.evaluate("() => orderflow.store.ohlc")) == 450


def test_own_zoom_that_shows_the_newest_bar_keeps_its_width_while_following(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(200)
    page = open_page(server.url)
    page.keyboard.press("+")
    before = drawn_range(page)
    assert settings(page)["follow"] is True
    publish_and_wait(page, files)
    after = drawn_range(page)
    assert after[0] - before[0] == WINDOW_MS
    assert after[1] - after[0] == before[1] - before[0]


def test_following_shows_each_new_bar(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(100)
    page = open_page(server.url)
    before = drawn_range(page)
    publish_and_wait(page, files)
    assert drawn_range(page)[1] > before[1]


def test_moving_away_from_the_newest_bar_ends_following_and_a_button_returns(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(200)
    page = open_page(server.url)
    assert page.get_attribute("#follow", "aria-pressed") == "true"
    assert page.is_hidden("#newest")
    drag(page, 0.6)
    page.wait_for_selector("#newest", state="visible")
    assert page.get_attribute("#follow", "aria-pressed") == "false"
    page.click("#newest")
    page.wait_for_selector("#newest", state="hidden")
    assert page.get_attribute("#follow", "aria-pressed") == "true"
    shown = page.evaluate("() => orderflow.charts.visibleBars().ohlc.at(-1)[0]")
    assert shown == files.ohlc[-1][0]


def test_choices_and_zoom_survive_a_reload(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(300)
    page = open_page(server.url)
    page.click("#palette-choice >> text=Green / red")
    page.click("#rows-choice >> text=TOT")
    page.fill("#log-filter", "fatal")
    drag(page, 0.5)
    page.wait_for_function("() => !orderflow.settings.values.follow")
    before, kept = drawn_range(page), settings(page)
    page.reload()
    page.wait_for_function("() => window.orderflow?.charts.draws > 0")
    assert drawn_range(page) == before
    assert settings(page) == kept
    assert kept["palette"] == "green-red"
    assert kept["rows"] == ["volume", "delta", "obi", "cvd"]
    assert page.input_value("#log-filter") == "fatal"
    assert page.is_checked("#palette-choice input[value='green-red']")
    assert not page.is_checked("#rows-choice input[value='tot']")
    keys = page.evaluate(f"() => {SCENE}.placed.rows.map(({{ key }}) => key)")
    assert keys == ["price", "volume", "delta", "obi", "cvd"]


def test_broken_choices_of_another_version_do_not_stop_the_page(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    page = open_page(server.url)
    page.evaluate(
        """() => localStorage.setItem("orderflow.settings", '{"rows": 7, "range": "x"}')"""
    )
    page.reload()
    page.wait_for_function("() => window.orderflow?.charts.draws > 0")
    assert settings(page)["rows"] == ["volume", "delta", "obi", "tot", "cvd"]


@pytest.mark.parametrize(("choice", "count"), [("60", 60), ("300", 300), ("1000", 1000)])
def test_windows_show_that_many_of_the_newest_bars(
    files: RunFiles, server: PageServer, open_page: OpenPage, choice: str, count: int
) -> None:
    files.add(1000)
    page = open_page(server.url)
    page.click(f"#bars-choice >> text=/^{choice}$/")
    page.wait_for_function(f"() => orderflow.settings.values.bars === {choice}")
    settle(page)
    visible = page.evaluate("() => orderflow.charts.visibleBars().ohlc.map((bar) => bar[0])")
    assert visible == [bar[0] for bar in files.ohlc[-count:]]


def test_csv_has_the_visible_bars_of_all_series(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(200)
    page = open_page(server.url)
    page.keyboard.press("1")
    with page.expect_download() as download:
        page.click("#save-csv")
    assert download.value.suggested_filename.endswith(".csv")
    text = Path(download.value.path()).read_bytes().decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 60
    last = rows[-1]
    assert last["time_utc"] == "2024-08-09T03:13:00.000Z"
    for name, value in zip(
        ("open", "high", "low", "close", "volume"), files.ohlc[-1][1:], strict=True
    ):
        assert float(last[name]) == value
    assert float(last["obi_close"]) == files.metrics[-1][4]
    assert float(last["tot_high"]) == files.metrics[-1][6]
    assert float(last["cvd_close"]) == files.cvd[-1][4]


def test_png_is_a_picture_of_charts_and_depth(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(80)
    page = open_page(server.url)
    with page.expect_download() as download:
        page.keyboard.press("p")
    assert download.value.suggested_filename.startswith("BTC-USDT-2024-08-")
    content = Path(download.value.path()).read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    assert width > 2 * 1300, "charts and depth side by side, twice as fine as the screen"
    assert height > 2 * 500


@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_fits_its_width(
    files: RunFiles, server: PageServer, open_page: OpenPage, width: int
) -> None:
    files.add(120)
    height = 900 if width == 1440 else 844
    page = open_page(server.url, width=width, height=height)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    too_wide = page.evaluate(
        """(width) => [...document.querySelectorAll("#page *:not(.unseen)")]
             .filter((part) => part.getBoundingClientRect().right > width + 0.5)
             .filter((part) => !part.closest("#charts, #depth-plot, .log-lines, pre"))
             .map((part) => part.id || part.className || part.tagName)""",
        width,
    )
    assert too_wide == []
    for part in ("#charts-plot canvas", "#depth-plot .main-svg", "#ladder", "#log", "#save-png"):
        assert page.locator(part).first.is_visible(), part


def test_the_page_has_a_title_and_an_icon_of_its_own(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(5)
    page = open_page(server.url)
    assert page.title() == "BTC-USDT · Orderflow"
    icon = page.get_attribute("link[rel=icon]", "href")
    assert server.get(icon or "").headers["content-type"].startswith("image/svg+xml")
