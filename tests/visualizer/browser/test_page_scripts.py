"""The scripts' pure functions, called in a real browser with numbers worked out by hand."""

from typing import Any

import pytest

from shared.clock import LAST_MS
from tests.support.assets import ASSETS, assets
from tests.support.browser import LAID_OUT, OpenPage
from tests.support.page_server import PageServer
from tests.support.run_files import RunFiles

pytestmark = pytest.mark.browser

MINUTE = 60_000
DAY = 1440 * MINUTE
AUGUST_8 = 1_723_075_200_000
TEN_MINUTES = [0, 10 * MINUTE]
NEWEST_AT_9 = {"first": 0, "last": 9 * MINUTE, "rows": []}
PRICE_ROW = {"key": "price", "top": 10, "height": 100}


def tag_of(value: float) -> list[Any]:
    """Return what `placeTags` is asked about a price in a row of 0 to 50."""
    return [[{"key": "price", "value": value}], [PRICE_ROW], {"price": [0, 50]}]


CASES: list[tuple[str, str, list[Any], Any]] = [
    ("core/format", "decimalsOf", [61837.63], 2),
    ("core/format", "decimalsOf", [4.2e-7], 8),
    ("core/format", "decimalsOf", [100], 0),
    ("core/format", "decimalsOf", [1e21], 0),
    ("core/format", "decimalsOf", [1.23456789012345], 14),
    ("core/format", "fixed", [-1234.5, 2], "−1,234.50"),
    ("core/format", "fixed", [-0.0001, 2], "0.00"),
    ("core/format", "fixed", [None, 2], "–"),
    ("core/format", "signed", [0.25, 3], "+0.250"),
    ("core/format", "signed", [0, 3], "0.000"),
    ("core/format", "size", [-1_008_100_426_925], "−1.008\u00a0T"),
    ("core/format", "size", [80e9], "80\u00a0B"),
    ("core/format", "size", [80_003_456_789], "80.00\u00a0B"),
    ("core/format", "size", [999_999_999_999], "1.000\u00a0T"),
    ("core/format", "size", [5_953_502], "5,953,502"),
    ("core/format", "size", [7.4435e-7], "0.0₆74435"),
    ("core/format", "size", [0.01], "0.01000"),
    ("core/format", "size", [1.008e18], "1.008×10¹⁸"),
    ("core/format", "size", [None], "–"),
    ("core/format", "price", [7.445e-7, 11], "0.0₆74450"),
    ("core/format", "price", [1e30, 30], "1×10³⁰"),
    ("core/format", "tick", [-2e7, 0], "−20\u00a0M"),
    ("core/format", "tick", [2e7, 0], "20\u00a0M"),
    ("core/format", "tick", [1.0005e12, 0], "1.0005\u00a0T"),
    ("core/format", "tick", [61_650, 2], "61,650.00"),
    ("core/format", "count", [12_345.6], "12,346"),
    ("core/format", "megabytes", [300_000], "0.3 MB"),
    ("core/format", "megabytes", [64_000_000], "64 MB"),
    ("core/format", "utc", [1_723_161_255_308], "2024-08-08 23:54:15"),
    ("core/format", "lag", [0.34], "0.3 s"),
    ("core/format", "lag", [9.94], "9.9 s"),
    ("core/format", "lag", [9.96], "10 s"),
    ("core/format", "lag", [-0.4], "0.0 s"),
    ("core/format", "lag", [95], "1 m 35 s"),
    ("core/format", "spanOf", [AUGUST_8, AUGUST_8 + 90 * MINUTE], "2024-08-08 – 2024-08-08 01:30"),
    ("core/format", "spanOf", [AUGUST_8, LAST_MS], "2024-08-08 – "),
    ("core/format", "daysOf", [AUGUST_8, AUGUST_8 + DAY - 1], "2024-08-08"),
    ("core/format", "daysOf", [AUGUST_8, AUGUST_8 + DAY], "2024-08-08 – 2024-08-09"),
    # a quarter of 10 px stays free: 7 px whole and odd, the wick the fourth
    (
        *("charts/scene/edges", "edgesOf", [10, 1]),
        {"body": 7, "wick": 1, "inset": 3, "isRange": False},
    ),
    (
        *("charts/scene/edges", "edgesOf", [3, 1]),
        {"body": 2, "wick": 1, "inset": 0, "isRange": False},
    ),
    # below three pixels a bar is its range; of 2.9 px two would leave no gap at times
    (
        *("charts/scene/edges", "edgesOf", [2.9, 1]),
        {"body": 1, "wick": 1, "inset": 0, "isRange": True},
    ),
    (
        *("charts/scene/edges", "edgesOf", [0.3, 1]),
        {"body": 1, "wick": 1, "inset": 0, "isRange": True},
    ),
    # where two of the device's pixels are one of ours: 15 px are too broad by one for the middle
    (
        *("charts/scene/edges", "edgesOf", [20, 2]),
        {"body": 14, "wick": 2, "inset": 6, "isRange": False},
    ),
    ("charts/scene/time_axis", "xOf", [{"range": [100, 200], "left": 6, "width": 50}, 150], 31),
    ("charts/scene/time_axis", "timeOf", [{"range": [100, 200], "left": 6, "width": 50}, 31], 150),
    # 23:54 to 00:24 on 1000 px; where a day has a tick of its own it needs no other mark
    (
        *("charts/ticks", "daysIn", [[1_723_161_240_000, 1_723_163_040_000], 1000]),
        [1_723_161_600_000],
    ),
    ("charts/ticks", "daysIn", [[0, 40 * 86_400_000], 1000], []),
    (
        "charts/ticks",
        "valueTicks",
        [[-1, 1], 90],
        {"tickvals": [-0.5, 0, 0.5], "ticktext": ["−0.5", "0.0", "0.5"]},
    ),
    (
        "charts/ticks",
        "valueTicks",
        [[61_600, 61_800], 200, 2],
        {"tickvals": [61_650, 61_700, 61_750], "ticktext": ["61,650.00", "61,700.00", "61,750.00"]},
    ),
    # an odd price in the book has so many decimals: there is no room for them
    (
        "charts/ticks",
        "valueTicks",
        [[61_600, 61_800], 200, 17],
        {"tickvals": [61_650, 61_700, 61_750], "ticktext": ["61,650", "61,700", "61,750"]},
    ),
    # 45 px a unit: the tag at 0.2 is 9 px from the label 0.0 and 13.5 px from the label 0.5
    (
        "charts/ticks",
        "valueTicks",
        [[-1, 1], 90, 0, 0.2],
        {"tickvals": [-0.5, 0, 0.5], "ticktext": ["−0.5", "", ""]},
    ),
    # a label at an edge would stick out of its row
    ("charts/ticks", "valueTicks", [[0, 10], 60], {"tickvals": [5], "ticktext": ["5"]}),
    (
        "charts/ticks",
        "valueTicks",
        [[0, 1e-8], 60],
        {"tickvals": [5e-9], "ticktext": ["0.0₈5"]},
    ),
    # beyond 2^53 a number and the next are the same
    (
        "charts/ticks",
        "valueTicks",
        [[1e300, 1e300], 60],
        {"tickvals": [], "ticktext": []},
    ),
    ("core/format", "duration", [0.4], "0 s"),
    ("core/format", "duration", [95], "1 m 35 s"),
    ("core/format", "duration", [7_260], "2 h 1 m"),
    ("core/format", "duration", [90_000], "1 d 1 h"),
    ("core/store", "merge", [[[1, "a"]], {"whole": True, "rows": [[9, "z"]]}], [[9, "z"]]),
    (
        "core/store",
        "merge",
        [[[1, "a"], [2, "b"]], {"first": 2, "rows": [[2, "c"], [3, "d"]]}],
        [[2, "c"], [3, "d"]],
    ),
    ("core/store", "indexOfKey", [[[1], [3], [5]], 3], 1),
    ("core/store", "indexOfKey", [[[1], [3], [5]], 6], 3),
    ("core/view", "nearest", [[[0], [10], [20]], 14], 1),
    ("core/view", "nearest", [[[0], [10], [20]], 16], 2),
    ("core/view", "nearest", [[], 5], -1),
    ("core/view", "within", [[[0], [10], [20]], 10, 20], [[10], [20]]),
    (
        "core/view",
        "gapsOf",
        [[[0], [MINUTE], [4 * MINUTE]], MINUTE],
        [[1.5 * MINUTE, 3.5 * MINUTE]],
    ),
    # half a bar and a bit behind the newest bar's middle, which is at 9
    ("core/view", "pivotOf", [TEN_MINUTES, None, NEWEST_AT_9, MINUTE], 9.75 * MINUTE),
    ("core/view", "pivotOf", [TEN_MINUTES, 9.4 * MINUTE, NEWEST_AT_9, MINUTE], 9.75 * MINUTE),
    ("core/view", "pivotOf", [TEN_MINUTES, 8.4 * MINUTE, NEWEST_AT_9, MINUTE], 8.4 * MINUTE),
    ("core/view", "pivotOf", [[0, 5 * MINUTE], None, NEWEST_AT_9, MINUTE], 5 * MINUTE),
    (
        "core/view",
        "moved",
        [[0, 9.4 * MINUTE], NEWEST_AT_9, MINUTE, False],
        {
            "bars": None,
            "follow": False,
            "spanMs": 9.4 * MINUTE,
            "leadMs": None,
            "range": [0, 9.4 * MINUTE],
        },
    ),
    (
        "core/view",
        "moved",
        [[0, 9.5 * MINUTE], NEWEST_AT_9, MINUTE, False],
        {
            "bars": None,
            "follow": True,
            "spanMs": 9.5 * MINUTE,
            "leadMs": MINUTE / 2,
            "range": None,
        },
    ),
    (
        "core/view",
        "moved",
        [TEN_MINUTES, NEWEST_AT_9, MINUTE, True],
        {
            "bars": None,
            "follow": False,
            "spanMs": 10 * MINUTE,
            "leadMs": None,
            "range": TEN_MINUTES,
        },
    ),
    # bars 10 wide at 0, 10 and 20 in a view of 4 to 16: the first and the last are partly in it
    ("core/view", "barInQuestion", [[[0], [10], [20]], [4, 16], None, 10], [10]),
    ("core/view", "barInQuestion", [[[0], [10], [20]], [4, 16], 4, 10], [0]),
    ("core/view", "barInQuestion", [[[0], [10], [20]], [4, 16], 16, 10], [20]),
    ("core/view", "barInQuestion", [[[0], [40]], [10, 30], 12, 10], None),
    ("charts/tones", "toneOf", [0], "even"),
    # a row of 100 px from 10 on: 50 is at its top, 0 at its bottom, a tag 16 px high
    (
        *("charts/last_values", "placeTags", tag_of(25)),
        [{"key": "price", "value": 25, "y": 60, "beyond": None}],
    ),
    (
        *("charts/last_values", "placeTags", tag_of(50)),
        [{"key": "price", "value": 50, "y": 18, "beyond": None}],
    ),
    (
        *("charts/last_values", "placeTags", tag_of(51)),
        [{"key": "price", "value": 51, "y": 18, "beyond": "above"}],
    ),
    (
        *("charts/last_values", "placeTags", tag_of(-1)),
        [{"key": "price", "value": -1, "y": 102, "beyond": "below"}],
    ),
    ("book/book_facts", "cumulated", [[[10, 1], [9, 2]]], [[10, 1, 1], [9, 2, 3]]),
    ("panels/log", "isShown", [[1, 0, "info", "files", "file", ""], [], "processes"], False),
    (
        "panels/log",
        "isShown",
        [[1, 0, "info", "processor", "exited", "pid 4"], ["pid"], "all"],
        True,
    ),
    ("panels/log", "isShown", [[1, 0, "info", "processor", "exited", ""], [], "warnings"], False),
]


