"""What the charts draw is what the files say: read back from a real browser."""

import json
import math

import pytest
from playwright.sync_api import Page

from tests.support.browser import OpenPage
from tests.support.drawn import (
    BARS_DRAWN,
    NEWEST_CANDLE,
    drawn_boxes,
    drawn_candles,
    drawn_traces,
    pixel_of,
)
from tests.support.hands import box_of, settle
from tests.support.page_server import PageServer
from tests.support.run_files import START_MS, WINDOW_MS, RunFiles

pytestmark = pytest.mark.browser

DEPTH = """() => document.getElementById("depth-plot").data.map(({name, x, y}) => ({name, x, y}))"""


def show_all(page: Page) -> None:
    page.keyboard.press("3")
    page.wait_for_function("() => orderflow.settings.values.bars === 1000")
    settle(page)


def assert_drawn(page: Page, row: str, axis: str, bars: list[list[float]]) -> None:
    """Compare each candle with its bar; a body less than a pixel high is drawn as one."""
    candles = drawn_candles(page, row)
    pixel = pixel_of(page, axis)
    assert [candle[0] for candle in candles] == pytest.approx([bar[0] for bar in bars], abs=1)
    for candle, bar in zip(candles, bars, strict=True):
        assert candle[2] == pytest.approx(max(bar[2], candle[1], candle[4])), row
        assert candle[3] == pytest.approx(min(bar[3], candle[1], candle[4])), row
        slack = 0 if abs(bar[4] - bar[1]) >= pixel else pixel * 0.51
        assert [candle[1], candle[4]] == pytest.approx([bar[1], bar[4]], abs=slack), row


