"""Read back from a page what its charts draw: the scene's pixels, as times and values again."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from playwright.sync_api import Page

Rect: TypeAlias = tuple[float, float, float, float]
"""Left, top, width and height, px of the device."""

SCENE = "document.getElementById('charts-plot').scene"

ROWS = f"""() => {SCENE}.standing.rows.map((row, index) => ({{
  ...row,
  groups: row.groups.map((group, at) => ({{
    ...group,
    marks: [...group.marks, ...{SCENE}.moving.rows[index].groups[at].marks],
  }})),
  lines: [...row.lines, ...{SCENE}.moving.rows[index].lines],
}}))"""
"""The rows with the marks of closed bars and of those that move still."""

BARS_DRAWN = f"""() => [{SCENE}.standing, {SCENE}.moving]
  .flatMap(({{ rows }}) => rows[0].groups)
  .reduce((sum, {{ marks }}) => sum + marks.length, 0)"""
"""How many candles the price row has."""

NEWEST_CANDLE = f"""() => {{
  const {{ groups, clip: [, top, , height] }} = {SCENE}.moving.rows[0];
  const [low, high] = {SCENE}.ranges.price;
  return groups
    .flatMap(({{ name, marks }}) => marks.map(({{ time, body: [, y, , tall] }}) => [
      time,
      high - ((y + (name === "price up" ? 0 : tall) - top) / height) * (high - low),
    ]))
    .sort(([one], [other]) => one - other).at(-1);
}}"""
"""The time of the newest candle, and its close to a pixel."""

LABELS = f"""() => [...{SCENE}.standing.backdrop.timeLabels, ...{SCENE}.valueLabels]"""


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar as it is drawn; a range or a box has no wick."""

    time: float
    body: Rect
    wick: Rect | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the charts: the marks of each colour, and the line over them."""

    key: str
    clip: Rect
    groups: dict[str, list[Mark]]
    colours: dict[str, str]
    lines: list[list[tuple[float, float]]]
    low: float
    high: float

    @property
    def pixel(self) -> float:
        """What a pixel's height is worth."""
        return (self.high - self.low) / self.clip[3]

    def value(self, y: float) -> float:
        """Return the value at a height."""
        return self.high - (y - self.clip[1]) * self.pixel


def drawn_rows(page: Page) -> dict[str, Row]:
    """Return the rows of the charts by key; every mark lies where its time is, to a pixel."""
    ranges = page.evaluate(f"() => {SCENE}.ranges")
    start, end = page.evaluate(f"() => {SCENE}.range")
    rows = {}
    for row in page.evaluate(ROWS):
        left, _, width, _ = row["clip"]
        groups = {
            group["name"]: [Mark(**mark) for mark in group["marks"]] for group in row["groups"]
        }
        for mark in (mark for marks in groups.values() for mark in marks):
            middle = left + (mark.time - start) / (end - start) * width
            assert abs(mark.body[0] + mark.body[2] / 2 - middle) <= 1, mark
        rows[row["key"]] = Row(
            row["key"],
            row["clip"],
            groups,
            {group["name"]: group["color"] for group in row["groups"]},
            [piece for line in row["lines"] for piece in line["pieces"]],
            *ranges[row["key"]],
        )
    return rows


def drawn_candles(page: Page, key: str) -> list[list[float]]:
    """Return a row's candles as `[time, open, high, low, close]`, oldest first, to a pixel."""
    row = drawn_rows(page)[key]
    candles = []
    for tone in ("up", "down", "even"):
        for mark in row.groups[f"{key} {tone}"]:
            assert mark.wick, "so narrow a bar tells its range only"
            top, bottom = edges(row, mark.body)
            high, low = edges(row, mark.wick)
            open_, close = (bottom, top) if tone == "up" else (top, bottom)
            candles.append([mark.time, open_, high, low, close])
    return sorted(candles)


def drawn_boxes(page: Page, key: str, name: str) -> list[list[float]]:
    """Return the boxes of a row's group as `[time, low, high]`, oldest first, to a pixel."""
    row = drawn_rows(page)[key]
    boxes = []
    for mark in row.groups[name]:
        high, low = edges(row, mark.body)
        boxes.append([mark.time, low, high])
    return sorted(boxes)


def edges(row: Row, rect: Rect) -> tuple[float, float]:
    """Return the values at the upper and the lower edge."""
    return row.value(rect[1]), row.value(rect[1] + rect[3])


def drawn_labels(page: Page) -> list[dict[str, Any]]:
    """Return the labels of all axes with their places, px of the device."""
    labels: list[dict[str, Any]] = page.evaluate(LABELS)
    return labels
