"""The book as those see it who have applied every push: the best 400 levels a side."""

from collections.abc import Iterable
from zlib import crc32

from recorder.simulator.level_text import format_decimal
from recorder.simulator.levels import GONE, Level, Quote
from recorder.simulator.recording import LOT_DECIMALS, TICK_DECIMALS

CHECKED_LEVELS = 25


class PublishedBook:
    """Both sides by price in ticks."""

    def __init__(self) -> None:
        self._bids: dict[int, Quote] = {}
        self._asks: dict[int, Quote] = {}

    def apply(self, bids: Iterable[Level], asks: Iterable[Level]) -> None:
        """Change the levels given; one that is GONE is removed."""
        for side, levels in ((self._bids, bids), (self._asks, asks)):
            for ticks, quote in levels:
                if quote == GONE:
                    side.pop(ticks, None)
                else:
                    side[ticks] = quote

    def copy(self) -> "PublishedBook":
        """Return another one with the same levels."""
        other = PublishedBook()
        other.apply(self._bids.items(), self._asks.items())
        return other

    def bids(self, most: int | None = None) -> list[Level]:
        """Return the bids, best first."""
        return sorted(self._bids.items(), reverse=True)[:most]

    def asks(self, most: int | None = None) -> list[Level]:
        """Return the asks, best first."""
        return sorted(self._asks.items())[:most]

    def checksum(self) -> int:
        """Return the CRC32 of the best levels as the exchange makes it, a signed number."""
        bids, asks = self.bids(CHECKED_LEVELS), self.asks(CHECKED_LEVELS)
        parts = []
        for place in range(max(len(bids), len(asks))):
            for side in (bids, asks):
                parts += [_price_and_size(level) for level in side[place : place + 1]]
        unsigned = crc32(":".join(parts).encode())
        return unsigned - 2**32 if unsigned >= 2**31 else unsigned


def _price_and_size(level: Level) -> str:
    ticks, (lots, _) = level
    return f"{format_decimal(ticks, TICK_DECIMALS)}:{format_decimal(lots, LOT_DECIMALS)}"
