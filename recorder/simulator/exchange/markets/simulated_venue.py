"""The seeded markets, let run as the time of the data goes by, each published by its listing."""

import asyncio
import logging
from collections.abc import Collection, Iterable
from typing import Any

from recorder.simulator.exchange.delivery.session import Frame, Session
from recorder.simulator.exchange.delivery.switchboard import Switchboard
from recorder.simulator.exchange.markets.data_clock import DataClock
from recorder.simulator.exchange.markets.traded import Traded
from recorder.simulator.exchange.protocol.topics import BOOKS, Topic

logger = logging.getLogger(__name__)

MOST_BEHIND_SECONDS = 1.0
"""How far the markets may fall behind the clock before time is given up."""

_STEPS_AT_ONCE = 25
_TOLD_EVERY_SECONDS = 10.0


class SimulatedVenue:
    """Runs the markets of `traded` and publishes what they do."""

    def __init__(
        self, traded: Iterable[Traded], clock: DataClock, switchboard: Switchboard
    ) -> None:
        self._traded = tuple(traded)
        self.listings = {each.listing.instrument: each.listing for each in self._traded}
        self.clock = clock
        self.given_up_ms = 0  # data time that was not simulated, as there was no time to
        self._switchboard = switchboard
        self._topics = frozenset(
            topic for listing in self.listings.values() for topic in listing.topics
        )
        self._told_at_s = float("-inf")
        for each in self._traded:
            if not each.listing.time_ms:  # those who come first find a book
                self._step(each)

    @property
    def topics(self) -> Collection[Topic]:
        """All that can be subscribed to."""
        return self._topics

    def now_ms(self) -> int:
        """Return now in the time of the data."""
        return self.clock.now_ms()

    def welcome(self, session: Session, topic: Topic) -> None:
        """Send a new subscriber the book, or the newest trades once more."""
        if topic.channel == BOOKS and self._switchboard.snapshots_to_leave_out:
            self._switchboard.snapshots_to_leave_out -= 1
            return
        for push in self.listings[topic.instrument].first_pushes(topic):
            session.push(Frame(push.text))

    def farewell(self, session: Session) -> None:
        """Do nothing: what is published is published to all."""

    def state(self) -> dict[str, Any]:
        """Return how far the markets are from where they should be."""
        return {"speed": self.clock.speed, "given_up_ms": self.given_up_ms}

    async def run(self) -> None:
        """Run for ever."""
        while True:
            for _ in range(_STEPS_AT_ONCE):
                due = self._next()
                wait_seconds = self.clock.seconds_until(due.due_ms)
                if wait_seconds:
                    break
                self._step(due)
            self._give_up_what_is_too_late()
            await asyncio.sleep(wait_seconds)

    def _next(self) -> Traded:
        return min(self._traded, key=lambda each: each.due_ms)

    def _step(self, due: Traded) -> None:
        for push in due.listing.pushes(due.advance()):
            self._switchboard.publish(push)

    def _give_up_what_is_too_late(self) -> None:
        """Say so and go on from here: neither a queue grows, nor the distance."""
        late_ms = self.clock.now_ms() - self._next().due_ms
        if late_ms <= MOST_BEHIND_SECONDS * 1_000 * self.clock.speed:
            return
        self.given_up_ms += late_ms
        if self.clock.is_real:
            for each in self._traded:
                each.market.timestamp_ms = max(each.due_ms, self.clock.now_ms())
        else:
            self.clock.set_back(late_ms)
        now_s = asyncio.get_running_loop().time()
        if now_s - self._told_at_s >= _TOLD_EVERY_SECONDS:
            self._told_at_s = now_s
            logger.warning(
                "the simulation cannot keep up: %.1f s of data time given up so far",
                self.given_up_ms / 1_000,
            )
