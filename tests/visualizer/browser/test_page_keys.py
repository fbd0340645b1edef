"""Every key of the page's list, pressed from every place that the focus can be in."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from tests.support.browser import OpenPage
from tests.support.hands import box_of, drag, settle
from tests.support.page_server import PageServer
from tests.support.run_files import RunFiles

pytestmark = pytest.mark.browser

BARS = 900
TYPES = "() => document.activeElement.matches('input[type=text]')"
AT_START = "() => document.activeElement === document.body"
HELP_OPEN = "() => document.getElementById('help-dialog').open"


@dataclass(frozen=True, slots=True)
class View:
    """What of the run is in view."""

    start: float
    end: float
    first: float
    last: float
    count: int
    follows: bool

    @property
    def span(self) -> float:
        return self.end - self.start


def view(page: Page) -> View:
    found = page.evaluate(
        """() => {
          const { charts, settings } = orderflow;
          const times = charts.visibleBars().ohlc.map(([time]) => time);
          return [...charts.range(), times[0], times.at(-1), times.length, settings.values.follow];
        }"""
    )
    return View(*found)


def after(page: Page, key: str) -> View:
    page.keyboard.press(key)
    return view(page)


def assert_every_key_works(page: Page, files: RunFiles) -> None:
    """Press all keys of the list; each does what it says there."""
    oldest, newest = files.ohlc[0][0], files.ohlc[-1][0]
    for key, count in (("1", 60), ("3", BARS), ("2", 300)):
        shown = after(page, key)
        assert (shown.count, shown.last, shown.follows) == (count, newest, True), key
    for zoom_in, zoom_out in (("+", "-"), ("=", "-")):
        before = view(page).span
        assert after(page, zoom_in).span == pytest.approx(before / 1.25), zoom_in
        assert after(page, zoom_out).span == pytest.approx(before), zoom_out
    for key, share in (
        *(("Shift+ArrowLeft", -1), ("ArrowLeft", -0.1)),
        *(("ArrowRight", 0.1), ("Shift+ArrowRight", 1)),
    ):
        before_it = view(page)
        moved = after(page, key).start - before_it.start
        assert moved == pytest.approx(share * before_it.span), key
    assert after(page, "Home").first == oldest
    at_end = after(page, "End")
    assert (at_end.last, at_end.follows) == (newest, True)
    assert not after(page, "f").follows
    assert after(page, "F").follows
    for key, extension in (("c", ".csv"), ("p", ".png")):
        with page.expect_download() as download:
            page.keyboard.press(key)
        assert download.value.suggested_filename.endswith(extension)
    is_open = page.evaluate(HELP_OPEN)
    for expected in (not is_open, is_open):
        page.keyboard.press("?")
        assert page.evaluate(HELP_OPEN) is expected


def click(selector: str) -> Callable[[Page], None]:
    return lambda page: page.click(selector)


def open_help(page: Page) -> None:
    page.click("#help")
    page.wait_for_function(HELP_OPEN)


def open_and_close_help(page: Page) -> None:
    open_help(page)
    page.click("#help-close")
    page.wait_for_selector("#help-dialog", state="hidden")
    open_help(page)
    page.keyboard.press("Escape")


def type_and_leave(page: Page) -> None:
    page.fill("#log-filter", "exited")
    page.click("#charts-plot")


PLACES: dict[str, Callable[[Page], None]] = {
    "a page just loaded": lambda _: None,
    "the chart": click("#charts-plot"),
    "the chart after a drag": lambda page: drag(page, 0.3),
    "the chart after the log's filter": type_and_leave,
    "bars that are chosen already": click("#bars-choice >> text=/^300$/"),
    "bars just chosen": click("#bars-choice >> text=/^60$/"),
    "a scale that is chosen already": click("#obi-scale-choice >> text=Auto"),
    "a scale just chosen": click("#obi-scale-choice >> text=−1…1"),
    "colours that are chosen already": click("#palette-choice >> text=Blue / orange"),
    "rows": click("#rows-choice >> text=CVD"),
    "a log level that is chosen already": click("#log-level-choice >> text=Processes"),
    "a log level just chosen": click("#log-level-choice >> text=Warnings"),
    "Follow": click("#follow"),
    "the ladder": click("#ladder"),
    "the depth chart": click("#depth-plot"),
    "the log": click("#log"),
    "the header": click("#instrument"),
    "the open list of keys": open_help,
    "the closed list of keys": open_and_close_help,
}


@pytest.mark.parametrize("go", PLACES.values(), ids=PLACES.keys())
def test_every_key_of_the_list_works_after_a_click(
    files: RunFiles, server: PageServer, open_page: OpenPage, go: Callable[[Page], None]
) -> None:
    files.add(BARS)
    page = open_page(server.url)
    go(page)
    assert_every_key_works(page, files)


def test_every_key_of_the_list_works_wherever_tab_leads(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(BARS)
    page = open_page(server.url)
    stops = 0
    page.keyboard.press("Tab")
    while not page.evaluate(AT_START):
        if not page.evaluate(TYPES):
            assert_every_key_works(page, files)
            stops += 1
        page.keyboard.press("Tab")
        assert stops < 40, "Tab never leads out of the page"
    # four choices, four rows, Follow, CSV, PNG and the list of keys at least
    assert stops >= 12


def test_a_choice_reached_by_tab_is_changed_by_up_and_down(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(BARS)
    page = open_page(server.url)
    page.keyboard.press("Tab")  # how long bars are
    page.keyboard.press("Tab")
    before = view(page)
    assert before.count == 300
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => orderflow.settings.values.bars === 1000")
    page.keyboard.press("ArrowUp")
    page.wait_for_function("() => orderflow.settings.values.bars === 300")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_keys_work_after_a_click_anywhere(
    files: RunFiles, server: PageServer, open_page: OpenPage, width: int, height: int
) -> None:
    files.add(BARS)
    page = open_page(server.url, width=width, height=height)
    for y in range(12, height, 60):
        for x in range(12, width, 120):
            page.mouse.click(x, y)
            if not page.evaluate(TYPES):
                assert [after(page, key).count for key in "12"] == [60, 300], (x, y)
            if page.evaluate(HELP_OPEN):
                page.keyboard.press("Escape")


def test_text_in_the_filter_keeps_all_keys_to_itself(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(BARS)
    page = open_page(server.url)
    before = view(page)
    page.click("#log-filter")
    page.keyboard.type("pc12+-=?f")
    for key in ("Home", "ArrowRight", "End", "ArrowLeft", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    page.keyboard.type("x")
    assert page.input_value("#log-filter") == "pc12+-=xf"
    assert view(page) == before
    assert not page.evaluate(HELP_OPEN)


def test_2_after_f_shows_the_newest_300_and_follows(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(BARS)
    page = open_page(server.url)
    assert not after(page, "f").follows
    shown = after(page, "2")
    assert (shown.count, shown.last, shown.follows) == (300, files.ohlc[-1][0], True)
    page.wait_for_function(
        "() => document.querySelector('#bars-choice input[value=\"300\"]').checked"
    )
    assert not after(page, "f").follows
    page.click("#bars-choice >> text=/^300$/")
    page.wait_for_function("() => orderflow.settings.values.follow")
    assert view(page).count == 300


def test_who_stopped_following_by_f_stays_where_he_is_whatever_he_looks_at(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(BARS)
    page = open_page(server.url)
    page.keyboard.press("f")
    for key in ("+", "+", "-", "ArrowLeft", "ArrowRight", "Home", "Shift+ArrowRight"):
        assert not after(page, key).follows, key
    for _ in range(10):
        page.keyboard.press("Shift+ArrowRight")
    drag(page, 0.3)
    page.mouse.wheel(0, 400)
    page.wait_for_function(
        "() => orderflow.charts.visibleBars().ohlc.at(-1)[0] === orderflow.store.ohlc.at(-1)[0]"
    )
    kept = view(page)
    assert not kept.follows
    assert page.get_attribute("#follow", "aria-pressed") == "false"
    files.add(1)
    page.wait_for_function(
        "(last) => orderflow.store.ohlc.at(-1)[0] === last", arg=files.ohlc[-1][0]
    )
    shown = view(page)
    assert (shown.start, shown.end) == (kept.start, kept.end)
    assert after(page, "End").follows


def test_who_left_the_newest_bar_without_f_follows_again_once_it_is_back_in_view(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(BARS)
    page = open_page(server.url)
    assert not after(page, "ArrowLeft").follows
    assert after(page, "ArrowRight").follows


@pytest.mark.parametrize("bars", ["1", "2", "3"])
def test_zooming_in_at_the_end_leaves_the_newest_bar_whole(
    files: RunFiles, server: PageServer, open_page: OpenPage, bars: str
) -> None:
    files.add(BARS)
    page = open_page(server.url)
    before = after(page, bars)
    edge = files.ohlc[-1][0] + files.window_ms / 2
    for _ in range(30):
        shown = after(page, "+")
        assert shown.end >= edge
        assert shown.follows
    assert shown.count in (4, 5), "as near as one can get"
    for _ in range(30):
        if view(page).span < before.span / 1.2:
            page.keyboard.press("-")
    assert view(page).end - edge < before.span * 0.02, "no more room behind it than before"


def test_the_wheel_on_the_newest_bar_leaves_it_whole(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(BARS)
    page = open_page(server.url)
    page.keyboard.press("1")
    settle(page)
    box = box_of(page, "#charts-plot")
    tag = box_of(page, ".tag-price")
    shown = view(page)
    share = (shown.last - shown.start) / shown.span
    page.mouse.move(box["x"] + 6 + (tag["x"] - box["x"] - 6) * share, box["y"] + 200)
    for _ in range(8):
        span = view(page).span
        page.mouse.wheel(0, -150)
        page.wait_for_function(
            "(span) => orderflow.charts.range()[1] - orderflow.charts.range()[0] < span", arg=span
        )
        shown = view(page)
        assert shown.end >= files.ohlc[-1][0] + files.window_ms / 2
        assert shown.follows


def test_a_newest_bar_that_is_half_in_view_is_not_followed(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(BARS)
    page = open_page(server.url)
    page.keyboard.press("1")
    for _ in range(40):  # to the shortest view, in which a tenth is half a bar
        page.keyboard.press("+")
    edge = files.ohlc[-1][0] + files.window_ms / 2
    shown = view(page)
    while shown.end >= edge:
        assert shown.follows
        shown = after(page, "ArrowLeft")
    assert shown.last == files.ohlc[-1][0], "its middle is still in view"
    assert not shown.follows
