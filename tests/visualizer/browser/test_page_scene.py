"""Where the charts' scene puts everything, on numbers, before anybody looks at pixels."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.browser import LAID_OUT, OpenPage
from tests.support.page_server import PageServer

pytestmark = pytest.mark.browser

MINUTE = 60_000
MAKE = """async ([one, other]) => {
  const { makeScene } = await import("/assets/charts/scene/scene.mjs");
  const withMeasure = (view) => ({ ...view, measure: (text) => text.length * 6 });
  const colors = one.colors;
  const first = makeScene(withMeasure(one));
  const second = makeScene(withMeasure({ ...other, colors }), first);
  return {
    scene: second,
    isStanding: second.standing === first.standing,
    isMoving: second.moving === first.moving,
  };
}"""
COLORS = dict.fromkeys(
    ("paper", "grid", "axis", "zero", "gap", "cross", "tot", "totBand"), "none"
) | {"up": "rising", "down": "falling", "obiUp": "more", "obiDown": "less", "obiBand": "faint"}
COLORS |= {"upFill": "rising, faded", "downFill": "falling, faded"}
TOP = 35  # a margin of 2, and a read-out of two lines


@pytest.fixture
def page(server: PageServer, open_page: OpenPage) -> Page:
    return open_page(server.url, wait_until=LAID_OUT)


def view_of(
    ohlc: list[list[float]],
    *,
    minutes: float = 10,
    width: float = 154,
    ratio: float = 1,
    keys: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return a view of the first minutes, 100 px wide and 112 high, beside an axis of 48."""
    bars = {"ohlc": ohlc, "metrics": [], "cvd": []}
    return {
        "range": [0, minutes * MINUTE],
        "size": {"width": width, "height": TOP + 112 + 38, "ratio": ratio},
        "bars": bars,
        "visible": bars,
        "newest": {"ohlc": ohlc[-1]} if ohlc else {},
        "windowMs": MINUTE,
        "shownKeys": list(keys),
        "obiScale": "auto",
        "obiShape": "line",
        "anchor": {"kind": "run", "steps": []},
        "decimals": 0,
        "colors": COLORS,
    }


def bar(minute: float, open_: float, high: float, low: float, close: float) -> list[float]:
    return [minute * MINUTE, open_, high, low, close, 1.0]


