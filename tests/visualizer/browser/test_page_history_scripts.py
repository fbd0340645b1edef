"""The scripts that read, merge and choose bars of a history, against what Python makes of it."""

import base64
import itertools
import math
import random
import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from shared.history.bars import pack_book_bars, pack_trade_bars
from shared.history.merging import Bars
from shared.history.packing import pack, unpack
from shared.history.repository import open_history
from shared.recordings.day_files import DayFile
from tests.support.browser import LAID_OUT, OpenPage
from tests.support.histories import chart_rows, keep_history
from tests.support.page_server import PageServer
from tests.support.resume import make_job

pytestmark = pytest.mark.browser

INT64 = np.iinfo(np.int64)
HOUR_MS = 3_600_000
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def bars(demo_hour: DayFile, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bars]:
    """The seconds of the demo's first hour."""
    run = keep_history(make_job(demo_hour.path.parent, tmp_path_factory.mktemp("run")))
    with open_history(run.history) as history:
        span = history.span_ms
        assert span is not None
        yield history.bars(1000, *span)


@pytest.fixture
def page(server: PageServer, open_page: OpenPage) -> Page:
    return open_page(server.url, wait_until=LAID_OUT)


def call(page: Page, module: str, function: str, calls: Sequence[Sequence[Any]]) -> list[Any]:
    """Return what a script's function returns for each of many lists of arguments."""
    found: list[Any] = page.evaluate(
        """async ([module, name, calls]) => {
          const all = await import(`/assets/${module}.mjs`);
          return calls.map((values) => all[name](...values));
        }""",
        [module, function, [list(values) for values in calls]],
    )
    return found


def columns_in_browser(page: Page, blobs: Sequence[bytes]) -> list[list[list[float]]]:
    found: list[list[list[float]]] = page.evaluate(
        """async (blobs) => {
          const { unpack } = await import("/assets/history/packed.mjs");
          return blobs.map((text) => {
            const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
            return unpack(bytes).map((column) => [...column]);
          });
        }""",
        [base64.b64encode(blob).decode() for blob in blobs],
    )
    return found


def random_blob(rng: random.Random) -> bytes:
    rows = rng.choice([0, 1, 2, 7, 300])

    def integers(low: int, high: int) -> Any:
        return np.array([rng.randint(low, high) for _ in range(rows)], np.int64)

    steps = np.cumsum(integers(-(2 ** rng.randint(1, 40)), 2 ** rng.randint(1, 40)))
    prices = integers(0, 10**9) / 10.0 ** rng.randint(0, 8)
    bits = np.array([rng.choice([math.nan, 0.0, -0.0, rng.gauss(0, 1e9)]) for _ in range(rows)])
    return pack(
        [
            integers(int(INT64.min), int(INT64.max)),  # differences of these are beyond 64 bits
            integers(int(INT64.max) - 5, int(INT64.max)),
            integers(int(INT64.min), int(INT64.min) + 300),
            integers(-1, 1),
            integers(7, 7),
            steps,
        ],
        [[prices], [np.array([rng.random() for _ in range(rows)])]],
        [bits],
    )


def test_packed_columns_are_unpacked_to_what_python_makes_of_them(page: Page) -> None:
    rng = random.Random(14)
    blobs = [random_blob(rng) for _ in range(60)]
    forms = {blob[8 + 20 * column + 1] for blob in blobs for column in range(blob[1])}
    assert forms == {0, 1, 2}
    for blob, ours in zip(blobs, columns_in_browser(page, blobs), strict=True):
        expected = [column.astype(np.float64) for column in unpack(blob)]
        assert len(ours) == len(expected)
        for mine, theirs in zip(ours, expected, strict=True):
            assert np.array_equal(np.array(mine, np.float64), theirs, equal_nan=True)


@pytest.mark.parametrize(
    "blob",
    [b"", b"\1", b"\2" + bytes(7), pack([np.arange(9)])[:-1], pack([np.arange(9)]) + b"\0"],
    ids=["nothing", "a byte", "another version", "too short", "too long"],
)
def test_what_is_no_packed_columns_is_refused(page: Page, blob: bytes) -> None:
    with pytest.raises(Exception, match="expected packed columns"):
        columns_in_browser(page, [blob])


def test_an_answer_holds_the_bars_that_the_history_has(page: Page, bars: Bars) -> None:
    minutes = bars.merged(60_000)
    trades, book = pack_trade_bars(minutes.trades), pack_book_bars(minutes.book)
    answer = base64.b64encode(struct.pack("<I", len(trades)) + trades + book).decode()
    found = page.evaluate(
        """async (text) => {
          const { barsOf } = await import("/assets/history/rows.mjs");
          return barsOf(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
        }""",
        answer,
    )
    expected = chart_rows(minutes)
    assert len(expected["ohlc"]) == 60
    for name in ("ohlc", "metrics", "cvd"):
        assert np.array_equal(found[name], expected[name], equal_nan=True), name


