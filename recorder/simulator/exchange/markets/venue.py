"""What the exchange serves: a simulated market or a capture offers it alike."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from recorder.simulator.exchange.delivery.session import Session
from recorder.simulator.exchange.listed.listing import Listing
from recorder.simulator.exchange.protocol.topics import Topic


class Venue(Protocol):
    """Topics to subscribe to, and what publishes them."""

    @property
    def topics(self) -> Collection[Topic]:
        """All that can be subscribed to."""

    @property
    def listings(self) -> Mapping[str, Listing]:
        """The instruments of which book and trades can be asked for; a capture has none."""

    def now_ms(self) -> int:
        """Return now in the time of the data."""

    def state(self) -> dict[str, Any]:
        """Return what is to be told about how it goes."""

    def welcome(self, session: Session, topic: Topic) -> None:
        """Send a new subscriber what comes first."""

    def farewell(self, session: Session) -> None:
        """Forget a subscriber that is gone."""

    async def run(self) -> None:
        """Publish, for ever."""
