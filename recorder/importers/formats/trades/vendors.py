"""How vendors lay out a trade in a line of CSV: what they name what, and how a line looks."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from recorder.importers.formats.trades.values import (
    MAKER_FLAGS,
    TAKER_SIDES,
    Times,
    times_of_integers,
    times_of_seconds,
)
from recorder.importers.placing.contracts import IN_BASE, Kind, binance_kind, bybit_kind, okx_kind

KindOf = Callable[[str], "Kind | str | None"]
"""Tells of an instrument whether its sizes are contracts, and of which kind."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """A layout as a vendor has it: which name, squashed, means what."""

    name: str
    source: str
    names: Mapping[str, str]
    sides: Mapping[str, str]
    times: Times
    kind_of: KindOf
    has_counted_ids: bool = False
    has_integer_ids: bool = True


VENDORS = (
    Vendor(
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
    Vendor(
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
    Vendor(
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
    Vendor(
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
    Vendor(
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
    Vendor(
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

_NUMBER = r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_EPOCH = r"[0-9]{13}(?:[0-9]{3})?"
_FLAG = r"(?:[Tt]rue|[Ff]alse|TRUE|FALSE)"


def line_of(pattern: str) -> re.Pattern[str]:
    """Return how a line of N numbers, T times, F flags, I whole numbers and S sides looks."""
    parts = pattern.split(",")
    words = {"N": _NUMBER, "T": _EPOCH, "F": _FLAG, "I": "[0-9]+", "S": "(?i:buy|sell)"}
    return re.compile(",".join(words[part] for part in parts))


LOOKS: tuple[tuple[re.Pattern[str], str, dict[str, int], bool], ...] = (
    (
        line_of("I,S,N,N,T"),
        "OKX trades",
        {"id": 0, "side": 1, "size": 2, "price": 3, "time": 4},
        True,
    ),
    (
        line_of("I,N,N,N,T,F,F"),
        "Binance trades",
        {"id": 0, "price": 1, "size": 2, "time": 4, "side": 5},
        True,
    ),
    (
        line_of("I,N,N,N,T,F"),
        "Binance trades",
        {"id": 0, "price": 1, "size": 2, "time": 4, "side": 5},
        False,
    ),
    (
        line_of("I,N,N,I,I,T,F,F"),
        "Binance aggTrades",
        {"id": 0, "price": 1, "size": 2, "time": 5, "side": 6},
        False,
    ),
    (
        line_of("I,N,N,I,I,T,F"),
        "Binance aggTrades",
        {"id": 0, "price": 1, "size": 2, "time": 5, "side": 6},
        False,
    ),
)
"""Lines without names above: their looks, the vendor, what is where, whether ids are counted."""


KRAKEN = line_of("I,N,N")
"""Seconds, price, size: no side, no id."""
