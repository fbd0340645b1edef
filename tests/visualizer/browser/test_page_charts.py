"""What the charts draw is what the files say: read back from a real browser."""

import json
import math

import pytest
from playwright.sync_api import Page

from tests.support.browser import OpenPage
from tests.support.drawn import (
    BARS_DRAWN,
    NEWEST_CANDLE,
    SCENE,
    drawn_boxes,
    drawn_candles,
    drawn_labels,
    drawn_rows,
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


def assert_drawn(page: Page, row: str, bars: list[list[float]]) -> None:
    """Compare each candle with its bar, to a pixel."""
    candles = drawn_candles(page, row)
    pixel = drawn_rows(page)[row].pixel
    assert [candle[0] for candle in candles] == [bar[0] for bar in bars]
    for candle, bar in zip(candles, bars, strict=True):
        assert candle[1:] == pytest.approx(bar[1:5], abs=pixel), row


def test_every_chart_has_the_values_of_its_file(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(150)
    files.skip(4)
    files.add(100)
    page = open_page(server.url)
    show_all(page)
    page.click("#obi-shape-choice >> text=Candles")
    settle(page)

    ohlc = json.loads(files.run.ohlc.read_bytes())
    metrics = json.loads(files.run.metrics.read_bytes())
    cvd = json.loads(files.run.cvd.read_bytes())
    assert_drawn(page, "price", ohlc)
    assert_drawn(page, "cvd", cvd)
    assert_drawn(page, "obi", metrics)
    rows = drawn_rows(page)
    volumes = sorted(
        box
        for tone in ("up", "down", "even")
        for box in drawn_boxes(page, "volume", f"volume {tone}")
    )
    assert [box[0] for box in volumes] == [bar[0] for bar in ohlc]
    for (_, bottom, top), bar in zip(volumes, ohlc, strict=True):
        assert [bottom, top] == pytest.approx([0, bar[5]], abs=rows["volume"].pixel)
    for (time, low, high), bar in zip(drawn_boxes(page, "tot", "tot range"), metrics, strict=True):
        assert time == bar[0]
        assert [low, high] == pytest.approx([bar[7], bar[6]], abs=rows["tot"].pixel)
    before, after, newest = rows["tot"].lines
    assert len(before) == 150, "the line is not joined across the gap"
    assert newest[0] == after[-1], "the line goes on to the bars that move still"
    drawn = [rows["tot"].value(y) for _, y in [*before, *after, *newest[1:]]]
    assert drawn == pytest.approx([bar[8] for bar in metrics])


def test_volume_is_coloured_by_the_delta_of_its_bar(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(40)
    page = open_page(server.url)
    volume = drawn_rows(page)["volume"]
    assert volume.colours["volume up"] == "#56a8f5"
    assert volume.colours["volume down"] == "#f0883e"
    deltas = {bar[0]: bar[4] - bar[1] for bar in files.cvd}
    for name, sign in (("volume up", 1), ("volume down", -1)):
        times = [mark.time for mark in volume.groups[name]]
        assert times == [time for time, delta in deltas.items() if delta * sign > 0], name


def test_the_charts_are_three_canvases_however_many_bars_there_are(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(900)
    page = open_page(server.url)
    show_all(page)
    assert page.evaluate(BARS_DRAWN) == 900
    names = page.eval_on_selector_all("#charts-plot *", "(all) => all.map((one) => one.tagName)")
    assert names == ["CANVAS"] * 3


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
    newest, pixel = files.ohlc[-1], drawn_rows(page)["price"].pixel
    assert page.evaluate(NEWEST_CANDLE) == [newest[0], pytest.approx(newest[4], abs=pixel)]


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
    row = drawn_rows(page)["price"]
    start, end = page.evaluate(f"() => {SCENE}.range")
    per_pixel = (end - start) / row.clip[2]
    gaps = page.evaluate(f"() => {SCENE}.standing.backdrop.gaps")
    gap_from, gap_to = START_MS + 9.5 * WINDOW_MS, START_MS + 14.5 * WINDOW_MS
    assert len(gaps) == 6, "one a row, none over the read-outs between them"
    left, top, width, height = gaps[0]
    assert (top, height) == (row.clip[1], row.clip[3])
    times = [start + (x - row.clip[0]) * per_pixel for x in (left, left + width)]
    assert times == pytest.approx([gap_from, gap_to], abs=per_pixel)
    assert width > 20, "the shading has the width of five windows"
    marks = [mark for group in row.groups.values() for mark in group]
    assert not [mark for mark in marks if left < mark.body[0] < left + width]


def test_axis_and_header_are_in_utc_in_a_browser_elsewhere(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(30)
    page = open_page(server.url)
    assert page.evaluate("() => new Date(0).getTimezoneOffset()") == 300
    labels = drawn_labels(page)
    midnight = next(label for label in labels if label["text"] == "00:00")
    below = [label["text"] for label in labels if label["x"] == midnight["x"]]
    assert below == ["00:00", "2024-08-09"]
    assert page.inner_text("#data-time") == "2024-08-09 00:23:00 UTC"


def test_the_axis_names_the_date_even_without_a_midnight_in_view(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.skip(60)  # 00:54
    files.add(40)
    page = open_page(server.url)
    labels = page.evaluate(f"() => {SCENE}.standing.backdrop.timeLabels")
    assert labels[1]["text"] == "2024-08-09", labels
    assert labels[1]["x"] == labels[0]["x"] > 30, "below the first time, and whole"
    assert not any("2024" in label["text"] for label in labels[2:]), labels


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
    scale = f"() => {SCENE}.ranges.obi"
    assert page.evaluate(scale) != [-1, 1]
    page.click("#obi-scale-choice >> text=−1…1")
    page.wait_for_function(f"() => {SCENE}.ranges.obi[1] === 1")
    assert page.evaluate(scale) == [-1, 1]
    zeros = page.evaluate(f"() => {SCENE}.standing.backdrop.zeros")
    _, top, _, height = drawn_rows(page)["obi"].clip
    [zero] = [y for _, y, _, _ in zeros if top <= y <= top + height]
    assert zero == pytest.approx(top + height / 2, abs=1)
