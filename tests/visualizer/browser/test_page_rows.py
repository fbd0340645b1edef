"""What the rows draw of OBI, delta and CVD, and what their read-outs say of the same bars."""

import csv
import io
import itertools
import random
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.browser import LAID_OUT, OpenPage
from tests.support.drawn import SCENE, drawn_boxes, drawn_rows
from tests.support.hands import box_of, settle
from tests.support.page_server import PageServer
from tests.support.pixels import pixels_of
from tests.support.run_files import START_MS, RunFiles

pytestmark = pytest.mark.browser

UP, DOWN = "#56a8f5", "#f0883e"
PHONE = {"width": 390, "height": 844}
MIDNIGHT = START_MS + 6 * 60_000
LINES = f"""(key) => [{SCENE}.standing, {SCENE}.moving].flatMap(({{ rows }}) =>
  rows.find((row) => row.key === key).lines.map(({{ name, pieces }}) => [name, pieces]))"""
AREAS = f"""() => [{SCENE}.standing, {SCENE}.moving].flatMap(({{ rows }}) =>
  rows.find(({{ key }}) => key === "obi").areas)"""
ADD_MEANS = """(means) => {
  const { store } = orderflow;
  const rows = store.metrics.map((bar, index) =>
    means[index] === null ? bar : [...bar, means[index], 20 + index / 100]);
  store.apply({ position: store.position, metrics: { whole: true, rows } });
}"""
PART = """async ([pieces, level]) => {
  const { partedAt } = await import("/assets/charts/scene/lines.mjs");
  return pieces.map((piece) => partedAt([piece], level));
}"""
ANCHOR = """async ([kind, bars, first, before]) => {
  const { anchorOf, anchorName, baseAt } = await import("/assets/charts/scene/anchor.mjs");
  const source = {
    windowMs: 60_000,
    within: (from, to) => ({ cvd: bars.filter(([time]) => from <= time && time <= to) }),
    ...(before === null ? {} : { cvdBefore: () => before }),
  };
  const anchor = anchorOf(kind, bars, first, source);
  return bars.map(([time]) => [baseAt(anchor, time), anchorName(anchor, time)]);
}"""
FIELDS = """() => [...document.querySelectorAll(".readout")].map((strip) => {
  const { left, right, top, bottom } = strip.getBoundingClientRect();
  const fields = [...strip.querySelectorAll(".field:not(.break)")].map((field) => {
    const box = field.getBoundingClientRect();
    const isWhole = left <= box.left && box.right <= right
      && top <= box.top && box.bottom <= bottom;
    return { text: field.innerText, left: box.left, isWhole };
  });
  return { top, bottom, left, right, fields };
})"""


def line_values(page: Page, key: str) -> list[float]:
    """Return the values that a row's lines go through, by time, without where they cross zero."""
    row = drawn_rows(page)[key]
    points = {
        tuple(p) for _, pieces in page.evaluate(LINES, key) for piece in pieces for p in piece
    }
    zero = row.clip[1] + row.clip[3] * row.high / (row.high - row.low)
    return [row.value(y) for _, y in sorted(points) if abs(y - zero) > 1e-6]


