"""What mouse and fingers do on the charts, with a real mouse and real touches."""

import pytest
from playwright.sync_api import Page

from tests.support.browser import OpenPage
from tests.support.hands import box_of, drag, settle, touch
from tests.support.page_server import PageServer
from tests.support.run_files import RunFiles

pytestmark = pytest.mark.browser

RANGE = "() => orderflow.charts.range()"
NEWEST_300 = """() => {
  const { charts, settings, store } = orderflow;
  const { ohlc } = charts.visibleBars();
  return settings.values.follow && ohlc.length === 300 && ohlc.at(-1)[0] === store.ohlc.at(-1)[0];
}"""
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}

# shares of the chart's width and height
SPOTS = {
    "a candle row": (0.5, 0.3),
    "the read-out": (0.05, 0.02),
    "the lowest row": (0.3, 0.9),
    "between two rows": (0.6, 0.43),
    "the time axis": (0.4, 0.98),
    "the value axis": (0.97, 0.2),
}


@pytest.mark.parametrize("spot", SPOTS.values(), ids=SPOTS.keys())
def test_a_double_click_shows_the_newest_300_bars(
    files: RunFiles, server: PageServer, open_page: OpenPage, spot: tuple[float, float]
) -> None:
    files.add(600)
    page = open_page(server.url)
    box = box_of(page, "#charts-plot")
    x, y = box["x"] + box["width"] * spot[0], box["y"] + box["height"] * spot[1]
    for before in ("Home", "1", "3", "+", "f"):
        page.keyboard.press(before)
        assert not page.evaluate(NEWEST_300) or before == "f"
        page.mouse.dblclick(x, y)
        page.wait_for_function(NEWEST_300)


