"""The work on columns that a history is made of: as the definitions do it, or faster."""

from collections.abc import Callable
from typing import NamedTuple

from processor.history.book_seconds import BookRows, seconds_of_book
from processor.history.heat_layers import LayHeat, lay_heat
from processor.history.trade_seconds import Cvd, seconds_of_trades
from shared.history.bars import BookBars, TradeBars
from shared.history.decimals import Decimals
from shared.history.packing import Pack, pack
from shared.history.trades import Trades


class HistoryWork(NamedTuple):
    """Who does it; each gives what the definition of its name gives, to the last bit."""

    pack: Pack = pack
    lay_heat: LayHeat = lay_heat
    seconds_of_trades: Callable[[Trades, Cvd, Decimals], tuple[TradeBars, Cvd]] = seconds_of_trades
    seconds_of_book: Callable[[BookRows, int, Decimals, Decimals], tuple[BookBars, BookRows]] = (
        seconds_of_book
    )


BY_DEFINITION = HistoryWork()
