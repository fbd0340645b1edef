"""A number on the page is never another number: read back, it is what it was within its digits."""

import math
import random
from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import LAID_OUT, OpenPage
from tests.support.drawn import SCENE
from tests.support.hands import box_of
from tests.support.page_server import PageServer
from tests.support.run_files import RunFiles
from tests.support.shown_numbers import Shown, read

pytestmark = pytest.mark.browser

CALL = """async ([name, calls]) => {
  const format = await import("/assets/core/format.mjs");
  return calls.map((values) => format[name](...values));
}"""
IN_COLUMNS = """async (columns) => {
  const { sizesInColumn } = await import("/assets/core/format.mjs");
  return columns.map((numbers) => numbers.map(sizesInColumn(numbers)));
}"""
IN_BOOKS = """async (books) => {
  const { decimalsOfAll, price } = await import("/assets/core/format.mjs");
  return books.map((prices) => prices.map((each) => price(each, decimalsOfAll(prices))));
}"""
ON_AXES = """async (ranges) => {
  const { valueTicks } = await import("/assets/charts/ticks.mjs");
  return ranges.map((range) => valueTicks(range, 200));
}"""
CUT_OFF = """() => [...document.querySelectorAll(
    "#charts .tag, #depth-facts .fact-value, #depth-plot text, #ladder td"
  )].filter((each) => {
    const [box, panel] = [each, each.closest(".panel")].map((one) => one.getBoundingClientRect());
    return each.textContent && box.width && (box.left < panel.left || box.right > panel.right);
  }).map((each) => each.textContent)"""
AXIS_LEFT = f"() => {SCENE}.placed.plot.left + {SCENE}.placed.plot.width"
CUT_OFF_ON_THE_AXES = f"""() => {{
  const {{ valueLabels, standing, font }} = {SCENE};
  const {{ timeLabels, paper: [, , width] }} = standing.backdrop;
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  context.font = font;
  const rightOf = {{ values: (x, wide) => x + wide, times: (x, wide) => x + wide / 2 }};
  const isCut = (kind) => ({{ text, x }}) =>
    rightOf[kind](x, context.measureText(text).width) > width;
  return [...valueLabels.filter(isCut("values")), ...timeLabels.filter(isCut("times"))];
}}"""

CORNERS = (
    *(0.0, 1.0, 0.1, 0.5, 0.999, 0.9995, 9.9995, 99_999.95, 999_999.5, 5e-324, 1.7e308, 0.1 + 0.2),
    *(80e9, 80_003_456_789.0, 1_008_100_426_925.0, 999_949_999_999.0, 999_999_999_999.9, 1e15),
    *(7.4435e-7, 0.001, 0.00099999, 9_999_999.0, 9_999_999.99, 1e7, 123_456_789.125, 1e21),
)

# Of ELON-USDT at OKX on 2022-02-27: 11 decimals, billions a level.
ELON: dict[str, list[list[float]]] = {
    "bids": [[7.445e-7, 184440410.0], [7.4435e-7, 184440410.0], [7.4434e-7, 4965709760.0]],
    "asks": [[7.4573e-7, 169377147.0], [7.4576e-7, 184076180.0], [7.46e-7, 10062223030.0]],
}


@pytest.fixture
def page(server: PageServer, open_page: OpenPage) -> Page:
    return open_page(server.url, wait_until=LAID_OUT)


def numbers(seed: int, count: int = 3000) -> Iterator[float]:
    """Yield numbers of every magnitude, with few digits and with many."""
    draw = random.Random(seed)
    yield from CORNERS
    for _ in range(count):
        magnitude = 10 ** draw.uniform(-14, 20)
        yield float(f"{magnitude:.{draw.choice((0, 1, 3, 5, 16))}e}")


def exactly(number: float) -> Decimal:
    return Decimal(repr(number))


def is_precise(shown: Shown, number: float) -> bool:
    """Say whether three digits are told, or all there are."""
    return abs(shown.value) >= 100 * shown.place or shown.value == exactly(number)


def test_a_size_reads_as_what_it_is_whatever_its_magnitude(page: Page) -> None:
    sizes = [sign * number for number in numbers(1) for sign in (1, -1)]
    for size, text in zip(sizes, page.evaluate(CALL, ["size", [[n] for n in sizes]]), strict=True):
        shown = read(text)
        assert shown.is_of(size), f"{size!r} reads {text}"
        assert is_precise(shown, size), f"{size!r} reads {text}"
        assert len(text) <= 11, f"{size!r} reads {text}: a tag has room for no more"


