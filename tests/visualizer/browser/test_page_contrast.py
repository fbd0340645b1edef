"""Every text on the page has the contrast that WCAG 2.2 asks for at level AA."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shared.run_files.supervisor_status import WorkerState
from tests.support.browser import OpenPage
from tests.support.page_server import PageServer
from tests.support.run_files import RunFiles, running

pytestmark = pytest.mark.browser

AA_RATIO = 4.5
AA_RATIO_OF_LARGE_TEXT = 3.0

# Relative luminance and contrast ratio as WCAG 2.2 defines them. Colours that are see-through are
# laid over what is behind them, up to the first that is not.
TEXTS = """() => {
  const parse = (color) => {
    const [red, green, blue, alpha = 1] = color.match(/[\\d.]+/g).map(Number);
    return { rgb: [red, green, blue], alpha };
  };
  const over = (top, bottom) => bottom.map((value, i) =>
    top.rgb[i] * top.alpha + value * (1 - top.alpha));
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      layers.push(parse(getComputedStyle(at).backgroundColor));
      if (layers.at(-1).alpha === 1) {
        break;
      }
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [0, 0, 0]);
  };
  const opacity = (element) => element
    ? Number(getComputedStyle(element).opacity) * opacity(element.parentElement) : 1;
  const luminance = (rgb) => {
    const [red, green, blue] = rgb.map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ratio = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)
      .map((node) => node.textContent.trim()).join(" ").trim();
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    if (!text || !element.checkVisibility({ visibilityProperty: true }) || !box.width) {
      continue;
    }
    const isDrawn = element.closest("svg") !== null;
    const back = behind(element);
    const color = parse(isDrawn ? style.fill : style.color);
    const front = over({ rgb: color.rgb, alpha: color.alpha * opacity(element) }, back);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    found.push({ text: text.slice(0, 40), ratio: ratio(front, back), isLarge });
  }
  return found;
}"""


def assert_readable(page: Page, least_texts: int) -> None:
    texts: list[dict[str, Any]] = page.evaluate(TEXTS)
    assert len(texts) >= least_texts, "the texts of the page were found"
    faint = [
        f"{text['text']}: {text['ratio']:.2f}"
        for text in texts
        if text["ratio"] < (AA_RATIO_OF_LARGE_TEXT if text["isLarge"] else AA_RATIO)
    ]
    assert not faint, faint


@pytest.mark.parametrize("palette", ["Blue / orange", "Green / red"])
def test_every_text_can_be_read(
    files: RunFiles, server: PageServer, open_page: OpenPage, palette: str
) -> None:
    files.add(60)
    files.write_processor()
    files.write_supervisor(running(restarts=2))
    page = open_page(server.url)
    page.click(f"#palette-choice >> text={palette}")
    expect(page.locator("#ladder")).to_contain_text("spread")
    assert_readable(page, 100)


def test_a_faint_text_would_be_found(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    page = open_page(server.url)
    page.evaluate("() => { document.getElementById('data-time').style.color = '#555'; }")
    with pytest.raises(AssertionError, match="UTC: 2"):
        assert_readable(page, 100)


@pytest.mark.parametrize(
    "change",
    [
        {"state": WorkerState.BACKOFF, "pid": None, "signal": "SIGKILL", "restarts": 1},
        {"state": WorkerState.FATAL, "pid": None, "exit_code": 70, "last_words": "no such level"},
    ],
    ids=["restarting", "failed"],
)
def test_notices_can_be_read(
    files: RunFiles, server: PageServer, open_page: OpenPage, change: dict[str, Any]
) -> None:
    files.add(30)
    files.write_supervisor(running(**change))
    page = open_page(server.url)
    expect(page.locator("#notice")).to_be_visible()
    assert_readable(page, 100)


def test_banner_and_broken_file_and_help_can_be_read(
    files: RunFiles, serve: Callable[..., PageServer], open_page: OpenPage
) -> None:
    files.add(30)
    server = serve("--poll-ms", "100")
    page = open_page(server.url, allowed_errors=("ERR_CONNECTION", "ERR_EMPTY_RESPONSE"))
    files.run.depth.write_bytes(b"{")
    expect(page.locator("[data-file=depth]")).to_be_visible()
    page.keyboard.press("?")
    server.kill()
    expect(page.locator("#connection")).to_be_visible(timeout=15_000)
    assert_readable(page, 100)
