"""Draw what the rows of some days mean: a wandering market, its odd moments, its unusable rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.processor.fuzz.draw import Draw
from tests.processor.fuzz.odd.bad_values import BAD_BOOK, BAD_ROWS, BAD_TRADES
from tests.processor.fuzz.sums import Asked, BookRow, Day, TradeRow
from tests.support.recordings import MS_PER_DAY, T0

COUNTS: dict[str, tuple[int, int]] = {
    "some": (5, 60),
    "none": (0, 0),
    "one": (1, 1),
    "two": (2, 2),
    "hundreds": (100, 400),
}
STEPS: dict[str, tuple[int, ...]] = {
    "a tenth of a second": (0, 50, 100, 100, 150),
    "all at once": (0,),
    "bursts": (0, 0, 0, 1, 30_000),
    "whole seconds": (0, 1000, 2000),
    "minutes": (60_000, 61_000, 200_000),
    "across the day": (0, 86_000_000 // 300),
}
TICKS: dict[str, float] = {"0.1": 10, "1": 1, "0.00001": 100_000, "odd": 7}
"""How many ticks make one unit of price."""
SIZES: dict[str, Any] = {
    "lots": lambda rng: rng.randrange(1, 10_000) / 100,
    "whole": lambda rng: float(rng.randrange(1, 100)),
    "any double": lambda rng: rng.uniform(0.0001, 50),
    "dust and whales": lambda rng: rng.random() * 10.0 ** rng.randrange(-12, 18) + 1e-18,
    "the largest": lambda rng: rng.choice((1.0, 1e30)),
}
BOOKS: dict[str, tuple[int, int]] = {
    "changes": (0, 6),
    "wide": (0, 60),
    "about twenty": (18, 23),
    "nothing": (0, 0),
}
WINDOWS = {"1 min": 60, "1 s": 1, "7 s": 7, "61 s": 61, "5 min": 300, "day": 86_400, "years": 10**9}
DEPTHS = {"50": 50, "1": 1, "2": 2, "19": 19, "1000": 1000, "a million": 10**6}
ACTIONS: dict[str, tuple[str | None, ...] | None] = {
    "no column": None,
    "all told": ("update", "update", "update", "snapshot"),
    "some told": ("update", "snapshot", None, None),
    "none told": (None,),
}


@dataclass(frozen=True, slots=True)
class BadValue:
    """What a row has that makes it unusable."""

    column: str
    value: Any


@dataclass(slots=True)
class DrawnDay:
    """One day's rows and, by the place in its lists, what is bad in those that cannot be used."""

    number: int
    day: Day
    has_actions: bool
    left_out: str | None
    """The table that the file does not have."""
    bad: dict[tuple[str, int], BadValue] = field(default_factory=dict)


def draw_days(draw: Draw) -> list[DrawnDay]:
    """Draw one to three days, which may not follow on each other."""
    numbers = draw.one(
        "days",
        {"one": [0], "two": [0, 1], "three": [0, 1, 2], "one left out": [0, 2]},
        usual=0.3,
    )
    return [_draw_day(draw, number) for number in numbers]


def draw_asked(draw: Draw, days: list[DrawnDay]) -> Asked:
    """Draw the options of a run over `days`."""
    last = days[-1].number
    whole = (T0, T0 + (last + 1) * MS_PER_DAY)
    moments = sorted(
        {row.time_ms for drawn in days for row in (*drawn.day.book, *drawn.day.trades)}
        | {T0, T0 + MS_PER_DAY // 2}
    )
    from_ms, to_ms = draw.one(
        "range",
        {
            "whole": whole,
            "from a row": (draw.rng.choice(moments), whole[1]),
            "up to a row": (whole[0], draw.rng.choice(moments)),
            "between rows": tuple(sorted(draw.rng.choices(moments, k=2))),
            "in the middle": (T0 + MS_PER_DAY // 3 + 1, whole[1] - MS_PER_DAY // 3),
        },
    )
    if from_ms >= to_ms:
        to_ms = from_ms + 1
    window_seconds = draw.one("window", WINDOWS)
    return Asked(
        from_ms,
        to_ms,
        window_seconds * 1000,
        draw.one("depth levels", DEPTHS),
        draw.one("snapshots", {name: name for name in ("guess", "column", "never")}),
    )


def _draw_day(draw: Draw, number: int) -> DrawnDay:
    rng = draw.rng
    tick = draw.one("tick", TICKS)
    size = draw.one("sizes", SIZES)
    actions = draw.one("action", ACTIONS)
    levels = draw.one("levels a row", BOOKS, 0.6)
    times = {table: _draw_times(draw, table, number) for table in ("book", "trades")}
    middle = rng.randrange(200, 40_000)

    def price(sign: int) -> float:
        return max(middle + sign * rng.randrange(-1, 60), 1) / tick

    def side(sign: int) -> list[tuple[float, float]]:
        gone = rng.choice((0.0, 0.5, 1.0))
        found = [
            (price(sign), 0.0 if rng.random() < gone else size(rng))
            for _ in range(rng.randint(*levels))
        ]
        if found and rng.random() < 0.1:
            draw.note("levels a row", "a price twice")
            found.append((found[0][0], size(rng)))
        return found

    day = Day(
        [
            BookRow(time_ms, side(-1), side(1), rng.choice(actions or (None,)))
            for time_ms in times["book"]
        ],
        [TradeRow(time_ms, price(0), size(rng), rng.random() < 0.5) for time_ms in times["trades"]],
    )
    left_out = draw.one("table left out", {"none": None, "book": "book", "trades": "trades"}, 0.9)
    if left_out is not None:
        getattr(day, left_out).clear()
    drawn = DrawnDay(number, day, actions is not None, left_out)
    _spoil(draw, drawn, "book", BAD_ROWS | BAD_BOOK)
    _spoil(draw, drawn, "trades", BAD_ROWS | BAD_TRADES)
    return drawn


def _draw_times(draw: Draw, table: str, number: int) -> list[int]:
    rng = draw.rng
    count = rng.randint(*draw.one(f"{table} rows", COUNTS))
    steps = draw.one("steps", STEPS)
    time_ms = T0 + number * MS_PER_DAY + rng.choice((0, 1, 43_200_000))
    times = []
    for _ in range(count):
        times.append(time_ms)
        time_ms += rng.choice(steps)
    if times and draw.chance(f"{table} rows of another day", 0.05):
        for _ in range(rng.randrange(1, 4)):
            times[rng.randrange(count)] += rng.choice((-2, -1, 1, 2)) * MS_PER_DAY
    return times


def _spoil(
    draw: Draw, drawn: DrawnDay, table: str, kinds: Mapping[str, Mapping[str, tuple[Any, ...]]]
) -> None:
    rows: list[Any] = getattr(drawn.day, table)
    share = draw.one(f"unusable rows of {table}", {"none": 0.0, "few": 0.03, "many": 0.4}, 0.6)
    for place, row in enumerate(rows):
        if draw.rng.random() < share:
            row.problem = draw.rng.choice(list(kinds))
            column, values = draw.rng.choice(list(kinds[row.problem].items()))
            drawn.bad[table, place] = BadValue(column, draw.rng.choice(values))
            draw.note(f"unusable rows of {table}", row.problem)