@pytest.mark.parametrize("window_ms", [5_000, 60_000, 7 * 60_000, HOUR_MS])
def test_bars_are_merged_as_python_merges_them(page: Page, bars: Bars, window_ms: int) -> None:
    pieces, expected = chart_rows(bars), chart_rows(bars.merged(window_ms))
    for name in ("ohlc", "metrics", "cvd"):
        [found] = call(page, "history/merging", "mergeBars", [(name, pieces[name], window_ms)])
        width = len(found["bars"][0])  # without the means: how long each counts for is not known
        rows = np.array(expected[name])[:, :width]
        assert width >= 5
        assert np.array(found["bars"]) == pytest.approx(rows, rel=1e-9, abs=1e-9), name
        if name != "cvd":  # its first number is a difference, all other ones are exact
            exact = [place for place in range(width) if name != "ohlc" or place < 5]
            assert np.array_equal(np.array(found["bars"])[:, exact], rows[:, exact]), name


def test_a_merged_bar_of_which_nothing_changed_is_the_same_object(page: Page) -> None:
    found = page.evaluate(
        """async () => {
          const { mergeBars } = await import("/assets/history/merging.mjs");
          const bars = [[0, 1, 1, 1, 1, 2, 1], [5, 1, 2, 1, 2, 2, 1], [10, 2, 2, 2, 2, 2, 1]];
          const before = mergeBars("ohlc", bars, 10);
          const next = [...bars.slice(0, 2), [10, 2, 9, 2, 9, 3, 1]];
          const after = mergeBars("ohlc", next, 10, before);
          return after.bars.map((bar, index) => bar === before.bars[index]);
        }"""
    )
    assert found == [True, False]


def test_of_two_bars_of_the_same_time_the_first_is_kept(page: Page) -> None:
    rng = random.Random(3)
    calls = []
    for _ in range(50):
        first = [[time, "first"] for time in sorted(rng.sample(range(20), rng.randint(0, 9)))]
        second = [[time, "second"] for time in sorted(rng.sample(range(20), rng.randint(0, 9)))]
        calls.append((first, second))
    for (first, second), found in zip(
        calls, call(page, "history/merging", "union", calls), strict=True
    ):
        expected = dict(map(tuple, second)) | dict(map(tuple, first))
        assert found == [list(bar) for bar in sorted(expected.items())]


TYPED: list[tuple[str, int | None]] = [
    ("90s", 90_000),
    ("7m", 420_000),
    (" 6 H ", 6 * HOUR_MS),
    ("1d", DAY_MS),
    ("5 min", 300_000),
    ("30d", 30 * DAY_MS),
    ("31d", None),
    ("0s", None),
    ("90", None),
    ("1.5h", None),
    ("", None),
    ("m", None),
]


def test_a_typed_timeframe_is_understood_or_refused(page: Page) -> None:
    found = call(page, "history/timeframes", "parseTimeframe", [[text] for text, _ in TYPED])
    assert list(zip([text for text, _ in TYPED], found, strict=True)) == TYPED


def test_the_name_of_a_timeframe_can_be_typed(page: Page) -> None:
    lengths = [1000, 90_000, 60_000, 420_000, HOUR_MS, 6 * HOUR_MS, DAY_MS, 90 * 60_000]
    names = call(page, "history/timeframes", "timeframeName", [[ms] for ms in lengths])
    assert names == ["1 s", "90 s", "1 m", "7 m", "1 h", "6 h", "1 d", "90 m"]
    assert call(page, "history/timeframes", "parseTimeframe", [[name] for name in names]) == lengths


def test_auto_has_bars_of_4_to_40_px_and_does_not_flap(page: Page) -> None:
    lengths = page.evaluate(
        "async () => (await import('/assets/history/timeframes.mjs')).TIMEFRAMES"
    )
    rng = random.Random(5)
    asked = []
    for _ in range(300):
        width = rng.randint(200, 3000)
        span = math.exp(rng.uniform(math.log(8_000 * width / 300), math.log(30 * DAY_MS)))
        asked.append((rng.choice(lengths), span, width, lengths))
    chosen = call(page, "history/timeframes", "autoTimeframe", asked)
    for (current, span, width, _), length in zip(asked, chosen, strict=True):
        assert 4 <= length / span * width <= 40, (current, span, width)
        if 4 <= current / span * width <= 40:
            assert length == current
    again = [(length, *rest) for length, (_, *rest) in zip(chosen, asked, strict=True)]
    assert call(page, "history/timeframes", "autoTimeframe", again) == chosen
    closer = [(length, span * 0.97, *rest) for length, span, *rest in again]
    back = [
        (length, span, *rest)
        for length, (_, span, *rest) in zip(
            call(page, "history/timeframes", "autoTimeframe", closer), again, strict=True
        )
    ]
    there = call(page, "history/timeframes", "autoTimeframe", closer)
    assert call(page, "history/timeframes", "autoTimeframe", back) == there, "it went back at once"


