"""What is on the charts' canvases: pixels of the screen, read back."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FloatRect, Page

from tests.support.browser import CHROMIUM_ARGUMENTS, READY, OpenPage, find_chromium
from tests.support.drawn import SCENE, drawn_rows
from tests.support.hands import box_of, settle
from tests.support.page_server import PageServer
from tests.support.pixels import are_of, decoded, pixels_of
from tests.support.run_files import RunFiles

pytestmark = pytest.mark.browser

PAPER, GRID, ZERO, CROSS, AXIS = "#0d1117", "#1c232d", "#4a5563", "#6b7684", "#9aa6b2"
PALETTES = {"Blue / orange": ("#56a8f5", "#f0883e"), "Green / red": ("#3fb68b", "#f6685e")}
UP, DOWN = PALETTES["Blue / orange"]
READOUT_PX = 40


NOTE_PAINTING = """() => {
  const { prototype } = CanvasRenderingContext2D;
  const { fillRect } = prototype;
  window.painted = [];
  prototype.fillRect = function (...rect) {
    window.painted.push([this.canvas.className, rect[0]]);
    fillRect.apply(this, rect);
  };
}"""


def whole_page(page: Page) -> FloatRect:
    """Return all of the window: cut on an edge of its own a picture is scaled by nothing."""
    size = page.viewport_size
    assert size is not None
    return {"x": 0, "y": 0, "width": size["width"], "height": size["height"]}


def put_aside(page: Page) -> None:
    """Take the pointer off the charts."""
    page.mouse.move(2, 2)
    settle(page)


@pytest.mark.parametrize("palette", PALETTES)
def test_every_bar_is_on_the_screen_where_the_scene_has_it(
    files: RunFiles, server: PageServer, open_page: OpenPage, palette: str
) -> None:
    files.grow(120)
    files.write_processor()  # without one the charts are dimmed
    files.publish()
    page = open_page(server.url)
    page.click(f"#palette-choice >> text={palette}")
    put_aside(page)
    origin = box_of(page, "#charts-plot")
    shown = pixels_of(page, whole_page(page))
    seen = 0
    for key in ("price", "cvd", "volume"):
        row = drawn_rows(page)[key]
        for tone, colour in zip(("up", "down"), PALETTES[palette], strict=True):
            assert row.colours[f"{key} {tone}"] == colour
            for mark in row.groups[f"{key} {tone}"]:
                for left, top, width, height in filter(None, (mark.body, mark.wick)):
                    if top < row.clip[1] + READOUT_PX:
                        continue  # the read-out may lie over it
                    x, y = round(origin["x"]) + int(left), round(origin["y"]) + int(top)
                    part = shown[y : y + int(height), x : x + int(width)]
                    assert are_of(part, colour).all(), (key, mark)
                    seen += 1
    assert seen > 200


@pytest.mark.parametrize("ratio", [1, 1.25, 1.5, 2])
def test_nothing_is_blurred_whatever_pixels_the_device_has(
    files: RunFiles, server: PageServer, browser: Browser, ratio: float
) -> None:
    files.grow(120)
    files.write_processor()
    files.publish()
    scale = (f"--force-device-scale-factor={ratio}", "--window-size=1440,1000")
    arguments = [*CHROMIUM_ARGUMENTS, *scale]
    # a device of its own: where Chromium only emulates one, it lays out in CSS pixels
    device = browser.browser_type.launch(executable_path=find_chromium(), args=arguments)
    page = device.new_context(no_viewport=True).new_page()
    page.goto(server.url)
    page.wait_for_function(READY)
    put_aside(page)
    origin = box_of(page, "#charts-plot")
    shown = decoded(page, base64.b64encode(page.screenshot()).decode())
    left, top, width, height = (int(number) for number in drawn_rows(page)["price"].clip)
    device.close()
    x = round(origin["x"] * ratio) + left
    y, aside = round(origin["y"] * ratio) + top, round(READOUT_PX * ratio)
    # tags have a rim that reaches some pixels into the row
    row = shown[y + aside : y + height - 2, x : x + width - round(6 * ratio)]
    ours = sum(are_of(row, colour) for colour in (PAPER, GRID, ZERO, UP, DOWN, AXIS))
    assert ours.all(), "a colour between two is an edge between two pixels"
    assert are_of(row, UP).any()


def test_after_many_updates_the_picture_is_that_of_a_page_that_saw_only_the_last(
    files: RunFiles, serve: Callable[..., PageServer], open_page: OpenPage
) -> None:
    files.grow(100)
    files.write_processor()
    files.publish()
    server = serve("--poll-ms", "50")
    page = open_page(server.url)
    put_aside(page)
    for number in range(25):
        if number % 10 == 9:
            files.grow()
        bar = files.ohlc[-1]
        bar[4] = round(bar[3] + (bar[2] - bar[3]) * (number % 7) / 7, 1)
        files.cvd[-1][4] = round(files.cvd[-1][3] + number % 3, 3)
        files.write_processor()
        files.publish()
        page.wait_for_function(
            "([price, delta]) => orderflow.store.ohlc.at(-1)[4] === price"
            " && orderflow.store.cvd.at(-1)[4] === delta",
            arg=[bar[4], files.cvd[-1][4]],
        )
    settle(page)
    clip = whole_page(page) | {"y": 90.0, "width": 1100.0, "height": 600.0}
    updated = pixels_of(page, clip)
    page.reload()
    page.wait_for_function("() => window.orderflow?.charts.draws > 0")
    put_aside(page)
    assert abs(pixels_of(page, clip) - updated).max() <= 2, (
        "a tag's rim is not always rounded alike"
    )


def test_a_trade_within_the_newest_bar_leaves_what_stands_untouched(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.grow(100)
    files.publish()
    page = open_page(server.url)
    settle(page)
    page.evaluate(NOTE_PAINTING)
    bar = files.ohlc[-1]
    bar[4] = round((bar[2] + bar[3]) / 2 + 0.1, 1)
    files.publish()
    page.wait_for_function("() => window.painted.length > 0")
    settle(page)
    left = page.evaluate(f"() => {SCENE}.moving.left")
    painted = page.evaluate("() => window.painted")
    assert {name for name, _ in painted} == {"layer layer-moving"}
    assert all(x >= left for _, x in painted), "the newest bars' strip alone"
    assert len(painted) < 30


def test_a_pointer_that_moves_repaints_its_own_cross_alone(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(100)
    page = open_page(server.url)
    origin = box_of(page, "#charts-plot")
    settle(page)
    page.evaluate(NOTE_PAINTING)
    for step in range(5):
        page.mouse.move(origin["x"] + 300 + 40 * step, origin["y"] + 150)
        settle(page)
    painted = page.evaluate("() => window.painted")
    assert {name for name, _ in painted} == {"layer layer-pointer"}
    page.evaluate("() => { window.painted = []; orderflow.charts.requestDraw(); }")
    settle(page)
    assert page.evaluate("() => window.painted") == [], "nothing changed"


def test_the_cross_is_on_the_bar_pointed_at_and_gone_with_the_pointer(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.grow(60)
    files.write_processor()
    files.publish()
    page = open_page(server.url)
    put_aside(page)
    origin = box_of(page, "#charts-plot")
    clip = whole_page(page)
    assert not are_of(pixels_of(page, clip), CROSS).any()
    row = drawn_rows(page)["price"]
    mark = next(mark for marks in row.groups.values() for mark in marks if mark.body[0] > 500)
    page.mouse.move(origin["x"] + mark.body[0] + 2, origin["y"] + 150)
    settle(page)
    upright = are_of(pixels_of(page, clip), CROSS)[:, int(origin["x"] + mark.body[0]) :]
    upright = upright[:, : int(mark.body[2])]
    # dashes down all rows, as broad as the wick: in the middle of the body
    columns = upright.sum(axis=0)
    assert columns.argmax() == (mark.body[2] - 1) / 2
    assert columns.max() > origin["height"] / 3
    put_aside(page)
    assert not are_of(pixels_of(page, clip), CROSS).any()


def test_another_size_of_the_window_is_drawn_with_as_many_pixels(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(60)
    page = open_page(server.url, device_scale_factor=2)
    for width, height in ((1000, 700), (1441, 903), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        settle(page)
        pixels = page.evaluate(
            """() => {
              const plot = document.getElementById("charts-plot");
              const { width, height } = plot.getBoundingClientRect();
              return [[width, height].map((size) => Math.round(size * 2)),
                ...[...plot.children].map((canvas) => [canvas.width, canvas.height])];
            }"""
        )
        assert pixels[1:] == [pytest.approx(pixels[0], abs=1)] * 3


def test_the_saved_picture_has_the_bars_and_the_tags(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(80)
    page = open_page(server.url)
    right = page.evaluate(f"() => {SCENE}.placed.plot.left + {SCENE}.placed.plot.width")
    width = box_of(page, "#charts-plot")["width"]
    with page.expect_download() as download:
        page.keyboard.press("p")
    png = base64.b64encode(Path(download.value.path()).read_bytes()).decode()
    shown = decoded(page, png)
    bars = shown[:, : int(right * 2)]
    assert are_of(bars, UP).sum() > 1000
    assert are_of(bars, DOWN).sum() > 1000
    axis = shown[:, int(right * 2) : int(width * 2)]
    tags = sum(are_of(axis, colour) for colour in (UP, DOWN, AXIS, "#8fd0ff", "#b8a5e0"))
    # five of 30 pixels a tag, most of each full
    assert (tags.mean(axis=1) > 0.4).sum() == pytest.approx(5 * 30, abs=60)
