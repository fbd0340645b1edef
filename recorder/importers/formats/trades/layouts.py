"""How vendors lay out a trade in a line of CSV: by the names above, or by the looks of a line."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from recorder.importers.formats.names import instrument_in
from recorder.importers.formats.reader import Asked, Head
from recorder.importers.formats.trades.values import (
    MAKER_FLAGS,
    TAKER_SIDES,
    Times,
    times_of_any,
    times_of_integers,
    times_of_seconds,
)
from recorder.importers.placing.contracts import (
    IN_BASE,
    Kind,
    binance_kind,
    bybit_kind,
    okx_kind,
    tardis_kind,
)

KindOf = Callable[[str], "Kind | str | None"]


@dataclass(frozen=True, slots=True)
class TradeLayout:
    """Where in a line what is: `columns` by meaning (id, price, size, side, time, instrument).

    `instrument` is the one of all lines where none stands in them. Without a column of ids, or of
    ids that are no whole numbers (`has_integer_ids` False), rows are told apart by their content.
    """

    name: str
    source: str
    columns: Mapping[str, int]
    width: int
    sides: Mapping[str, str]
    times: Times
    kind_of: KindOf
    instrument: str | None = None
    has_integer_ids: bool = True
    has_counted_ids: bool = False
    has_header: bool = True
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class _Vendor:
    """A layout as a vendor has it: which name, squashed, means what."""

    name: str
    source: str
    names: Mapping[str, str]
    sides: Mapping[str, str]
    times: Times
    kind_of: KindOf
    has_counted_ids: bool = False
    has_integer_ids: bool = True


_VENDORS = (
    _Vendor(
        "OKX trades",
        "OKX trades",
        {
            "tradeid": "id",
            "side": "side",
            "size": "size",
            "price": "price",
            "createdtime": "time",
        },
        TAKER_SIDES,
        times_of_integers,
        okx_kind,
        has_counted_ids=True,
    ),
    _Vendor(
        "Binance aggTrades",
        "Binance aggTrades",
        {
            "aggtradeid": "id",
            "price": "price",
            "quantity": "size",
            "transacttime": "time",
            "isbuyermaker": "side",
        },
        MAKER_FLAGS,
        times_of_integers,
        binance_kind,
    ),
    _Vendor(
        "Binance trades",
        "Binance trades",
        {
            "id": "id",
            "price": "price",
            "qty": "size",
            "time": "time",
            "isbuyermaker": "side",
        },
        MAKER_FLAGS,
        times_of_integers,
        binance_kind,
    ),
    _Vendor(
        "Bybit trades",
        "Bybit trades",
        {
            "timestamp": "time",
            "symbol": "instrument",
            "side": "side",
            "size": "size",
            "price": "price",
            "trdmatchid": "id",
        },
        TAKER_SIDES,
        times_of_seconds,
        bybit_kind,
        has_integer_ids=False,
    ),
    _Vendor(
        "Bybit spot trades",
        "Bybit spot trades",
        {
            "id": "id",
            "timestamp": "time",
            "price": "price",
            "volume": "size",
            "side": "side",
        },
        TAKER_SIDES,
        times_of_integers,
        lambda _: IN_BASE,
    ),
    _Vendor(
        "Tardis trades",
        "Tardis trades",
        {
            "exchange": "exchange",
            "symbol": "instrument",
            "timestamp": "time",
            "localtimestamp": "",
            "id": "id",
            "side": "side",
            "price": "price",
            "amount": "size",
        },
        TAKER_SIDES,
        times_of_integers,
        lambda _: IN_BASE,
    ),
)

_OPTIONAL = {"instrumentname": "instrument"}


def layout_of_names(
    names: Sequence[str], first_row: Sequence[str], head: Head, asked: Asked
) -> TradeLayout | None:
    """Return the layout of a vendor whose column names all stand in `names`, None if nobody's."""
    squashed = [squash(name) for name in names]
    for vendor in _VENDORS:
        if not set(vendor.names) <= set(squashed):
            continue
        columns = {
            meaning: squashed.index(name)
            for name, meaning in ({**vendor.names, **_OPTIONAL}).items()
            if meaning and name in squashed
        }
        layout = TradeLayout(
            name=vendor.name,
            source=vendor.source,
            columns={key: place for key, place in columns.items() if key != "exchange"},
            width=len(names),
            sides=vendor.sides,
            times=vendor.times,
            kind_of=vendor.kind_of,
            instrument=asked.instrument or instrument_in(head.base_name),
            has_integer_ids=vendor.has_integer_ids and _is_id(first_row, columns.get("id")),
            has_counted_ids=vendor.has_counted_ids,
            encoding=head.encoding,
        )
        if "exchange" in columns and first_row:
            layout = _of_exchange(layout, first_row[columns["exchange"]])
        return _finished(layout, squashed, head)
    return None


