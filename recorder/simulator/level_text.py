"""Writes integer levels down in the three forms recordings come in."""

from dataclasses import dataclass

from recorder.simulator.levels import Level, Quote
from recorder.simulator.recording import LOT_DECIMALS, TICK_DECIMALS, LevelForm

_CACHE_LIMIT = 200_000


@dataclass(frozen=True, slots=True)
class _Notation:
    before_price: str
    before_size: str
    between: str
    after: str
    separator: str


_NOTATIONS = {
    LevelForm.JSON: _Notation('["', '","', '","', '"]', ","),
    LevelForm.LITERAL: _Notation("['", "', '", "', '", "']", ", "),
    LevelForm.NUMBERS: _Notation("[", ",", ",", "]", ","),
}


class LevelWriter:
    """Turns levels into the text of a `bids` or `asks` column.

    A price, and a size with its order count, is formatted once and then remembered: a day has 35
    million levels, but few prices and sizes. The memory is emptied when it has grown large.
    """

    def __init__(self, form: LevelForm) -> None:
        self._notation = _NOTATIONS[form]
        self._heads = _Heads(self._notation)
        self._tails = _Tails(self._notation)

    def __call__(self, levels: list[Level]) -> str:
        """Return the text of `levels`, in the order given."""
        heads, tails = self._heads, self._tails
        text = self._notation.separator.join(
            [heads[ticks] + tails[quote] for ticks, quote in levels]
        )
        return f"[{text}]"


class _Heads(dict[int, str]):
    """`["107236.1","` by price in ticks."""

    def __init__(self, notation: _Notation) -> None:
        self._notation = notation

    def __missing__(self, ticks: int) -> str:
        if len(self) > _CACHE_LIMIT:
            self.clear()
        price = format_decimal(ticks, TICK_DECIMALS)
        text = self[ticks] = f"{self._notation.before_price}{price}{self._notation.before_size}"
        return text


class _Tails(dict[Quote, str]):
    """`0.0012","0","1"]` by quote."""

    def __init__(self, notation: _Notation) -> None:
        self._notation = notation

    def __missing__(self, quote: Quote) -> str:
        if len(self) > _CACHE_LIMIT:
            self.clear()
        lots, orders = quote
        between = self._notation.between
        size = format_decimal(lots, LOT_DECIMALS)
        text = self[quote] = f"{size}{between}0{between}{orders}{self._notation.after}"
        return text


def format_decimal(units: int, decimals: int) -> str:
    """Return `units` · 10^−`decimals` as OKX writes it, without trailing zeros."""
    whole, fraction = divmod(units, 10**decimals)
    return f"{whole}.{fraction:0{decimals}d}".rstrip("0").rstrip(".") if fraction else str(whole)
