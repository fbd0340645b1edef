"""Turn what rows mean into the values that a table stores, in the order that it stores them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.processor.fuzz.draw import Draw
from tests.processor.fuzz.odd import value_forms
from tests.processor.fuzz.odd.level_forms import LevelForm
from tests.processor.fuzz.odd.market import DrawnDay
from tests.processor.fuzz.odd.value_forms import fixed

Stored = dict[str, Any]

IDS: dict[str, Callable[[int, Any], list[int]]] = {
    "from 1 on": lambda count, _: list(range(1, count + 1)),
    "from below 0 on": lambda count, rng: _from(-rng.randrange(count + 2), count),
    "gaps": lambda count, rng: sorted(rng.sample(range(4 * count + 1), count)),
    "made of the time": lambda count, rng: sorted(rng.sample(range(10**15, 10**17), count)),
    "the largest": lambda count, _: _from(2**63 - count, count),
    "the least": lambda count, _: _from(-(2**63), count),
    "over all": lambda count, rng: sorted(
        {-(2**63), 2**63 - 1, *(rng.randrange(-(2**63), 2**63) for _ in range(count))}
    )[:count],
}

_UNSAFE_AS_REAL = ("microseconds", "nanoseconds", "digits of a date")
"""A double does not hold them."""


@dataclass(frozen=True, slots=True)
class ColumnTypes:
    """What the columns that hold numbers and times are declared as; "" is no type at all."""

    number: str
    time: str

    @classmethod
    def drawn(cls, draw: Draw) -> "ColumnTypes":
        return cls(
            draw.one(
                "number columns", {t or "untyped": t for t in ("REAL", "TEXT", "", "NUMERIC")}
            ),
            draw.one("time column", {t or "untyped": t for t in ("TEXT", "", "INTEGER", "REAL")}),
        )


def storage_order(draw: Draw, table: str, count: int) -> list[int]:
    """Return the places of rows, which are in the order of time, in the order they are stored."""
    places = list(range(count))
    order = draw.one(
        f"{table} stored",
        {name: name for name in ("by time", "shuffled", "backwards", "one late", "two halves")},
        0.6,
    )
    if order == "shuffled":
        draw.rng.shuffle(places)
    elif order == "backwards":
        places.reverse()
    elif order == "one late" and places:
        places.append(places.pop(draw.rng.randrange(count)))
    elif order == "two halves":
        places = places[count // 2 :] + places[: count // 2]
    return places


def stored_rows(
    draw: Draw, drawn: DrawnDay, table: str, instrument: str, types: ColumnTypes
) -> list[Stored]:
    """Return the rows of `table` as stored, and note in their meanings how they are ordered."""
    rng = draw.rng
    meanings: Sequence[Any] = getattr(drawn.day, table)
    meanings = sorted(meanings, key=lambda row: row.time_ms)
    places = {id(row): at for at, row in enumerate(getattr(drawn.day, table))}
    ids = draw.one(f"{table} ids", IDS, 0.6)(len(meanings), rng)
    times = dict(value_forms.TIMES)
    if types.time == "REAL":
        times = {name: form for name, form in times.items() if name not in _UNSAFE_AS_REAL}
    time_forms = draw.some("time", times, 0.6)
    instruments = draw.some("instrument", value_forms.INSTRUMENTS, 0.6)
    values = _book_values(draw) if table == "book" else _trade_values(draw, types)
    rows = []
    for row_id, place in zip(ids, storage_order(draw, table, len(meanings)), strict=True):
        meaning = meanings[place]
        meaning.order = row_id
        row = {
            "id": row_id,
            "instrument": rng.choice(instruments)(instrument, rng),
            "timestamp": rng.choice(time_forms)(meaning.time_ms, rng),
            **values(meaning),
        }
        bad = drawn.bad.get((table, places[id(meaning)]))
        if bad is not None:
            row[bad.column] = bad.value
        rows.append(row)
    return rows


def _book_values(draw: Draw) -> Callable[[Any], Stored]:
    form = LevelForm.drawn(draw)
    actions = draw.some("action form", value_forms.ACTIONS, 0.6)
    is_blob = draw.chance("levels as a blob", 0.1)
    last = 7

    def values(row: Any) -> Stored:
        nonlocal last
        row.prev_seq_id = draw.rng.choice((None, -1, 7, last, last))
        row.seq_id = last = draw.rng.randrange(10**9)
        texts = [form.written(side, draw.rng) for side in (row.bids, row.asks)]
        bids, asks = (text.encode() if is_blob else text for text in texts)
        return {
            "bids": bids,
            "asks": asks,
            "action": draw.rng.choice(actions)(row.action, draw.rng),
            "seq_id": row.seq_id,
            "prev_seq_id": row.prev_seq_id,
        }

    return values


def _trade_values(draw: Draw, types: ColumnTypes) -> Callable[[Any], Stored]:
    sides = draw.some("side", value_forms.SIDES, 0.6)
    if types.number in ("TEXT", ""):
        numerals = draw.some("number as text", value_forms.TEXT_NUMERALS)
    # SQLite's own way from a decimal to a double is not always the nearest one.
    is_text = types.number == "TEXT" or (types.number == "" and draw.chance("text untyped", 0.5))

    def number(value: float) -> Any:
        if is_text:
            return draw.rng.choice(numerals)(value, draw.rng)
        return int(value) if value < 2**53 and value == int(value) else value

    def values(row: Any) -> Stored:
        return {
            "trade_id": draw.rng.choice((None, 7, "7", fixed(row.price), b"\xff")),
            "price": number(row.price),
            "size": number(row.size),
            "side": draw.rng.choice(sides)("buy" if row.is_buy else "sell", draw.rng),
        }

    return values


def _from(first: int, count: int) -> list[int]:
    return list(range(first, first + count))