def _of_exchange(layout: TradeLayout, exchange: str) -> TradeLayout:
    def kind(symbol: str) -> Kind | str | None:
        return tardis_kind(exchange, symbol)

    return replace(layout, source=f"{layout.source} of {exchange}", kind_of=kind)


def _finished(layout: TradeLayout, squashed: Sequence[str], head: Head) -> TradeLayout:
    """Tell apart what one vendor names alike."""
    if layout.name.startswith("Binance") and "baseqty" in squashed:
        return replace(layout, kind_of=lambda _: Kind.INVERSE)
    if layout.name == "OKX trades" and "aggtrades" in head.base_name.lower():
        return replace(layout, source="OKX aggregated trades", has_counted_ids=False)
    if layout.name == "Binance trades" and "isbestmatch" in squashed:
        return replace(layout, has_counted_ids=True)
    return layout


_NUMBER = r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_EPOCH = r"[0-9]{13}(?:[0-9]{3})?"
_FLAG = r"(?:[Tt]rue|[Ff]alse|TRUE|FALSE)"


def _line(pattern: str) -> re.Pattern[str]:
    parts = pattern.split(",")
    words = {"N": _NUMBER, "T": _EPOCH, "F": _FLAG, "I": "[0-9]+", "S": "(?i:buy|sell)"}
    return re.compile(",".join(words[part] for part in parts))


_LOOKS: tuple[tuple[re.Pattern[str], str, dict[str, int], bool], ...] = (
    (
        _line("I,S,N,N,T"),
        "OKX trades",
        {"id": 0, "side": 1, "size": 2, "price": 3, "time": 4},
        True,
    ),
    (
        _line("I,N,N,N,T,F,F"),
        "Binance trades",
        {"id": 0, "price": 1, "size": 2, "time": 4, "side": 5},
        True,
    ),
    (
        _line("I,N,N,N,T,F"),
        "Binance trades",
        {"id": 0, "price": 1, "size": 2, "time": 4, "side": 5},
        False,
    ),
    (
        _line("I,N,N,I,I,T,F,F"),
        "Binance aggTrades",
        {"id": 0, "price": 1, "size": 2, "time": 5, "side": 6},
        False,
    ),
    (
        _line("I,N,N,I,I,T,F"),
        "Binance aggTrades",
        {"id": 0, "price": 1, "size": 2, "time": 5, "side": 6},
        False,
    ),
)
"""Lines without names above: their looks, the vendor, what is where, whether ids are counted."""


def layout_of_looks(line: str, head: Head, asked: Asked) -> TradeLayout | None:
    """Return the layout of a first line that is a trade itself, None if it looks like nobody's."""
    for looks, name, columns, has_counted_ids in _LOOKS:
        if looks.fullmatch(line):
            vendor = next(vendor for vendor in _VENDORS if vendor.name == name)
            layout = TradeLayout(
                name=name,
                source=vendor.source,
                columns=columns,
                width=line.count(",") + 1,
                sides=vendor.sides,
                times=vendor.times,
                kind_of=vendor.kind_of,
                instrument=asked.instrument or instrument_in(head.base_name),
                has_counted_ids=has_counted_ids,
                has_header=False,
            )
            return _finished(layout, (), head)
    return None


KRAKEN = _line("I,N,N")
"""Seconds, price, size: no side, no id."""


def kraken_layout(head: Head, asked: Asked) -> TradeLayout:
    """Return the layout of Kraken's files, which tell nobody's side: it is written as unknown."""
    return TradeLayout(
        name="Kraken trades",
        source="Kraken trades",
        columns={"time": 0, "price": 1, "size": 2},
        width=3,
        sides={},
        times=times_of_any,
        kind_of=lambda _: IN_BASE,
        instrument=asked.instrument or instrument_of_kraken(head.base_name),
        has_header=False,
        has_integer_ids=False,
    )


def instrument_of_kraken(name: str) -> str | None:
    """Return the instrument in `XBTUSD.csv` or `kraken_BCHEUR.csv`."""
    return instrument_in(name.removeprefix("kraken_"))


def squash(name: str) -> str:
    """Return a column's name as it is compared: `isBuyerMaker` and `is_buyer_maker` are one.

    Of the two languages in OKX's older files, it is the first.
    """
    return name.partition("/")[0].strip().strip("\"'").replace("_", "").replace(" ", "").lower()


def _is_id(row: Sequence[str], place: int | None) -> bool:
    return place is not None and len(row) > place and row[place].isascii() and row[place].isdigit()