def test_tiles_of_a_range_are_aligned_and_have_all_of_it(page: Page) -> None:
    rng = random.Random(9)
    asked = []
    for _ in range(100):
        window_ms = rng.choice([1000, 60_000, 90_000, DAY_MS])
        start = rng.uniform(0, 2e12)
        asked.append(([start, start + rng.uniform(0, 4000) * window_ms], window_ms))
    for ((start, end), window_ms), tiles in zip(
        asked, call(page, "history/tiles", "tilesIn", asked), strict=True
    ):
        assert tiles[0]["from"] <= start < tiles[0]["to"]
        assert tiles[-1]["from"] <= end < tiles[-1]["to"]
        for tile, following in itertools.pairwise(tiles):
            assert tile["to"] == following["from"]
        assert all(tile["from"] % (500 * window_ms) == 0 for tile in tiles)


NOW = 1_751_375_825_500
"""2025-07-01 13:17:05.500 UTC."""


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


MOMENTS: list[tuple[str, int | None]] = [
    ("14:37", at("2025-07-01T14:37")),
    ("4:07:09", at("2025-07-01T04:07:09")),
    ("2025-07-01 14:37:05", at("2025-07-01T14:37:05")),
    ("2025-07-01T14:37:05Z", at("2025-07-01T14:37:05")),
    ("2025-06-30 14:37:05.25 UTC", at("2025-06-30T14:37:05") + 250),
    ("2025-07-01", at("2025-07-01")),
    ("07-02 10:00", at("2025-07-02T10:00")),
    ("7-2", at("2025-07-02")),
    ("+2h", NOW + 2 * HOUR_MS),
    ("-30m", NOW - 30 * 60_000),
    ("\u221230 m", NOW - 30 * 60_000),
    ("+1.5d", NOW + 36 * HOUR_MS),
    ("1751328000000", 1_751_328_000_000),
    ("1751328000", 1_751_328_000_000),
    ("24:00", None),
    ("12:60", None),
    ("2025-02-29", None),
    ("13-01", None),
    ("07-02 10:00 11:00", None),
    ("14:37 14:38", None),
    ("yesterday", None),
    ("12", None),
    ("+h", None),
    ("99999999999999999999", None),
    ("", None),
]


def test_a_moment_to_go_to_is_understood_or_refused(page: Page) -> None:
    calls = [(text, NOW) for text, _ in MOMENTS]
    found = call(page, "navigation/moment", "parseMoment", calls)
    assert list(zip([text for text, _ in MOMENTS], found, strict=True)) == MOMENTS


def test_every_moment_is_found_by_each_way_to_write_it(page: Page) -> None:
    rng = random.Random(2)
    calls, expected = [], []
    for _ in range(200):
        moment = rng.randrange(at("1990-01-01"), at("2100-01-01"))
        when = datetime.fromtimestamp(moment // 1000, UTC)
        whole = moment // 1000 * 1000
        calls += [
            (f"{when:%Y-%m-%d %H:%M:%S}.{moment % 1000:03}", NOW),
            (f"{when:%Y-%m-%d %H:%M:%S}", NOW),
            (f"{when:%H:%M:%S}", whole),
            (f"{when:%m-%d %H:%M}", whole),
            (str(moment), NOW),
            (f"+{(moment - NOW) // 1000}s" if moment > NOW else f"-{(NOW - moment) // 1000}s", NOW),
        ]
        steps = (abs(moment - NOW) // 1000) * 1000
        expected += [
            *(moment, whole, whole, whole // 60_000 * 60_000, moment),
            NOW + steps if moment > NOW else NOW - steps,
        ]
    assert call(page, "navigation/moment", "parseMoment", calls) == expected


def test_whatever_is_typed_is_a_moment_or_none(page: Page) -> None:
    rng = random.Random(8)
    calls = [
        ("".join(rng.choices("0123456789:-+hmd TZ.", k=rng.randint(1, 12))), NOW)
        for _ in range(500)
    ]
    for (text, _), found in zip(
        calls, call(page, "navigation/moment", "parseMoment", calls), strict=True
    ):
        assert found is None or abs(found) <= 8.64e15, text


def test_the_overview_has_the_finest_bars_that_are_not_too_many(page: Page) -> None:
    lengths = [1000, 60_000, HOUR_MS]
    asked = [
        ([0, span], lengths)
        for span in (1500 * 1000, 1501 * 1000, 1500 * 60_000, 1501 * 60_000, 9e12)
    ]
    found = call(page, "navigation/overview_scene", "overviewLength", asked)
    assert found == [1000, 60_000, 60_000, HOUR_MS, HOUR_MS]


def test_the_overview_s_line_and_columns_lie_where_time_and_value_are(page: Page) -> None:
    rows = [[0, 0, 0, 0, 10, 4], [50, 0, 0, 0, 30, 2], [100, 0, 0, 0, 20, 1]]
    size = {"width": 206, "height": 106, "ratio": 1}
    [scene] = call(page, "navigation/overview_scene", "overviewScene", [(rows, [0, 103], size)])
    assert scene["line"] == [[0, 103], [100, 13], [200, 58]]  # 13 px free above, 3 below
    assert [(left, round(tall, 2)) for left, _, _, tall in scene["columns"]] == [
        (0, 36.04),  # 34 % of 106
        (100, 18.02),
        (200, 9.01),
    ]
