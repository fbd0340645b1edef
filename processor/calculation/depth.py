"""The best levels of a book."""

from dataclasses import dataclass

from shared.recordings.records import OrderbookLevel


@dataclass(frozen=True, slots=True)
class Depth:
    """The best levels of both sides: bids highest first, asks lowest first."""

    bids: list[OrderbookLevel]
    asks: list[OrderbookLevel]

    @property
    def is_crossed(self) -> bool:
        """Whether somebody bids at least what another asks, which no healthy book shows."""
        return bool(self.bids and self.asks) and self.bids[0].price >= self.asks[0].price