def test_the_scripts_calculate_as_by_hand(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    page = open_page(server.url, wait_until=LAID_OUT)
    found = page.evaluate(
        """async (cases) => {
          const results = [];
          for (const [module, name, values] of cases) {
            const functions = await import(`/assets/${module}.mjs`);
            results.push(functions[name](...values));
          }
          return results;
        }""",
        [case[:3] for case in CASES],
    )
    for (module, name, values, expected), result in zip(CASES, found, strict=True):
        assert result == expected, f"{module}.{name}({values})"


def test_a_book_without_one_side_has_no_spread_and_no_obi(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    page = open_page(server.url, wait_until=LAID_OUT)
    facts = page.evaluate(
        """async () => {
          const { bookFacts } = await import("/assets/book/book_facts.mjs");
          return bookFacts({ bids: [[10, 2]], asks: [] });
        }"""
    )
    assert facts["bestBid"] == 10
    assert [facts[name] for name in ("bestAsk", "spread", "midpoint", "obi")] == [None] * 4


def test_bars_are_found_by_their_time_whatever_lies_between_them(
    server: PageServer, open_page: OpenPage
) -> None:
    page = open_page(server.url, wait_until=LAID_OUT)
    found = page.evaluate(
        """async () => {
          const { AllBars } = await import("/assets/history/all_bars.mjs");
          const { FeedBars } = await import("/assets/history/feed_bars.mjs");
          const { HistoryBars } = await import("/assets/history/history_bars.mjs");
          const { store, settings, history } = orderflow;
          const job = { windowMs: 10 };
          const ohlc = [[0, 1, 1, 1, 1, 2], [10, 1, 1, 1, 1, 2], [70, 1, 1, 1, 1, 2]];
          const metrics = [[10, 0, 0, 0, 0, 5, 5, 5, 5], [80, 0, 0, 0, 0, 5, 5, 5, 5]];
          const feed = new FeedBars({ job, ohlc, metrics, cvd: [[10, 0, 1, 0, 1]] });
          const bars = new HistoryBars(new AllBars(feed, history), settings, history);
          const times = (rows) => rows.map(([time]) => time);
          const { first, last } = bars.times();
          const within = bars.within(5, 75);
          return [
            bars.windowMs, [first, last], times(within.ohlc), times(within.metrics),
            times(bars.timesWithin(0, 99)), bars.at(10), bars.at(11), bars.newest().ohlc[0],
          ];
        }"""
    )
    assert found == [
        10,
        [0, 80],  # the book goes on when nothing is traded any more
        [10, 70],
        [10],
        [0, 10, 70, 80],
        {
            "ohlc": [10, 1, 1, 1, 1, 2, 1.5],  # of 2, 1.5 were bought: the CVD rose by 1
            "metrics": [10, 0, 0, 0, 0, 5, 5, 5, 5],
            "cvd": [10, 0, 1, 0, 1],
        },
        {"ohlc": None, "metrics": None, "cvd": None},
        70,
    ]


def test_every_module_is_loaded_once_and_under_one_address(
    server: PageServer, open_page: OpenPage
) -> None:
    page = open_page(server.url, wait_until=LAID_OUT)
    loaded = page.evaluate(
        """() => performance.getEntriesByType("resource")
          .map(({ name }) => new URL(name).pathname)
          .filter((path) => path.endsWith(".mjs"))"""
    )
    modules = [f"/assets/{module.relative_to(ASSETS)}" for module in assets("*.mjs")]
    assert sorted(loaded) == sorted(modules)