def test_a_double_click_of_a_hand_that_trembles_shows_the_newest_300_bars(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(600)
    page = open_page(server.url)
    page.keyboard.press("Home")
    box = box_of(page, "#charts-plot")
    x, y = box["x"] + 400, box["y"] + 150
    page.mouse.move(x, y)
    for click_count in (1, 2):
        page.mouse.down(click_count=click_count)
        page.mouse.move(x + click_count, y + 1)
        page.mouse.up(click_count=click_count)
    page.wait_for_function(NEWEST_300)


def test_a_double_tap_shows_the_newest_300_bars(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(600)
    page = open_page(server.url, **PHONE)
    page.keyboard.press("Home")
    box = box_of(page, "#charts-plot")
    for _ in range(2):
        page.touchscreen.tap(box["x"] + 150, box["y"] + 150)
    page.wait_for_function(NEWEST_300)


def test_a_click_moves_nothing(files: RunFiles, server: PageServer, open_page: OpenPage) -> None:
    files.add(600)
    page = open_page(server.url)
    before = page.evaluate(RANGE)
    box = box_of(page, "#charts-plot")
    x, y = box["x"] + 400, box["y"] + 150
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 2, y)
    page.mouse.up()
    settle(page)
    assert page.evaluate(RANGE) == before
    assert page.evaluate("() => orderflow.settings.values.bars") == 300


def test_bars_stay_under_the_mouse_that_drags_them_and_let_go_with_it(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(600)
    page = open_page(server.url)
    box = box_of(page, "#charts-plot")
    x, y = box["x"] + 300, box["y"] + 150
    page.mouse.move(x, y)
    held = page.evaluate("(x) => orderflow.charts.timeAt(x)", x)
    page.mouse.down()
    for step in (1, 3, 10, 100, 300):
        page.mouse.move(x + step, y)
    assert page.evaluate("(x) => orderflow.charts.timeAt(x)", x + 300) == pytest.approx(held, abs=1)
    page.mouse.move(box["x"] + 200, box["y"] + box["height"] + 60)  # out of the chart, still held
    page.mouse.up()
    released = page.evaluate(RANGE)
    assert page.evaluate("(x) => orderflow.charts.timeAt(x)", box["x"] + 200) == pytest.approx(
        held, abs=1
    )
    page.mouse.move(x + 200, y)
    settle(page)
    assert page.evaluate(RANGE) == released
    assert page.evaluate("() => String(getSelection())") == ""


def test_the_right_button_drags_nothing(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(600)
    page = open_page(server.url)
    before = page.evaluate(RANGE)
    box = box_of(page, "#charts-plot")
    page.mouse.move(box["x"] + 300, box["y"] + 150)
    page.mouse.down(button="right")
    page.mouse.move(box["x"] + 500, box["y"] + 150)
    page.mouse.up(button="right")
    settle(page)
    assert page.evaluate(RANGE) == before


def test_a_drag_draws_what_comes_into_view(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(600)
    page = open_page(server.url)
    draws = page.evaluate("() => orderflow.charts.draws")
    drag(page, 0.4)
    settle(page)
    assert page.evaluate("() => orderflow.charts.draws") > draws
    assert not page.evaluate("() => orderflow.settings.values.follow")


def test_a_drag_leaves_the_depth_chart_alone_and_new_colours_do_not(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(600)
    page = open_page(server.url)
    page.wait_for_selector("#depth-plot .main-svg")
    settle(page)
    page.evaluate(
        """() => {
          window.isDepthDrawn = false;
          new MutationObserver(() => { window.isDepthDrawn = true; })
            .observe(document.getElementById("depth-plot"), { childList: true, subtree: true });
        }"""
    )
    drag(page, 0.4)
    settle(page)
    assert not page.evaluate("() => window.isDepthDrawn")
    page.click("#palette-choice >> text=Green / red")
    page.wait_for_function("() => window.isDepthDrawn")


@pytest.mark.parametrize("spot", SPOTS.values(), ids=SPOTS.keys())
def test_the_wheel_zooms_wherever_on_the_charts_it_is_turned(
    files: RunFiles, server: PageServer, open_page: OpenPage, spot: tuple[float, float]
) -> None:
    files.add(600)
    page = open_page(server.url)
    box = box_of(page, "#charts-plot")
    page.mouse.move(box["x"] + box["width"] * spot[0], box["y"] + box["height"] * spot[1])
    span = width_in_view(page)
    page.mouse.wheel(0, -200)
    page.wait_for_function(f"(span) => ({RANGE})()[1] - ({RANGE})()[0] < span", arg=span)
    page.mouse.wheel(0, 200)
    page.wait_for_function(
        f"(span) => Math.abs(({RANGE})()[1] - ({RANGE})()[0] - span) < 1", arg=span
    )


def width_in_view(page: Page) -> float:
    start, end = page.evaluate(RANGE)
    return float(end - start)


def test_a_finger_that_leaves_and_another_that_comes_do_not_make_the_view_jump(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(600)
    page = open_page(server.url, **PHONE)
    box = box_of(page, "#charts-plot")
    y = box["y"] + 120
    touch(page, [(box["x"] + 100 + step * 10, y) for step in range(11)])
    once = page.evaluate(RANGE)
    touch(page, [(box["x"] + 30, y)])
    settle(page)
    assert page.evaluate(RANGE) == once


def test_the_wheel_zooms_around_the_pointer(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(300)
    page = open_page(server.url)
    box = box_of(page, "#charts-plot")
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    time_there = page.inner_text(".cross-time")
    page.mouse.wheel(0, -400)
    page.wait_for_function("() => orderflow.settings.values.bars === null")
    settle(page)
    assert page.inner_text(".cross-time") == time_there


def test_on_a_phone_a_finger_moves_two_zoom_and_up_and_down_scrolls(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(300)
    page = open_page(server.url, **PHONE)
    box = box_of(page, "#charts-plot")
    x, y = box["x"] + 150, box["y"] + 120

    before = page.evaluate(RANGE)
    pixels = box_of(page, ".tag-price")["x"] - box["x"] - 6  # from the chart's edge to the axis
    touch(page, [(x + step * 10, y) for step in range(11)])
    after = page.evaluate(RANGE)
    width = before[1] - before[0]
    # the browser takes the first pixels to see where the finger is going
    assert (before[0] - after[0]) / width * pixels == pytest.approx(100, abs=20)
    assert after[1] - after[0] == pytest.approx(width)
    assert page.evaluate("() => orderflow.settings.values.follow") is False

    touch(
        page,
        [(x - 20 - step * 8, y) for step in range(11)],
        [(x + 20 + step * 8, y + 40) for step in range(11)],
    )
    zoomed = page.evaluate(RANGE)
    # the fingers go from 40 to 200 pixels apart
    assert (after[1] - after[0]) / (zoomed[1] - zoomed[0]) == pytest.approx(5, rel=0.25)

    touch(page, [(x, y + 300 - step * 20) for step in range(12)])
    page.wait_for_function("() => window.scrollY > 100")
    assert page.evaluate(RANGE) == zoomed
