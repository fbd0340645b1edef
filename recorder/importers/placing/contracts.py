"""Sizes in contracts become sizes in base units, where it is known how large a contract is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson

from shared.errors import UsageError


class Kind(StrEnum):
    """What a contract is of: so much of the base, or so much of the quote."""

    LINEAR = "linear"
    INVERSE = "inverse"


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract is `value` in base units, or, if inverse, in quote units."""

    value: Decimal
    kind: Kind

    def base_size(self, contracts: float | str, price: float | str) -> float:
        """Return how much `contracts` at `price` are, in base units."""
        base = Decimal(contracts) * self.value
        return float(base / Decimal(price) if self.kind is Kind.INVERSE else base)

    def base_text(self, contracts: str, price: str) -> str:
        """Return the same as the text of a level's size."""
        if not Decimal(contracts):
            return "0"
        if self.kind is Kind.LINEAR:
            return format(Decimal(contracts) * self.value, "f")
        return repr(self.base_size(contracts, price))


@dataclass(frozen=True, slots=True)
class Contracts:
    """How large contracts are: as the user says, or an exchange's list of instruments."""

    asked: tuple[Decimal, Kind | None] | None = None
    listed: Mapping[str, Contract] = field(default_factory=dict)

    def of(self, instrument: str, kind: Kind | None) -> Contract | None:
        """Return the contract of `instrument`, None when its size is not known.

        `kind` is what the format or the name tells; what the user says of it counts more.
        """
        if self.asked is not None:
            value, asked_kind = self.asked
            found = asked_kind or kind
            return None if found is None else Contract(value, found)
        return self.listed.get(instrument)


def parse_contract_size(text: str) -> tuple[Decimal, Kind | None]:
    """Return what `0.01`, `100:inverse` or `0.01:linear` says; raise UsageError otherwise."""
    number, _, kind = text.partition(":")
    try:
        value = Decimal(number)
        if not 0 < value < Decimal("1e12"):
            raise ValueError
        return value, Kind(kind) if kind else None
    except (InvalidOperation, ValueError) as error:
        raise UsageError(
            f"expected a contract size like 0.01, 0.01:linear or 100:inverse, found {text!r}"
        ) from error


def read_instruments(path: Path) -> dict[str, Contract]:
    """Return the contracts in an exchange's answer: OKX's instruments, Binance's exchangeInfo.

    Lines as captures have them, `address -> time: answer`, are read too.
    Raises UsageError when there are none.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    contracts: dict[str, Contract] = {}
    for line in [data] if data.lstrip().startswith(b"{") else data.splitlines():
        start = line.find(b"{")
        try:
            answer = orjson.loads(line[start:]) if start >= 0 else None
        except orjson.JSONDecodeError:
            continue
        if isinstance(answer, dict):
            contracts.update(_listed(answer))
    if not contracts:
        raise UsageError(
            f"{path}: expected an exchange's list of instruments with contract sizes, found none"
        )
    return contracts


def _listed(answer: Mapping[str, Any]) -> Mapping[str, Contract]:
    found = {}
    for key, name, size, kind in (
        ("data", "instId", "ctVal", "ctType"),
        ("symbols", "symbol", "contractSize", ""),
    ):
        entries = answer.get(key)
        for entry in entries if isinstance(entries, list) else []:
            try:
                value = Decimal(str(entry[size]))
                found[str(entry[name])] = Contract(value, Kind(entry.get(kind, Kind.INVERSE)))
            except (KeyError, TypeError, ValueError, InvalidOperation):
                continue
    return found


_OKX_DERIVATIVE = re.compile(r"[A-Z0-9]+-([A-Z0-9_]+)-(?:SWAP|\d{6})")
_OKX_OPTION = re.compile(r"[A-Z0-9]+-[A-Z0-9_]+-\d{6}-[0-9.]+-[CP]")
_BINANCE_COIN = re.compile(r"[A-Z0-9]+USD_(?:PERP|\d{6})")
_BYBIT_INVERSE = re.compile(r"[A-Z0-9]+USD(?:[FGHJKMNQUVXZ]\d\d)?")

IN_BASE = "base"
"""What stands for a kind where sizes are in base units already."""


def okx_kind(instrument: str) -> Kind | str | None:
    """Return the kind of contract that an OKX name tells, IN_BASE for spot, None if it is open."""
    match = _OKX_DERIVATIVE.fullmatch(instrument)
    if match:
        return Kind.INVERSE if match[1] == "USD" else Kind.LINEAR
    return None if _OKX_OPTION.fullmatch(instrument) else IN_BASE


def binance_kind(instrument: str) -> Kind | str | None:
    """Return INVERSE for names of COIN-M instruments, else IN_BASE."""
    return Kind.INVERSE if _BINANCE_COIN.fullmatch(instrument.upper()) else IN_BASE


def bybit_kind(instrument: str) -> Kind | str | None:
    """Return INVERSE for names quoted in USD, which Bybit counts in dollars, else IN_BASE."""
    return Kind.INVERSE if _BYBIT_INVERSE.fullmatch(instrument) else IN_BASE


_TARDIS_CONTRACTS = (
    "bitmex", "deribit", "binance-delivery", "okex-swap", "okex-futures", "okex-options",
    "huobi-dm", "cryptofacilities", "kraken-futures", "gate-io-futures", "bitfinex-derivatives",
    "phemex", "delta", "kucoin-futures", "crypto-com-derivatives", "binance-options",
    "bybit-options",
)  # fmt: skip


def tardis_kind(exchange: str, symbol: str) -> Kind | str | None:
    """Return what a market on Tardis counts in; None where it is contracts of a kind not told."""
    if exchange.startswith("okex-"):
        return okx_kind(symbol)
    if exchange == "bybit":
        return bybit_kind(symbol)
    if exchange in ("binance-delivery", "bitmex", "deribit") and "USD" in symbol.upper():
        return None if symbol.upper().endswith(("USDT", "USDC")) else Kind.INVERSE
    if exchange == "deribit" and symbol.endswith("-PERPETUAL") and "_" not in symbol:
        return Kind.INVERSE
    return None if exchange.startswith(_TARDIS_CONTRACTS) else IN_BASE
