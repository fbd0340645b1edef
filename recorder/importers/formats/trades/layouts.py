"""Which layout a file of trades has: by the names above its columns, or by the looks of a line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from recorder.importers.formats.names import instrument_in
from recorder.importers.formats.reader import Asked, Head
from recorder.importers.formats.trades.values import (
    Times,
    times_of_any,
)
from recorder.importers.formats.trades.vendors import LOOKS, VENDORS, KindOf
from recorder.importers.placing.contracts import (
    IN_BASE,
    Kind,
    tardis_kind,
)


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


_OPTIONAL = {"instrumentname": "instrument"}


def layout_of_names(
    names: Sequence[str], first_row: Sequence[str], head: Head, asked: Asked
) -> TradeLayout | None:
    """Return the layout of a vendor whose column names all stand in `names`, None if nobody's."""
    squashed = [squash(name) for name in names]
    for vendor in VENDORS:
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


def layout_of_looks(line: str, head: Head, asked: Asked) -> TradeLayout | None:
    """Return the layout of a first line that is a trade itself, None if it looks like nobody's."""
    for looks, name, columns, has_counted_ids in LOOKS:
        if looks.fullmatch(line):
            vendor = next(vendor for vendor in VENDORS if vendor.name == name)
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
