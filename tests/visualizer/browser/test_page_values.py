"""What the charts say of single bars: bodies, tags and read-outs, as a reader sees them."""

import datetime
import re

import pytest
from playwright.sync_api import FloatRect, Page

from tests.support.browser import OpenPage
from tests.support.drawn import SCENE
from tests.support.hands import box_of, drag, settle, touch
from tests.support.page_server import PageServer
from tests.support.pixels import are_of, pieces, pixels_of
from tests.support.run_files import RunFiles

pytestmark = pytest.mark.browser

UP, DOWN, EVEN, PAPER = "#56a8f5", "#f0883e", "#9aa6b2", "#0d1117"
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}
READOUT_PX = 32


def row_box(page: Page, index: int) -> FloatRect:
    """Return a row of the charts without its read-out and its axis; the price's is 0."""
    page.mouse.move(2, 2)
    settle(page)
    chart = box_of(page, "#charts")
    edges = [chart["y"]]
    for divider in page.locator("#charts .divider").all():
        box = divider.bounding_box()
        assert box is not None
        edges.append(box["y"])
    axis = box_of(page, ".tag-price")["x"]
    top, bottom = edges[index] + READOUT_PX, edges[index + 1] - 5
    return {"x": chart["x"] + 7, "y": top, "width": axis - chart["x"] - 10, "height": bottom - top}


def flatten(files: RunFiles, *, wick: float = 0) -> None:
    """Let every bar close where it opened, each at a height of its own, and buy as much as sell."""
    for number, bar in enumerate(files.ohlc):
        price = 61_800 + 0.37 * number
        bar[1:] = [price, price + wick, price - wick, price, 3.0]
    for bar in files.cvd:
        bar[1:] = [2.0, 2.5, 1.5, 2.0]
    files.write_processor()  # without one the charts are dimmed
    files.publish()


@pytest.mark.parametrize("wick", [0.0, 5.0], ids=["without wicks", "with wicks"])
@pytest.mark.parametrize("bars", [30, 120, 290])
def test_a_bar_that_closes_where_it_opened_is_one_piece_in_the_colour_of_its_tag(
    files: RunFiles, server: PageServer, open_page: OpenPage, bars: int, wick: float
) -> None:
    files.grow(bars)
    flatten(files, wick=wick)
    page = open_page(server.url)
    assert background_of(page, ".tag-price") == EVEN
    shown = pixels_of(page, row_box(page, 0))
    found = list(pieces(are_of(shown, EVEN)))
    assert len(found) == bars
    assert not are_of(shown, UP).any()
    assert not are_of(shown, DOWN).any()
    widths = {max(x for _, x in piece) - min(x for _, x in piece) + 1 for piece in found}
    assert max(widths) - min(widths) <= 1, "all are as broad as a body"


