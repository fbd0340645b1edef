"""What can be subscribed to: a channel of an instrument, at one of two addresses."""

from typing import NamedTuple

BOOKS = "books"
TRADES = "trades"
TRADES_ALL = "trades-all"

PUBLIC = "/ws/v5/public"
BUSINESS = "/ws/v5/business"
ENDPOINTS = (PUBLIC, BUSINESS)


class Topic(NamedTuple):
    """A channel of an instrument."""

    channel: str
    instrument: str

    @property
    def endpoint(self) -> str:
        """The path that it is served at."""
        is_business = self.channel == TRADES_ALL or self.channel.startswith("candle")
        return BUSINESS if is_business else PUBLIC