def make(page: Page, view: dict[str, Any], after: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the scene of a view, made after that of another, and which parts it took over."""
    made: dict[str, Any] = page.evaluate(MAKE, [after or view, view])
    return made


def marks_of(scene: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the marks of a group, those that stand before those that move."""
    return [
        mark
        for part in ("standing", "moving")
        for row in scene[part]["rows"]
        for group in row["groups"]
        if group["name"] == name
        for mark in group["marks"]
    ]


def test_a_candle_is_a_body_and_a_wick_of_whole_pixels(page: Page) -> None:
    # 0 to 100 with 6 % below and above on 112 px: 1 a pixel, 106 at the top
    bars = [bar(3, 90, 100, 0, 30), bar(5, 30, 90, 30, 90), bar(8, 50, 50, 50, 50)]
    scene = make(page, view_of(bars))["scene"]
    # 10 px each: 7 of body, the wick the fourth
    assert marks_of(scene, "price down") == [
        {
            "time": 3 * MINUTE,
            "body": [6 + 27, TOP + 16, 7, 60],
            "wick": [6 + 30, TOP + 6, 1, 100],
        }
    ]
    assert [mark["body"] for mark in marks_of(scene, "price up")] == [[6 + 47, TOP + 16, 7, 60]]
    # a bar without a body is a line
    assert [mark["body"] for mark in marks_of(scene, "price even")] == [[6 + 77, TOP + 56, 7, 1]]


def test_a_bar_below_three_pixels_is_its_range_in_the_colour_of_its_change(page: Page) -> None:
    bars = [bar(minute, 90, 100, 0, 30) for minute in range(3, 40)]
    scene = make(page, view_of(bars, minutes=40))["scene"]
    marks = marks_of(scene, "price down")
    assert len(marks) == 37
    for mark in marks:
        assert mark["body"][1:] == [TOP + 6, 1, 100]
        assert mark["wick"] is None


def test_bars_lie_where_their_times_are_however_far_apart(page: Page) -> None:
    times = [0, 1.5, 2.4, 7.25]
    scene = make(page, view_of([bar(time, 50, 100, 0, 60) for time in times]))["scene"]
    middles = [mark["body"][0] + 3.5 - 6 for mark in marks_of(scene, "price up")]
    assert middles == pytest.approx([time * 10 for time in times], abs=0.5)
    # without trades from 2.9 to 6.75; two bars 1.5 apart have no room for one between
    assert scene["standing"]["backdrop"]["gaps"] == [[6 + 29, TOP, 39, 112]]


@pytest.mark.parametrize("ratio", [1, 1.25, 1.5, 2.625])
def test_all_edges_are_on_pixels_of_the_device(page: Page, ratio: float) -> None:
    keys = ("volume", "obi", "cvd")
    bars = [bar(n * 1.67, 50 + n, 100 + n / 3, 7 * n, 60 - n) for n in range(40)]
    view = view_of(bars, minutes=70, width=round(777.7 * ratio) / ratio, ratio=ratio, keys=keys)
    scene = make(page, view)["scene"]
    backdrop = scene["standing"]["backdrop"]
    rects = [rect for part in ("gaps", "grid", "days", "zeros") for rect in backdrop[part]]
    marks = [mark for row in ("price", "volume") for mark in marks_of(scene, f"{row} down")]
    assert marks
    assert backdrop["gaps"]
    rects += [mark[part] for mark in marks for part in ("body", "wick") if mark[part]]
    rects += [backdrop["paper"], *(row["clip"] for row in scene["standing"]["rows"])]
    assert all(float(number).is_integer() for rect in rects for number in rect)


def test_a_trade_changes_what_moves_and_nothing_else(page: Page) -> None:
    before = [bar(1, 0, 100, 0, 40), bar(2, 40, 90, 30, 90), bar(3, 50, 60, 40, 55)]
    after = [*before[:2], bar(3, 50, 60, 40, 45)]
    made = make(page, view_of(after), after=view_of(before))
    assert (made["isStanding"], made["isMoving"]) == (True, False)
    made = make(page, view_of(after), after=view_of(after))
    assert (made["isStanding"], made["isMoving"]) == (True, True), "nothing changed"
    assert made["scene"]["moving"]["left"] == 6 + 15 - 3, "from the edge of the bar before on"


def test_a_new_high_moves_all(page: Page) -> None:
    before = [bar(1, 0, 100, 0, 40), bar(2, 40, 90, 30, 90)]
    after = [before[0], bar(2, 40, 150, 30, 90)]
    made = make(page, view_of(after), after=view_of(before))
    assert not made["isStanding"]
    assert made["scene"]["ranges"]["price"][1] == pytest.approx(150 * 1.06)


@pytest.mark.parametrize(
    ("texts", "before", "width"),
    [
        (["0.0₆74508"], None, 66),  # 5 + 9 × 6 + 7
        (["1"], None, 48),
        (["0.0₆74508"], 60, 66),
        (["61,800"], 66, 66),  # 48 would do, yet the bars would jump for 18 px
        (["1"], 78, 48),
    ],
    ids=["longest", "least", "grown", "kept", "shrunk"],
)
def test_the_axis_is_as_broad_as_its_longest_text(
    page: Page, texts: list[str], before: float | None, width: float
) -> None:
    found = page.evaluate(
        """async ([texts, before]) => {
          const { axisWidth } = await import("/assets/charts/scene/value_axis.mjs");
          const ticks = [{ tickvals: texts, ticktext: texts }];
          return axisWidth(ticks, [], (text) => text.length * 6, before ?? undefined);
        }""",
        [texts, before],
    )
    assert found == width


def test_the_edge_of_a_day_is_marked_in_every_row(page: Page) -> None:
    midnight = 1440
    view = view_of([bar(midnight + 2, 0, 100, 0, 40)], keys=("volume",))
    view["range"] = [(midnight - 5) * MINUTE, (midnight + 5) * MINUTE]
    scene = make(page, view)["scene"]
    rows = [row["clip"] for row in scene["standing"]["rows"]]
    days = scene["standing"]["backdrop"]["days"]
    # the middle, 56, is between two pixels
    assert days == [[56, top, 1, height] for _, top, _, height in rows]
    assert len(days) == 2
