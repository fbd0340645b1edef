"""What the painters ask of a canvas for a scene: the calls, in order, without a canvas."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.browser import LAID_OUT, OpenPage
from tests.support.page_server import PageServer

pytestmark = pytest.mark.browser

PAINT = """async ([module, name, values]) => {
  const painters = await import(`/assets/charts/painters/${module}.mjs`);
  const calls = [];
  const state = {};
  const context = new Proxy(state, {
    get: (_, method) => (...given) => {
      const colour = { fillRect: state.fillStyle, fillText: state.fillStyle,
                       fill: state.fillStyle, stroke: state.strokeStyle }[method];
      calls.push([method, ...(colour ? [colour] : []), ...given]);
    },
  });
  painters[name](context, ...values);
  return calls;
}"""

ROW = {"key": "price", "clip": [6, 4, 100, 50], "groups": [], "areas": [], "lines": []}
MARKS = [
    {"time": 0, "body": [10, 20, 3, 9], "wick": [11, 15, 1, 30]},
    {"time": 1, "body": [14, 20, 3, 9], "wick": None},
]


def scene_of(**parts: Any) -> dict[str, Any]:
    backdrop = {
        "paper": [0, 0, 154, 92],
        "gaps": [[40, 4, 10, 50]],
        "grid": [[30, 4, 1, 50]],
        "days": [[60, 4, 1, 50]],
        "zeros": [[6, 29, 100, 1]],
        "timeLabels": [{"text": "00:00", "x": 60, "y": 61}],
    }
    return {
        "standing": {"backdrop": backdrop, "rows": [ROW]},
        "moving": {"left": 90, "rows": [ROW]},
        "valueLabels": [{"text": "61,800", "x": 111, "y": 29}],
        "colors": {
            name: name for name in ("paper", "gap", "grid", "zero", "axis", "cross", "up", "down")
        },
        "placed": {
            "plot": {"left": 6, "top": 4, "width": 100, "height": 50},
            "rows": [{"key": "price", "name": "Price", "strip": 4, "top": 22, "height": 50}],
        },
        "tags": [],
        "size": {"width": 154, "height": 92, "ratio": 1},
        "hair": 1,
        "font": "11px sans-serif",
        **parts,
    }


@pytest.fixture
def page(server: PageServer, open_page: OpenPage) -> Page:
    return open_page(server.url, wait_until=LAID_OUT)


def paint(page: Page, module: str, name: str, *values: Any) -> list[list[Any]]:
    calls: list[list[Any]] = page.evaluate(PAINT, [module, name, values])
    return calls


def test_what_stands_is_painted_from_the_paper_up(page: Page) -> None:
    row = {**ROW, "groups": [{"name": "price up", "color": "rising", "marks": MARKS}]}
    scene = scene_of()
    scene["standing"]["rows"] = [row]
    assert paint(page, "paint", "paintStanding", scene) == [
        ["fillRect", "paper", 0, 0, 154, 92],
        ["fillRect", "gap", 40, 4, 10, 50],
        ["fillRect", "grid", 30, 4, 1, 50],
        ["fillRect", "zero", 60, 4, 1, 50],
        ["fillRect", "zero", 6, 29, 100, 1],
        ["fillText", "axis", "00:00", 60, 61],
        ["save"],
        ["beginPath"],
        ["rect", 6, 4, 100, 50],
        ["clip"],
        ["fillRect", "rising", 10, 20, 3, 9],
        ["fillRect", "rising", 11, 15, 1, 30],
        ["fillRect", "rising", 14, 20, 3, 9],
        ["restore"],
    ]


def test_a_line_is_interrupted_between_its_pieces_and_a_lone_point_is_a_dot(page: Page) -> None:
    pieces = [[[10, 20], [13, 25]], [[30, 22]]]
    line = {"name": "tot", "color": "purple", "width": 1.2, "dot": 2, "pieces": pieces}
    moving = {"left": 8, "rows": [{**ROW, "lines": [line]}]}
    calls = paint(page, "paint", "paintMoving", scene_of(moving=moving))
    assert calls[4:-2] == [
        ["beginPath"],
        ["moveTo", 10, 20],
        ["lineTo", 13, 25],
        ["moveTo", 30, 22],
        ["stroke", "purple"],
        ["beginPath"],
        ["arc", 30, 22, 2, 0, pytest.approx(6.2832, abs=1e-4)],
        ["fill", "purple"],
    ]
    assert calls[-2:] == [["restore"], ["fillText", "axis", "61,800", 111, 29]]


def test_an_area_is_filled_from_its_height_to_its_line_below_that_line(page: Page) -> None:
    area = {"name": "obi up", "color": "rising", "base": 40, "pieces": [[[10, 20], [13, 40]]]}
    line = {"name": "obi up", "color": "blue", "width": 1, "dot": 2, "pieces": []}
    moving = {"left": 8, "rows": [{**ROW, "areas": [area], "lines": [line]}]}
    calls = paint(page, "paint", "paintMoving", scene_of(moving=moving))
    assert calls[4:-2] == [
        ["beginPath"],
        ["moveTo", 10, 40],
        ["lineTo", 10, 20],
        ["lineTo", 13, 40],
        ["lineTo", 13, 40],
        ["fill", "rising"],
        ["beginPath"],
        ["stroke", "blue"],
    ]


def test_the_cross_is_dashed_and_ends_with_the_charts(page: Page) -> None:
    calls = paint(page, "paint", "paintCross", scene_of(), {"x": 40, "y": 20})
    upright = [call for call in calls if call[2] == 40]
    assert upright[0] == ["fillRect", "cross", 40, 4, 1, 3]
    assert upright[-1] == ["fillRect", "cross", 40, 4 + 48, 1, 2], "cut at the lower edge, 54"
    level = [call for call in calls if call[3] == 20]
    assert level[0] == ["fillRect", "cross", 6, 20, 3, 1]
    assert level[-1] == ["fillRect", "cross", 6 + 96, 20, 3, 1]


def test_without_a_pointer_there_is_no_cross(page: Page) -> None:
    assert paint(page, "paint", "paintCross", scene_of(), {"x": None, "y": None}) == []


def test_in_a_picture_a_tag_of_a_value_out_of_view_is_hollow_with_an_arrow(page: Page) -> None:
    tag = {"key": "price", "value": 7, "text": "7.0", "tone": "up", "y": 29, "beyond": None}
    name = ["fillText", "axis", "Price", 10, 7]
    filled = ["fillRect", "up", 106, 22, 46, 15]  # from the axis to 2 px before the edge
    here = paint(page, "tags", "paintNamesAndTags", scene_of(tags=[tag]))
    assert here == [name, filled, ["fillText", "paper", "7.0", 111, 29]]
    beyond = scene_of(tags=[{**tag, "beyond": "above"}])
    assert paint(page, "tags", "paintNamesAndTags", beyond) == [
        name,
        filled,
        ["fillText", "up", "▲", 94, 29],
        ["fillRect", "paper", 107, 23, 44, 13],
        ["fillText", "up", "7.0", 111, 29],
    ]
