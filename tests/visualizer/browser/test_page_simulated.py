"""What is simulated says so wherever it is seen: on the page, in its picture, by its CSV's name."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import OpenPage
from tests.support.hands import box_of
from tests.support.page_server import PageServer
from tests.support.run_files import RunFiles

pytestmark = pytest.mark.browser

NOTE_TEXTS = """() => {
  window.texts = [];
  const { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
    window.texts.push(text);
    return fillText.call(this, text, ...rest);
  };
}"""


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)], ids=["desk", "phone"])
def test_a_simulated_recording_is_marked_beside_its_name(
    files: RunFiles, server: PageServer, open_page: OpenPage, width: int, height: int
) -> None:
    files.add(5)
    files.write_processor(simulated=True)
    page = open_page(server.url, width=width, height=height)
    expect(page.locator("#simulated")).to_be_visible()
    expect(page.locator("#simulated")).to_have_text("simulated")
    box = box_of(page, "#simulated")
    assert box["x"] + box["width"] <= width
    files.write_processor(simulated=False)
    expect(page.locator("#simulated")).to_be_hidden()


@pytest.mark.parametrize(("key", "extension"), [("c", "csv"), ("p", "png")])
def test_what_is_saved_of_it_is_named_simulated(
    files: RunFiles, server: PageServer, open_page: OpenPage, key: str, extension: str
) -> None:
    files.add(5)
    files.write_processor(simulated=True)
    page = open_page(server.url)
    expect(page.locator("#simulated")).to_be_visible()
    name = saved(page, key)
    assert name.startswith("BTC-USDT-simulated-2024-08-08T")
    assert name.endswith(f"Z.{extension}")
    with page.expect_download() as download:
        page.click("#save-csv-all")
    assert download.value.suggested_filename == "BTC-USDT-simulated-60s.csv"


@pytest.mark.parametrize("is_simulated", [True, False])
def test_the_picture_s_heading_says_whether_it_is_simulated(
    files: RunFiles, server: PageServer, open_page: OpenPage, is_simulated: bool
) -> None:
    files.add(5)
    files.write_processor(simulated=is_simulated)
    page = open_page(server.url)
    page.evaluate(NOTE_TEXTS)
    saved(page, "p")
    [heading] = page.evaluate("() => texts.filter((text) => text.startsWith('BTC-USDT'))")
    assert heading.startswith(
        "BTC-USDT  ·  simulated  ·  60 s bars" if is_simulated else "BTC-USDT  ·  60 s bars"
    )


def saved(page: Page, key: str) -> str:
    """Return the name of the file that a key saves."""
    with page.expect_download() as download:
        page.keyboard.press(key)
    return download.value.suggested_filename
