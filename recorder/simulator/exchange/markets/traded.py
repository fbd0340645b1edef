"""An instrument that is traded: its market, and the listing that publishes what that does."""

from dataclasses import dataclass
from typing import Self

from recorder.simulator.exchange.listed.listing import Listing
from recorder.simulator.exchange.listed.published import Published
from recorder.simulator.exchange.markets.earlier_session import FROM_THE_FIRST, Earlier
from recorder.simulator.market import Market


@dataclass(frozen=True, slots=True)
class Traded:
    """A market and its listing, which go on together."""

    market: Market
    listing: Listing

    @classmethod
    def begin(
        cls,
        instrument: str,
        seed: int,
        start_ms: int,
        *,
        has_checksums: bool = False,
        earlier: Earlier | None = None,
    ) -> Self:
        """Return one that begins at `start_ms`, at the price and ids where an earlier one ended."""
        # Without an earlier one as a simulated recording; after one not as that one moved.
        text = f"{seed} {instrument}" + (f" {start_ms}" if earlier else "")
        price, trade_id, seq_id = earlier or FROM_THE_FIRST
        listing = Listing(
            instrument, text, has_checksums=has_checksums, next_trade_id=trade_id, seq_id=seq_id
        )
        return cls(Market(text, start_ms, price), listing)

    @property
    def due_ms(self) -> int:
        """When the next update is due, in the time of the data."""
        return self.market.timestamp_ms

    def advance(self) -> Published:
        """Return what is published next."""
        published = self.listing.advance(self.market.publish())
        self.market.step()
        return published