def test_volume_of_as_much_bought_as_sold_has_the_colour_of_its_tag(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.grow(30)
    flatten(files)
    page = open_page(server.url)
    assert background_of(page, ".tag-volume") == background_of(page, ".tag-cvd") == EVEN
    shown = pixels_of(page, row_box(page, 1))
    assert len(list(pieces(are_of(shown, EVEN)))) == 30
    assert not are_of(shown, UP).any()


def background_of(page: Page, selector: str) -> str:
    colour: str = page.evaluate(
        "(selector) => getComputedStyle(document.querySelector(selector)).backgroundColor", selector
    )
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", colour))


def climb(files: RunFiles, count: int, step: float) -> None:
    """Grow bars whose prices climb, while as much as is bought falls."""
    files.grow(count)
    for number, bar in enumerate(files.ohlc):
        price = round(61_000 + step * number, 1)
        bar[1:5] = [price, price + 1, price - 1, price + 0.5]
    for number, bar in enumerate(files.cvd):
        bar[1:] = [-number, -number + 0.2, -number - 1.2, -number - 1]
    files.publish()


def test_a_tag_of_a_value_in_view_is_at_its_height_and_has_no_arrow(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    climb(files, 300, step=2)
    page = open_page(server.url)
    for key in ("price", "volume", "obi", "tot", "cvd"):
        assert not re.search("[▲▼]", page.inner_text(f".tag-{key}")), key
        assert background_of(page, f".tag-{key}") != PAPER
    tag = box_of(page, ".tag-price")
    middle = tag["y"] + tag["height"] / 2
    page.mouse.move(box_of(page, "#charts")["x"] + 300, middle)
    settle(page)
    there = float(page.inner_text(".cross-value").replace(",", ""))
    assert there == pytest.approx(files.ohlc[-1][4], abs=3), "what the crosshair reads beside it"


def test_a_tag_of_a_value_out_of_view_has_an_arrow_that_says_where_it_is(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    climb(files, 600, step=2)
    page = open_page(server.url)
    page.keyboard.press("Home")
    page.wait_for_selector(".tag-price.beyond")
    price, cvd = page.inner_text(".tag-price"), page.inner_text(".tag-cvd")
    assert price.replace("\n", "") == f"▲{files.ohlc[-1][4]:,.1f}"
    assert cvd.replace("\n", "") == "▼−600.00"
    tag, arrow = box_of(page, ".tag-price"), box_of(page, ".tag-arrow")
    assert box_of(page, "#charts")["y"] <= tag["y"], "inside its row"
    assert tag["y"] + tag["height"] < box_of(page, "#charts .divider")["y"]
    assert arrow["x"] + arrow["width"] <= tag["x"], "beside the number, which it does not cover"
    assert background_of(page, ".tag-price") == PAPER, "hollow"
    page.keyboard.press("End")
    page.wait_for_selector(".tag-price:not(.beyond)")


def test_a_tag_of_a_value_out_of_view_tells_the_newest_of_it(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    climb(files, 600, step=2)
    page = open_page(server.url)
    page.keyboard.press("Home")
    page.wait_for_selector(".tag-price.beyond")
    files.ohlc[-1][4] = files.ohlc[-1][2] = 70_000.5
    files.publish()
    page.wait_for_selector(".tag-price >> text=70,000.5")


def test_no_number_of_the_axis_peeps_out_behind_a_tag_at_its_end(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    climb(files, 600, step=2)
    page = open_page(server.url)
    page.keyboard.press("1")
    page.keyboard.press("Home")
    page.wait_for_selector(".tag-price.beyond")
    for _ in range(12):
        page.keyboard.press("ArrowRight")
        settle(page)
        tags = [box.bounding_box() for box in page.locator("#charts .tag").all()]
        top = box_of(page, "#charts-plot")["y"]
        labels = [top + label["y"] for label in page.evaluate(f"() => {SCENE}.valueLabels")]
        assert labels
        for tag in tags:
            assert tag is not None
            for middle in labels:
                assert not tag["y"] - 5 < middle < tag["y"] + tag["height"] + 5


def time_told(page: Page) -> float:
    """Return the time in the read-out, ms."""
    text = page.inner_text(".readout-price time").removesuffix(" UTC")
    return datetime.datetime.fromisoformat(f"{text}Z").timestamp() * 1000


def newest_in_view(page: Page) -> float:
    time: float = page.evaluate("() => orderflow.charts.visibleBars().ohlc.at(-1)[0]")
    return time


def assert_tells(page: Page, files: RunFiles, time: float) -> None:
    """Check that all rows are read out of the bar of that time."""
    assert time_told(page) == time
    index = [bar[0] for bar in files.ohlc].index(time)
    assert f"C{files.ohlc[index][4]:,.1f}" in page.inner_text(".readout-price")
    obi = f"C{files.metrics[index][4]:+.3f}".replace("-", "−")
    assert obi in page.inner_text(".readout-obi")


def test_on_a_phone_the_read_out_tells_the_bar_under_the_finger_and_then_the_newest_in_view(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(600)
    page = open_page(server.url, **PHONE)
    assert_tells(page, files, files.ohlc[-1][0])
    box = box_of(page, "#charts-plot")
    y = box["y"] + 150
    touch(page, [(box["x"] + 60 + step * 20, y) for step in range(12)])
    settle(page)
    moved_to = newest_in_view(page)
    assert moved_to < files.ohlc[-1][0]
    assert_tells(page, files, moved_to)

    page.keyboard.press("1")
    page.keyboard.press("Shift+ArrowLeft")
    settle(page)
    assert_tells(page, files, newest_in_view(page))
    for x in (box["x"] + 40, box["x"] + 200):
        touch(page, [(x, y)], lift=False)  # the finger rests there
        under = page.evaluate("(x) => orderflow.charts.timeAt(x)", x)
        assert time_told(page) == pytest.approx(under, abs=files.window_ms / 2)
        assert_tells(page, files, time_told(page))
        assert page.inner_text(".cross-time") == page.inner_text(".readout-price time")
        touch(page, [(x, y)])
        settle(page)
        assert_tells(page, files, newest_in_view(page))
        assert page.is_hidden(".cross-time")


def test_without_a_pointer_the_read_out_tells_the_newest_bar_in_view(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(600)
    page = open_page(server.url)
    drag(page, 0.4)
    page.mouse.move(2, 2)
    for key in ("ArrowLeft", "Home", "1", "+", "Shift+ArrowLeft"):
        page.keyboard.press(key)
        settle(page)
        assert_tells(page, files, newest_in_view(page))


def test_in_a_gap_the_read_out_tells_of_no_bar_that_is_out_of_view(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.grow(100)
    files.skip(100)
    files.grow(100)
    files.publish()
    page = open_page(server.url)
    box = box_of(page, "#charts-plot")
    page.mouse.move(box["x"] + box["width"] * 0.47, box["y"] + 150)
    for _ in range(20):
        page.mouse.wheel(0, -300)
        settle(page)
    assert page.evaluate("() => orderflow.charts.visibleBars().ohlc") == []
    assert page.inner_text(".readout-price") == "no bar in view"
    page.mouse.move(2, 2)
    settle(page)
    assert page.inner_text(".readout-price") == "no bar in view"
