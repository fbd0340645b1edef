"""The page belongs to the job whose data it shows: its name, its window, what was chosen for it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import LAID_OUT, READY, OpenPage
from tests.support.drawn import BARS_DRAWN, SCENE
from tests.support.hands import drag, settle
from tests.support.page_server import PageServer
from tests.support.run_files import START_MS, RunFiles

pytestmark = pytest.mark.browser

DAY_MS = 86_400_000
MAY_2015_MS = 1_430_438_400_000
OTHER_PRICE = 1_800.5


def run_another(files: RunFiles, *, window_ms: int, instrument: str, start_ms: int) -> RunFiles:
    """Begin another run in the same directory: emptied files, its record, then its bars."""
    files.ohlc, files.metrics, files.cvd = [], [], []
    files.publish()
    other = RunFiles(files.run.root, window_ms, start_ms)
    other.write_processor(run_id="r2", instrument=instrument, from_ms=start_ms, to_ms=start_ms + 1)
    other.grow(40)
    for bar in other.ohlc:
        bar[1:5] = [OTHER_PRICE] * 4
    other.publish()
    return other


def newest_shown(page: Page) -> list[float]:
    shown: list[float] = page.evaluate("() => orderflow.charts.visibleBars().ohlc.at(-1)")
    return shown[:6]


def test_a_tab_that_stays_open_over_a_new_run_shows_the_new_name_over_the_new_data(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.write_processor(to_ms=START_MS + DAY_MS)
    files.add(60)
    page = open_page(server.url)
    expect(page.locator("#instrument")).to_have_text("BTC-USDT")
    expect(page.locator("#window")).to_have_text("1 m bars")
    expect(page.locator("#range")).to_have_text("2024-08-08 23:54 – 2024-08-09 23:54 UTC")
    other = run_another(files, window_ms=300_000, instrument="ETH-USDT", start_ms=MAY_2015_MS)
    page.wait_for_function("(last) => orderflow.store.ohlc.at(-1)?.[4] === last", arg=OTHER_PRICE)
    settle(page)
    expect(page.locator("#instrument")).to_have_text("ETH-USDT")
    expect(page.locator("#window")).to_have_text("5 m bars")
    expect(page.locator("#range")).to_have_text("2015-05-01 – 2015-05-01 00:00:00.001 UTC")
    expect(page).to_have_title("ETH-USDT · Orderflow")
    assert page.evaluate(f"() => {SCENE}.windowMs") == 300_000
    assert newest_shown(page) == other.ohlc[-1]
    start, end = page.evaluate(f"() => {SCENE}.range")
    assert start < other.ohlc[0][0] < other.ohlc[-1][0] < end
    with page.expect_download() as download:
        page.click("#save-csv")
    assert download.value.suggested_filename.startswith("ETH-USDT-2015-")


def test_a_saved_zoom_of_2015_does_not_blank_a_run_of_2024(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    old = RunFiles(files.run.root, start_ms=MAY_2015_MS)
    old.write_processor(from_ms=MAY_2015_MS, to_ms=MAY_2015_MS + DAY_MS)
    old.add(400)
    page = open_page(server.url)
    page.click("#palette-choice >> text=Green / red")
    drag(page, 0.6)
    page.wait_for_function("() => !orderflow.settings.values.follow")
    zoomed = page.evaluate(f"() => {SCENE}.range")

    old.ohlc, old.metrics, old.cvd = [], [], []
    old.publish()
    files.write_processor()
    files.add(100)
    page.reload()
    page.wait_for_function(READY)
    assert newest_shown(page) == files.ohlc[-1]
    assert page.evaluate(BARS_DRAWN) == 100
    assert page.evaluate("() => orderflow.settings.values.follow") is True
    assert page.evaluate("() => orderflow.settings.values.palette") == "green-red", "a taste"

    old.write_processor(from_ms=MAY_2015_MS, to_ms=MAY_2015_MS + DAY_MS)
    old.add(400)
    page.wait_for_function(
        "(last) => orderflow.store.ohlc.at(-1)?.[0] === last", arg=old.ohlc[-1][0]
    )
    settle(page)
    assert page.evaluate(f"() => {SCENE}.range") == zoomed, "what was chosen for it is kept"


def test_without_a_record_of_a_processor_the_page_is_of_its_own_job(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    page = open_page(server.url, wait_until=LAID_OUT)
    job: dict[str, Any] = page.evaluate("() => orderflow.store.job")
    assert job["instrument"] == "BTC-USDT"
    assert job["windowMs"] == 60_000
    assert job["fromMs"] < job["toMs"]


def look_at(page: Page, from_ms: float, to_ms: float) -> None:
    page.evaluate(
        "(range) => orderflow.settings.set({ bars: null, follow: false, range })", [from_ms, to_ms]
    )
    settle(page)


def test_a_view_without_bars_says_so_and_offers_the_way_back(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.grow(100)
    files.skip(300)
    files.grow(100)
    files.publish()
    page = open_page(server.url)
    empty = page.locator("#charts-empty")
    expect(empty).to_be_hidden()
    start = files.ohlc[100][0] - 60 * files.window_ms
    look_at(page, start, start + 30 * files.window_ms)
    expect(empty).to_be_visible()
    expect(empty).to_contain_text("No bars from 2024-08-09 05:34 to 2024-08-09 06:04 UTC")
    page.get_by_role("button", name="Show the nearest data").click()
    settle(page)
    expect(empty).to_be_hidden()
    range_ = page.evaluate(f"() => {SCENE}.range")
    assert range_[0] < files.ohlc[100][0] < range_[1], "the bar behind the view was nearer"
    assert range_[1] - range_[0] == 30 * files.window_ms, "as wide as it was"

    look_at(page, start, start + 30 * files.window_ms)
    page.get_by_role("button", name="Show the newest").focus()
    page.keyboard.press("Enter")
    settle(page)
    expect(empty).to_be_hidden()
    assert newest_shown(page) == files.ohlc[-1]
    assert page.evaluate("() => orderflow.settings.values.follow") is True


def test_a_view_behind_the_newest_bar_offers_that_alone(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(50)
    page = open_page(server.url)
    end = files.ohlc[-1][0]
    look_at(page, end + 3_600_000, end + 7_200_000)
    assert page.locator("#charts-empty button:visible").all_inner_texts() == ["Show the newest"]
    page.get_by_role("button", name="Show the newest").click()
    expect(page.locator("#charts-empty")).to_be_hidden()
