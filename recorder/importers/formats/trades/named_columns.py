"""Trades of no vendor in particular: the columns have names that say it, or the user says it."""

from collections.abc import Mapping, Sequence
from typing import Any

from recorder.importers.archives.problems import RefusedError
from recorder.importers.formats.names import instrument_in
from recorder.importers.formats.reader import Asked, Head
from recorder.importers.formats.trades.layouts import TradeLayout, squash
from recorder.importers.formats.trades.values import MAKER_FLAGS, TAKER_SIDES, times_of_any
from recorder.importers.placing.contracts import IN_BASE, Kind
from shared.errors import UsageError

MEANINGS = ("price", "size", "side", "time", "id", "instrument")
_NEEDED = ("price", "size", "side", "time")

_USUAL: Mapping[str, Sequence[str]] = {
    "price": ("price", "px"),
    "size": ("size", "amount", "qty", "quantity", "volume", "sz"),
    "side": ("side", "takerside", "aggressor", "aggressorside", "isbuyermaker"),
    "time": ("exchtsms", "tradetime", "timestamp", "time", "ts", "tsms", "timestampms", "datetime"),
    "id": ("tradeid", "id", "tid"),
    "instrument": ("instrument", "instid", "instrumentname", "symbol"),
}
"""Names that mean one thing wherever they stand, squashed, the best first."""


def parse_mapping(text: str) -> dict[str, str]:
    """Return what `price=px,size=amount,side=is_buyer_maker:false/true` says.

    Raises UsageError when it is of another form.
    """
    mapping = {}
    for part in text.split(","):
        meaning, equals, column = part.partition("=")
        if meaning.strip() not in MEANINGS or not equals or not column.strip():
            raise UsageError(
                f"expected --map like price=px,size=qty,side=taker:B/S,time=ts with names of"
                f" {', '.join(MEANINGS)}, found {part!r}"
            )
        mapping[meaning.strip()] = column.strip()
    return mapping


def layout_of_columns(
    names: Sequence[str], first_row: Sequence[Any], head: Head, asked: Asked
) -> TradeLayout:
    """Return the layout of columns called `names`; raise RefusedError when they are no trades'."""
    columns: dict[str, int] = {}
    sides: Mapping[str, str] = TAKER_SIDES
    squashed = [squash(name) for name in names]
    for meaning in MEANINGS:
        told = asked.mapping.get(meaning)
        if told is not None:
            column, _, values = told.partition(":")
            if column not in names:
                raise RefusedError(
                    f"--map names a column {column!r}; those there are: {', '.join(names)}"
                )
            columns[meaning] = list(names).index(column)
            if meaning == "side":
                sides = _sides_of(column, values)
            continue
        for usual in _USUAL[meaning]:
            if usual in squashed:
                columns[meaning] = squashed.index(usual)
                if usual == "isbuyermaker":
                    sides = MAKER_FLAGS
                break
    missing = [meaning for meaning in _NEEDED if meaning not in columns]
    if missing:
        shown = ", ".join(map(repr, names[:12]))
        what = "no taker side, and none is made up" if missing == ["side"] else ", ".join(missing)
        raise RefusedError(
            f"it is a table without {what}: its columns are {shown}. Name them by --map"
        )
    row_id = first_row[columns["id"]] if "id" in columns and first_row else None
    text = str(row_id)
    return TradeLayout(
        name="named columns",
        source="named columns",
        columns=columns,
        width=len(names),
        sides=sides,
        times=times_of_any,
        kind_of=_kind_asked(asked),
        instrument=asked.instrument or instrument_in(head.base_name),
        has_integer_ids=text.isascii() and text.isdigit(),
        encoding=head.encoding,
    )


def _kind_asked(asked: Asked) -> Any:
    """Return what tells the kind of contract: the user, by asking for a size of it."""
    kind: Kind | str | None = IN_BASE if asked.contracts.asked is None else None
    return lambda _: kind


def _sides_of(column: str, values: str) -> Mapping[str, str]:
    buy, slash, sell = values.partition("/")
    if not values:
        return MAKER_FLAGS if squash(column) == "isbuyermaker" else TAKER_SIDES
    if not slash or not buy or not sell or buy == sell:
        raise UsageError(
            f"expected --map side=COLUMN:BUY/SELL with the values of takers' buys and sells,"
            f" found {values!r}"
        )
    found = {buy: "buy", sell: "sell"}
    return {
        word: side for text, side in found.items() for word in (text, text.lower(), text.title())
    }