def test_with_a_number_of_decimals_a_number_is_rounded_to_these(page: Page) -> None:
    calls = [(number, decimals) for number in numbers(2) for decimals in (0, 1, 3, 5, 8, 11, 20)]
    for (number, decimals), text in zip(calls, page.evaluate(CALL, ["fixed", calls]), strict=True):
        difference = abs(read(text).value - exactly(number))
        assert difference <= Decimal(1).scaleb(-decimals) / 2, f"{number!r} reads {text}"


def test_a_column_of_sizes_tells_each_and_fits(page: Page) -> None:
    draw = random.Random(3)
    pool = [number for number in numbers(4) if number < 1e300]
    columns = [draw.sample(pool, 10) for _ in range(200)]
    columns += [[draw.uniform(0, top) for _ in range(10)] for top in (1e-9, 1e-3, 1, 1e4, 1e9)]
    columns += [[5.25, 0.000001, 100.0], [12_345_678_901.0, 3.0]]
    for column, texts in zip(columns, page.evaluate(IN_COLUMNS, columns), strict=True):
        for number, text in zip(column, texts, strict=True):
            shown = read(text)
            assert shown.is_of(number), f"{number!r} reads {text}"
            assert is_precise(shown, number), f"{number!r} reads {text}"
            assert len(text) <= 13, text


def test_two_prices_of_a_book_never_read_the_same(page: Page) -> None:
    draw = random.Random(5)
    books = [sorted(set(numbers(seed, 50))) for seed in range(20)]
    for _ in range(200):
        decimals, least = draw.randint(0, 15), draw.randint(1, 10**6)
        books.append([float(f"{least + step}e-{decimals}") for step in range(50)])
    first = 7.4435e-7
    books.append([first, math.nextafter(first, 1), math.nextafter(first, 0), 1e30, 1e-30])
    for prices, texts in zip(books, page.evaluate(IN_BOOKS, books), strict=True):
        assert [float(read(text).value) for text in texts] == prices
        assert len(set(texts)) == len(prices)


def test_two_labels_of_an_axis_never_read_the_same_nor_as_another_value(page: Page) -> None:
    draw = random.Random(6)
    ranges = []
    for _ in range(2000):
        middle = draw.choice((-1, 0, 1)) * 10 ** draw.uniform(-12, 16)
        half = (abs(middle) or 10 ** draw.uniform(-12, 16)) * 10 ** draw.uniform(-4, 0.5)
        ranges.append([middle - half, middle + half])
    for (low, high), ticks in zip(ranges, page.evaluate(ON_AXES, ranges), strict=True):
        texts = ticks["ticktext"]
        assert texts
        assert len(set(texts)) == len(texts), texts
        noise = Decimal(high - low) / 10**6
        for value, text in zip(ticks["tickvals"], texts, strict=True):
            assert abs(read(text).value - exactly(value)) < noise, f"{value!r} reads {text}"


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_no_number_of_a_cheap_instrument_with_huge_sizes_is_cut_off(
    files: RunFiles, server: PageServer, open_page: OpenPage, width: int, height: int
) -> None:
    files.grow(30)
    scale = 1_008_100_426_925 / max(abs(bar[4]) for bar in files.cvd)
    for bars in (files.cvd, files.metrics):
        for bar in bars:
            bar[1:] = [value * scale for value in bar[1:]]
    for bar in files.ohlc:
        bar[1:] = [*(round(price * 1.2e-11, 11) for price in bar[1:5]), bar[5] * scale]
    files.cvd[-1][1:] = [-1e12, -1e12, -1_008_100_426_925.0, -1_008_100_426_925.0]
    files.depth = ELON
    files.publish()
    page = open_page(server.url, width=width, height=height)
    expect(page.locator(".tag-cvd")).to_have_text("−1.008\u00a0T")
    expect(page.locator("#ladder")).to_contain_text("10.42\u00a0B")
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(CUT_OFF_ON_THE_AXES) == []
    tags = [box_of(page, f".tag-{key}") for key in ("price", "volume", "obi", "tot", "cvd")]
    axis = box_of(page, "#charts-plot")["x"] + page.evaluate(AXIS_LEFT)
    assert [tag["x"] for tag in tags] == pytest.approx([axis] * 5), "none reaches into the plot"
    assert len({tag["width"] for tag in tags}) == 1


def test_the_levels_of_elon_all_read_differently(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.grow(5)
    files.depth = ELON
    files.publish()
    page = open_page(server.url)
    texts = page.locator("#ladder td.price").all_inner_texts()
    shown = [float(read(text).value) for text in texts if text]
    assert shown == [price for price, _ in (*reversed(ELON["asks"]), *ELON["bids"])]
    assert page.inner_text("#ladder .ladder-spread") == "spread 0.0₈123"