def test_obi_is_a_line_of_means_and_where_none_is_known_of_the_close(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(40)
    page = open_page(server.url)
    closes = [bar[4] for bar in files.metrics]
    assert line_values(page, "obi") == pytest.approx(closes)
    assert "close" in page.inner_text(".readout-obi")
    means = [0.9 if index == 20 else close / 2 + 0.001 for index, close in enumerate(closes)]
    page.evaluate(ADD_MEANS, [*means[:-1], None])
    settle(page)
    assert line_values(page, "obi") == pytest.approx([*means[:-1], closes[-1]])
    assert page.evaluate(f"() => {SCENE}.ranges.obi[1]") > 0.9, "also a mean beyond all samples"
    tots = [20 + index / 100 for index in range(39)]
    assert line_values(page, "tot") == pytest.approx([*tots, files.metrics[-1][8]])
    boxes = drawn_boxes(page, "obi", "obi range")
    for (time, low, high), bar in zip(boxes, files.metrics, strict=True):
        assert time == bar[0]
        assert [low, high] == pytest.approx([bar[3], bar[2]], abs=drawn_rows(page)["obi"].pixel)
    assert page.inner_text(".readout-obi").split()[:2] == ["OBI", "close" + signed(closes[-1])]
    assert page.inner_text(".tag-obi") == signed(closes[-1]), "where the line ends"
    mark = drawn_rows(page)["obi"].groups["obi range"][10]
    box = box_of(page, "#charts-plot")
    page.mouse.move(box["x"] + mark.body[0] + 2, box["y"] + 100)
    settle(page)
    index = [bar[0] for bar in files.metrics].index(mark.time)
    told = page.inner_text(".readout-obi").split()
    assert told[1] == "mean" + signed(means[index])
    assert told[-1] == "C" + signed(closes[index])


def signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")


def test_a_mean_that_is_no_number_is_not_known(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(10)
    page = open_page(server.url)
    page.evaluate(
        """() => {
          const { store } = orderflow;
          const rows = store.metrics.map((bar) => [...bar, NaN, NaN]);
          store.apply({ position: store.position, metrics: { whole: true, rows } });
        }"""
    )
    settle(page)
    assert line_values(page, "obi") == pytest.approx([bar[4] for bar in files.metrics])
    assert line_values(page, "tot") == pytest.approx([bar[8] for bar in files.metrics])


def test_obi_is_filled_by_its_sign_and_nothing_is_filled_in_a_gap(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.grow(20)
    files.skip(10)
    files.grow(20)
    for index, bar in enumerate(files.metrics):
        bar[1:5] = [0.0, 0.9, -0.9, 0.6 if index % 10 < 5 else -0.6]
    files.write_processor()
    files.publish()
    page = open_page(server.url)
    page.mouse.move(2, 2)
    row = drawn_rows(page)["obi"]
    pixels = page.evaluate(f"() => {SCENE}.range")
    areas = page.evaluate(AREAS)
    assert {area["name"] for area in areas} == {"obi up", "obi down"}
    gap = [
        row.clip[0] + (bar[0] - pixels[0]) / (pixels[1] - pixels[0]) * row.clip[2]
        for bar in files.metrics[19:21]
    ]
    for area in areas:
        for piece in area["pieces"]:
            xs = [x for x, _ in piece]
            assert max(xs) <= gap[0] + 1e-6 or min(xs) >= gap[1] - 1e-6, "not across the gap"
            sign = 1 if area["name"] == "obi up" else -1
            assert all((area["base"] - y) * sign >= -1 for _, y in piece)
    origin = box_of(page, "#charts-plot")
    top, height = origin["y"] + row.clip[1], row.clip[3]
    clip = {"x": origin["x"] + row.clip[0], "width": row.clip[2] - 8, "y": top, "height": height}
    shown = pixels_of(page, clip)  # type: ignore[arg-type]
    zero = int(height * row.high / (row.high - row.low))
    reds, blues = (shown[:, :, channel].astype(int) for channel in (0, 2))
    filled_up, filled_down = blues - reds > 50, reds - blues > 50
    assert filled_up[: zero - 2].sum() > 500
    assert filled_down[zero + 2 :].sum() > 500
    assert not filled_down[: zero - 2].any(), "the sell colour is below zero alone"
    assert not filled_up[zero + 3 :].any()


def test_a_line_parted_at_zero_has_all_of_it_once_and_each_side_on_its_own(
    server: PageServer, open_page: OpenPage
) -> None:
    draw = random.Random(11)
    level = 50.0
    pieces = []
    for _ in range(300):
        heights = [draw.choice([level, draw.uniform(0, 100)]) for _ in range(draw.randint(1, 12))]
        pieces.append([[10.0 * index, y] for index, y in enumerate(heights)])
    page = open_page(server.url, wait_until=LAID_OUT)
    for piece, sides in zip(pieces, page.evaluate(PART, [pieces, level]), strict=True):
        assert all(y <= level for run in sides["up"] for _, y in run)
        assert all(y >= level for run in sides["down"] for _, y in run)
        assert all(y == level for run in sides["even"] for _, y in run)
        runs = sorted((run for way in sides.values() for run in way), key=lambda run: run[0][0])
        assert runs[0][0] == piece[0]
        assert runs[-1][-1] == piece[-1]
        for one, other in itertools.pairwise(runs):
            assert one[-1] == other[0], "the next goes on where one ends"
        points = [point for run in runs for point in run]
        assert all(point in points for point in piece)
        for x, y in points:
            index = min(int(x // 10), len(piece) - 1)
            (x0, y0), (_, y1) = piece[index], piece[min(index + 1, len(piece) - 1)]
            assert y == pytest.approx(y0 + (y1 - y0) * (x - x0) / 10, abs=1e-9), "on the line"


def test_delta_is_a_column_from_zero_and_can_be_hidden(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.grow(60)
    files.cvd[30][1] = files.cvd[30][4]
    files.publish()
    page = open_page(server.url)
    row = drawn_rows(page)["delta"]
    deltas = {bar[0]: bar[4] - bar[1] for bar in files.cvd}
    for way, sign in (("up", 1), ("down", -1)):
        boxes = drawn_boxes(page, "delta", f"delta {way}")
        assert [time for time, _, _ in boxes] == [t for t, d in deltas.items() if d * sign > 0]
        for time, low, high in boxes:
            ends = sorted((0, deltas[time]))
            assert [low, high] == pytest.approx(ends, abs=row.pixel)
    assert row.colours["delta up"] == UP
    assert row.colours["delta down"] == DOWN
    assert [mark.time for mark in row.groups["delta even"]] == [files.cvd[30][0]]
    zeros = [y for _, y, _, _ in page.evaluate(f"() => {SCENE}.standing.backdrop.zeros")]
    assert any(abs(row.value(y)) <= row.pixel for y in zeros), "with a zero line"
    newest = files.cvd[-1][4] - files.cvd[-1][1]
    assert page.inner_text(".tag-delta")[0] == ("+" if newest > 0 else "−")
    page.click("#rows-choice >> text=Delta")
    page.wait_for_function(f"() => {SCENE}.placed.rows.length === 5")
    assert page.locator(".readout-delta").count() == 0
    assert "delta" in page.inner_text(".readout-volume"), "told with the volume then"


def cvd_closes(page: Page) -> list[float]:
    row = drawn_rows(page)["cvd"]
    closes = []
    for way in ("up", "down", "even"):
        for mark in row.groups[f"cvd {way}"]:
            y = mark.body[1] + (0 if way == "up" else mark.body[3])
            closes.append((mark.time, row.value(y)))
    return [close for _, close in sorted(closes)]


def test_cvd_counts_from_the_run_the_day_or_the_view(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(100)
    page = open_page(server.url)
    closes = [bar[4] for bar in files.cvd]
    before = files.cvd[5][4]  # six bars until midnight
    first = files.cvd[40][1]
    expected = {
        "Run": closes[40:],
        "Day": [close - before for close in closes[40:]],
        "View": [close - first for close in closes[40:]],
    }
    page.keyboard.press("1")
    for choice, wanted in expected.items():
        page.click(f"#cvd-anchor-choice >> text={choice}")
        settle(page)
        pixel = drawn_rows(page)["cvd"].pixel
        assert cvd_closes(page)[-60:] == pytest.approx(wanted, abs=pixel), choice
        told = page.inner_text(".readout-cvd").replace("−", "-").replace(",", "")
        assert told.startswith(f"CVD {choice.lower()}"), told
        assert number(told.split("C")[-1]) == pytest.approx(wanted[-1], rel=1e-3, abs=1e-3)
        tag = page.inner_text(".tag-cvd").replace("−", "-").replace(",", "")
        assert number(tag) == pytest.approx(wanted[-1], rel=1e-3, abs=1e-3)
        text = page.evaluate(
            """async () => {
              const { csvOf } = await import("/assets/charts/download.mjs");
              return csvOf(orderflow.charts.visibleBars());
            }"""
        )
        *_, row = csv.DictReader(io.StringIO(text))
        assert float(row["cvd_close"]) == closes[-1], "the run's"
    page.reload()
    page.wait_for_function("() => window.orderflow?.charts.draws > 0")
    assert page.is_checked("#cvd-anchor-choice input[value='view']"), "remembered"


def number(text: str) -> float:
    return float(text.strip())


DAYS = [
    [MIDNIGHT - 60_000, 5.0, 6.0, 4.0, 5.5],
    [MIDNIGHT, 5.5, 9.0, 5.0, 8.0],
    [MIDNIGHT + 60_000, 8.0, 9.0, 5.0, 6.0],
    [MIDNIGHT + 86_400_000, 20.0, 22.0, 19.0, 21.0],
]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        # of the first day nothing before 23:59 is known, of the last nothing before its first bar
        (None, [[5.0, "since 23:59"], [5.5, "day"], [5.5, "day"], [20.0, "day"]]),
        (3.25, [[3.25, "day"], [5.5, "day"], [5.5, "day"], [3.25, "day"]]),
    ],
    ids=["bars in hand alone", "a source that knows more"],
)
def test_a_day_begins_with_the_cvd_at_the_last_bar_before_midnight(
    server: PageServer, open_page: OpenPage, before: float | None, expected: list[Any]
) -> None:
    page = open_page(server.url, wait_until=LAID_OUT)
    assert page.evaluate(ANCHOR, ["day", DAYS, DAYS[0], before]) == expected


def test_the_run_and_the_view_have_one_base_for_all(
    server: PageServer, open_page: OpenPage
) -> None:
    page = open_page(server.url, wait_until=LAID_OUT)
    assert page.evaluate(ANCHOR, ["run", DAYS, DAYS[1], None]) == [[0, "run"]] * 4
    assert page.evaluate(ANCHOR, ["view", DAYS, DAYS[1], None]) == [[5.5, "view"]] * 4


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, PHONE], ids=["desk", "phone"])
def test_read_outs_cover_no_data_and_nothing_moves_when_values_change_width(
    files: RunFiles, server: PageServer, open_page: OpenPage, size: dict[str, int]
) -> None:
    draw = random.Random(5)
    files.grow(60)
    for ohlc, cvd in zip(files.ohlc, files.cvd, strict=True):
        ohlc[5] = round(10 ** draw.uniform(-4, 5), 4)
        delta = ohlc[5] * draw.uniform(-1, 1)
        cvd[1:] = [0, max(delta, 0), min(delta, 0), delta]
    files.publish()
    page = open_page(server.url, **size)
    page.keyboard.press("1")
    settle(page)
    box = box_of(page, "#charts-plot")
    rows = [row.clip for row in drawn_rows(page).values()]
    lefts: dict[int, set[tuple[float, ...]]] = {}
    for step in range(40):
        page.mouse.move(box["x"] + 10 + step * (box["width"] - 90) / 40, box["y"] + 200)
        settle(page)
        for index, strip in enumerate(page.evaluate(FIELDS)):
            assert all(field["isWhole"] for field in strip["fields"]), strip
            lefts.setdefault(index, set()).add(tuple(field["left"] for field in strip["fields"]))
            top, bottom = strip["top"] - box["y"], strip["bottom"] - box["y"]
            assert all(bottom <= y or y + height <= top for _, y, _, height in rows)
    assert len(lefts) == 6
    for index, places in lefts.items():
        assert len(places) == 1, f"strip {index} moved"


def test_the_read_out_tells_all_of_a_bar(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.grow(30)
    files.ohlc[-1][1:] = [100.0, 104.0, 99.0, 102.0, 8.0]
    files.cvd[-1][1:] = [1.0, 4.0, 1.0, 3.0]  # 5 bought, 3 sold
    files.publish()
    page = open_page(server.url)
    price = page.inner_text(".readout-price").split("\n")
    assert price == [
        *("2024-08-09 00:23:00 UTC", "1 m", "O100.0", "H104.0", "L99.0", "C102.0"),
        "+2.0 (+2.00 %)",
    ]
    assert page.inner_text(".readout-volume").split("\n") == ["Volume", "8.000", "buys62.5 %"]
    assert page.inner_text(".readout-delta").split("\n") == ["Delta", "+2.000"]
    page.evaluate(
        """() => {
          const { store } = orderflow;
          const rows = store.ohlc.map((bar) => [...bar, bar[5] / 4]);
          store.apply({ position: store.position, ohlc: { whole: true, rows } });
        }"""
    )
    settle(page)
    assert "buys25.0 %" in page.inner_text(".readout-volume"), "where the history knows them"


def test_the_help_explains_what_is_abbreviated(server: PageServer, open_page: OpenPage) -> None:
    page = open_page(server.url, wait_until=LAID_OUT)
    page.keyboard.press("?")
    told = page.inner_text("#help-dialog")
    for term in ("O H L C", "Volume, buys", "Delta", "OBI", "TOT", "CVD", "mean"):
        assert term in told, term