def test_every_chart_has_the_values_of_its_file(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(150)
    files.skip(4)
    files.add(100)
    page = open_page(server.url)
    show_all(page)

    ohlc = json.loads(files.run.ohlc.read_bytes())
    metrics = json.loads(files.run.metrics.read_bytes())
    cvd = json.loads(files.run.cvd.read_bytes())
    assert_drawn(page, "price", "yaxis", ohlc)
    assert_drawn(page, "obi", "yaxis3", metrics)
    assert_drawn(page, "cvd", "yaxis5", cvd)
    volumes = drawn_boxes(page, "volume up") + drawn_boxes(page, "volume down")
    assert [box[1:] for box in sorted(volumes)] == [[0, bar[5]] for bar in ohlc]
    assert [box[1:] for box in drawn_boxes(page, "tot range")] == [[b[7], b[6]] for b in metrics]
    tot = drawn_traces(page)["tot"].y
    assert [value for value in tot if value is not None] == [bar[8] for bar in metrics]
    assert tot.index(None) == 150, "the line is not joined across the gap"


def test_volume_is_coloured_by_the_delta_of_its_bar(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(40)
    page = open_page(server.url)
    traces = drawn_traces(page)
    assert traces["volume up"].fillcolor == "#56a8f5"
    assert traces["volume down"].fillcolor == "#f0883e"
    deltas = {bar[0]: bar[4] - bar[1] for bar in files.cvd}
    for name, sign in (("volume up", 1), ("volume down", -1)):
        times = [round(box[0]) for box in drawn_boxes(page, name)]
        assert times == [time for time, delta in deltas.items() if delta * sign > 0], name


def test_a_row_of_candles_takes_two_elements_however_many_there_are(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(900)
    page = open_page(server.url)
    show_all(page)
    count = "() => document.querySelectorAll('#charts-plot .scatterlayer path').length"
    assert page.evaluate(BARS_DRAWN) == 900
    assert page.evaluate(count) < 40


def test_a_body_is_drawn_where_its_bar_opened_and_closed(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(50)
    page = open_page(server.url)
    drawn = page.evaluate(
        """() => {
          const plot = document.getElementById("charts-plot");
          const box = plot.querySelector(".subplot.xy .fills path").getBBox();
          const { yaxis } = plot._fullLayout;
          return [yaxis.p2c(box.y), yaxis.p2c(box.y + box.height)];
        }"""
    )
    rising = [bar for bar in files.ohlc if bar[4] >= bar[1]]
    base = page.evaluate("() => document.getElementById('charts-plot').layout.yaxis.range[0]")
    # the path of the rising candles reaches from the row's bottom to the highest of them
    assert drawn == pytest.approx([max(bar[2] for bar in rising), base])


def test_depth_is_the_book_cumulated_from_the_best_level_outwards(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.grow(3)
    files.depth = {
        "bids": [[100.5, 2.0], [100.0, 1.0], [99.5, 4.0]],
        "asks": [[101.0, 1.5], [102.0, 0.5], [103.0, 1.0]],
    }
    files.publish()
    page = open_page(server.url)
    page.wait_for_selector("#depth-plot .main-svg")
    assert page.evaluate(DEPTH) == [
        {"name": "bids", "x": [100.5, 100, 99.5], "y": [2, 3, 7]},
        {"name": "asks", "x": [101, 102, 103], "y": [1.5, 2, 3]},
    ]
    facts = page.inner_text("#depth-facts").split("\n")
    # (7 − 3) / (7 + 3) = 0.4; the midpoint of an odd spread needs a decimal more
    assert facts == [
        *("Best bid", "100.5", "Best ask", "101.0"),
        *("Spread", "0.5", "Midpoint", "100.75"),
        *("OBI of 3 + 3 levels", "+0.400"),
    ]


def test_ladder_lists_the_best_levels_around_the_spread(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.grow(3)
    files.depth = {"bids": [[100.5, 2.0], [100.0, 1.0]], "asks": [[101.0, 1.5], [102.0, 0.5]]}
    files.publish()
    page = open_page(server.url)
    page.wait_for_function("() => document.querySelector('.ladder-spread').innerText !== ''")
    rows = page.eval_on_selector_all(
        "#ladder tbody tr", "(rows) => rows.map((row) => row.innerText.trim()).filter(Boolean)"
    )
    assert [row.split("\t") for row in rows] == [
        ["102.0", "0.5", "2.0"],
        ["101.0", "1.5", "1.5"],
        ["spread 0.5"],
        ["100.5", "2.0", "2.0"],
        ["100.0", "1.0", "3.0"],
    ]


def test_an_update_shows_without_a_reload(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(20)
    page = open_page(server.url)
    page.evaluate("() => { window.isSamePage = true; }")
    files.add(1)
    page.wait_for_function(f"(count) => ({BARS_DRAWN})() === count", arg=21)
    assert page.evaluate("() => window.isSamePage")
    newest = files.ohlc[-1]
    assert page.evaluate(NEWEST_CANDLE) == pytest.approx([newest[0], newest[4]], abs=0.1)


def test_a_changed_open_bar_is_redrawn_in_place(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(20)
    page = open_page(server.url)
    files.ohlc[-1][4] = files.ohlc[-1][2] = 70_000.5
    files.publish()
    page.wait_for_function(f"() => ({NEWEST_CANDLE})()[1] > 7e4")
    assert page.inner_text(".tag-price") == "70,000.5"


def test_nothing_is_drawn_while_nothing_changes(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(20)
    page = open_page(server.url)
    settle(page)  # the first news fill the page, and may move the charts
    before = page.evaluate("() => [orderflow.charts.draws, orderflow.store.updates]")
    answers: list[str] = []
    page.on("response", lambda response: answers.append(response.headers["content-length"]))
    for _ in range(5):
        page.wait_for_event("response", lambda response: "/_feed" in response.url)
    assert set(answers) == {"0"}
    assert page.evaluate("() => [orderflow.charts.draws, orderflow.store.updates]") == before


def test_gaps_are_shaded_and_nothing_is_drawn_in_them(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(10)
    files.skip(5)
    files.add(10)
    page = open_page(server.url)
    shapes = page.evaluate("() => document.getElementById('charts-plot').layout.shapes")
    gap_from, gap_to = START_MS + 9.5 * WINDOW_MS, START_MS + 14.5 * WINDOW_MS
    assert [shape["path"] for shape in shapes] == [
        f"M{gap_from:.0f},0L{gap_from:.0f},1L{gap_to:.0f},1L{gap_to:.0f},0Z"
    ]
    box = page.locator("#charts-plot .shapelayer path").first.bounding_box()
    assert box is not None
    assert box["width"] > 20, "the shading has the width of five windows"


def test_axis_and_header_are_in_utc_in_a_browser_elsewhere(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    page = open_page(server.url)
    assert page.evaluate("() => new Date(0).getTimezoneOffset()") == 300
    labels = page.eval_on_selector_all(
        "#charts-plot .xtick text", "(texts) => texts.map((text) => text.textContent)"
    )
    assert any("00:00" in label and "2024-08-09" in label for label in labels), labels
    assert page.inner_text("#data-time") == "2024-08-09 00:23:00 UTC"


def test_the_axis_names_the_date_even_without_a_midnight_in_view(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.skip(60)  # 00:54
    files.add(40)
    page = open_page(server.url)
    labels = page.eval_on_selector_all(
        "#charts-plot .xtick text",
        """(texts) => {
          const box = document.getElementById("charts-plot").getBoundingClientRect();
          return texts
            .filter((text) => getComputedStyle(text).display !== "none")
            .map((text) => [text.getBoundingClientRect(), text.textContent])
            .filter(([{ left, right }]) => left >= box.left && right <= box.right)
            .map(([, text]) => text);
        }""",
    )
    assert "2024-08-09" in labels[0], labels
    assert not any("2024" in label for label in labels[1:]), labels


def test_hovering_reads_out_all_rows_of_one_bar(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(40)
    page = open_page(server.url)
    box = box_of(page, "#charts-plot")
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.3)
    page.wait_for_selector(".cross-time", state="visible")
    when = page.inner_text(".readout-price time").removesuffix(" UTC")
    assert page.inner_text(".cross-time") == f"{when} UTC"
    index = next(
        index
        for index in range(40)
        if page.evaluate("(ms) => new Date(ms).toISOString()", files.ohlc[index][0]).startswith(
            when.replace(" ", "T")
        )
    )
    assert 5 < index < 38
    ohlc, metrics, cvd = files.ohlc[index], files.metrics[index], files.cvd[index]
    price = page.inner_text(".readout-price")
    assert f"O{ohlc[1]:,.1f}" in price
    assert f"C{ohlc[4]:,.1f}" in price
    assert f"C{metrics[4]:+.3f}".replace("-", "−") in page.inner_text(".readout-obi")
    assert numbers_of(page, ".readout-tot")[-1] == pytest.approx(metrics[8], rel=1e-3)
    assert numbers_of(page, ".readout-cvd")[-1] == pytest.approx(cvd[4], rel=1e-2)
    assert numbers_of(page, ".readout-volume")[0] == pytest.approx(ohlc[5], rel=1e-2)
    page.mouse.move(5, 5)
    page.wait_for_selector(".cross-time", state="hidden")


def numbers_of(page: Page, selector: str) -> list[float]:
    words = page.inner_text(selector).replace("−", "-").replace(",", "").split()
    numbers = [word.lstrip("OHLC") for word in words]
    return [
        float(number)
        for number in numbers
        if number.lstrip("+-").replace(".", "", 1).isdigit() and not math.isnan(float(number))
    ]


def test_last_values_are_tagged_on_the_axis(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(25)
    page = open_page(server.url)
    tags = {
        key: page.inner_text(f".tag-{key}").replace("−", "-").replace(",", "")
        for key in ("price", "volume", "obi", "tot", "cvd")
    }
    assert float(tags["price"]) == files.ohlc[-1][4]
    assert float(tags["volume"]) == pytest.approx(files.ohlc[-1][5], rel=1e-2)
    assert float(tags["obi"]) == pytest.approx(files.metrics[-1][4], abs=5e-4)
    assert float(tags["tot"]) == pytest.approx(files.metrics[-1][8], rel=1e-2)
    assert float(tags["cvd"]) == pytest.approx(files.cvd[-1][4], rel=1e-2)


def test_prices_have_the_decimals_of_the_instrument(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.grow(5)
    for bar in files.ohlc:
        bar[1:5] = [4.1e-7, 4.6e-7, 4.0e-7, 4.2e-7]
    files.depth = {"bids": [[4.19e-7, 1e6]], "asks": [[4.21e-7, 2e6]]}
    files.publish()
    page = open_page(server.url)
    assert page.inner_text(".tag-price") == "0.0₆420"
    assert page.inner_text("#depth-facts").split("\n")[1] == "0.0₆419"


def test_obi_scale_is_fixed_on_demand(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(25)
    page = open_page(server.url)
    scale = "() => document.getElementById('charts-plot').layout.yaxis3.range"
    assert page.evaluate(scale) != [-1, 1]
    page.click("#obi-scale-choice >> text=−1…1")
    page.wait_for_function(
        "() => document.getElementById('charts-plot').layout.yaxis3.range[1] === 1"
    )
    assert page.evaluate(scale) == [-1, 1]
    assert page.evaluate("() => document.getElementById('charts-plot').layout.yaxis3.zeroline")
