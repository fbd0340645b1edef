"""What the charts draw is what the files say: read back from a real browser."""

import json
import math
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.browser import OpenPage
from tests.support.page_server import PageServer
from tests.support.run_files import START_MS, WINDOW_MS, RunFiles

pytestmark = pytest.mark.browser

TRACES = """() => Object.fromEntries(document.getElementById("charts-plot").data.map(
  (trace) => [trace.name, Object.fromEntries(
    ["x", "y", "base", "open", "high", "low", "close"]
      .filter((key) => trace[key] !== undefined).map((key) => [key, trace[key]]))]))"""
DEPTH = """() => document.getElementById("depth-plot").data.map(({name, x, y}) => ({name, x, y}))"""


def show_all(page: Page) -> None:
    page.keyboard.press("3")
    page.wait_for_function("() => orderflow.settings.values.bars === 1000")
    settle(page)


def settle(page: Page) -> None:
    """Wait until two frames went by: what was asked to be drawn is drawn."""
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def columns(rows: list[list[float]], *indices: int) -> list[list[float]]:
    return [[row[index] for row in rows] for index in indices]


def utc_texts(rows: list[list[float]], page: Page) -> Any:
    times = [row[0] for row in rows]
    return page.evaluate("(all) => all.map((ms) => new Date(ms).toISOString().slice(0, -1))", times)


def test_every_chart_has_the_values_of_its_file(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(150)
    files.skip(4)
    files.add(100)
    page = open_page(server.url)
    show_all(page)
    traces = page.evaluate(TRACES)

    ohlc = json.loads(files.run.ohlc.read_bytes())
    metrics = json.loads(files.run.metrics.read_bytes())
    cvd = json.loads(files.run.cvd.read_bytes())
    for name, rows in (("price", ohlc), ("obi", metrics), ("cvd", cvd)):
        trace = traces[name]
        assert trace["x"] == utc_texts(rows, page)
        found = [trace["open"], trace["high"], trace["low"], trace["close"]]
        assert found == columns(rows, 1, 2, 3, 4), name
    assert [traces["volume"]["y"]] == columns(ohlc, 5)
    assert traces["tot range"]["base"] == columns(metrics, 7)[0]
    drawn = [value for value in traces["tot"]["y"] if value is not None]
    assert drawn == columns(metrics, 8)[0]
    assert len(traces["tot"]["y"]) == len(drawn) + 1, "the line is not joined across the gap"


def test_volume_is_coloured_by_the_delta_of_its_bar(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(40)
    page = open_page(server.url)
    colors = page.evaluate(
        """() => document.getElementById("charts-plot").data
             .find((trace) => trace.name === "volume").marker.color"""
    )
    blue, orange = "#56a8f5", "#f0883e"
    assert colors == [blue if bar[4] > bar[1] else orange for bar in files.cvd]


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
    page.wait_for_function(
        "(count) => document.getElementById('charts-plot').data[0].x.length === count", arg=21
    )
    assert page.evaluate("() => window.isSamePage")
    closes = page.evaluate(TRACES)["price"]["close"]
    assert closes[-1] == files.ohlc[-1][4]


def test_a_changed_open_bar_is_redrawn_in_place(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(20)
    page = open_page(server.url)
    files.ohlc[-1][4] = files.ohlc[-1][2] = 70_000.5
    files.publish()
    page.wait_for_function("() => document.getElementById('charts-plot').data[0].close[19] > 7e4")
    assert page.inner_text(".tag-price") == "70,000.5"


def test_nothing_is_drawn_while_nothing_changes(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(20)
    page = open_page(server.url)
    before = page.evaluate("() => [orderflow.charts.draws, orderflow.store.updates]")
    answers: list[int] = []
    page.on("response", lambda response: answers.append(response.status))
    for _ in range(5):
        page.wait_for_event("response", lambda response: "/_feed" in response.url)
    assert set(answers) == {204}
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
    edges = page.evaluate(
        "(all) => all.map((ms) => new Date(ms).toISOString().slice(0, -1).replace('T', '_'))",
        [gap_from, gap_to],
    )
    assert [shape["path"] for shape in shapes] == [
        f"M{edges[0]},0L{edges[0]},1L{edges[1]},1L{edges[1]},0Z"
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
    box = page.locator("#charts-plot").bounding_box()
    assert box is not None
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
    assert page.inner_text(".tag-price") == "0.000000420"
    assert page.inner_text("#depth-facts").split("\n")[1] == "0.000000419"


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
