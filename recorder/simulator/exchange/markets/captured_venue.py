"""A captured session, played to each client from its beginning, message by message."""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from recorder.simulator.exchange.delivery.session import Frame, Session
from recorder.simulator.exchange.listed.listing import Listing
from recorder.simulator.exchange.markets.captures import CapturedPush
from recorder.simulator.exchange.protocol.topics import Topic

_MOST_AHEAD_BYTES = 2**20
"""How much may wait for a client before the next message waits for it."""

_PushesOfTopics = Mapping[Topic, Sequence[tuple[int, CapturedPush]]]


class CapturedVenue:
    """Plays `pushes`, at `speed` times their pace, or with 0 as fast as a client takes them.

    The clock of a client's play begins with its first subscription. A topic that it subscribes to
    later begins at its beginning as well: what was due by then comes at once.
    """

    def __init__(self, pushes: Sequence[CapturedPush], speed: float) -> None:
        self._speed = speed
        self._first_s = pushes[0].at_s
        self._pushes: dict[Topic, list[tuple[int, CapturedPush]]] = {}
        for number, push in enumerate(pushes):
            self._pushes.setdefault(push.topic, []).append((number, push))
        self._players: dict[Session, _Player] = {}

    @property
    def topics(self) -> Collection[Topic]:
        """All that is in the capture."""
        return self._pushes.keys()

    @property
    def listings(self) -> Mapping[str, Listing]:
        """None: a capture says what it says."""
        return {}

    def now_ms(self) -> int:
        """Return the time of the clock on the wall, whatever is played."""
        return time.time_ns() // 1_000_000

    def state(self) -> dict[str, Any]:
        """Return how far it is played to each client."""
        played = {session.id: player.progress() for session, player in self._players.items()}
        return {"speed": self._speed, "played": played}

    def welcome(self, session: Session, topic: Topic) -> None:
        """Play `topic` from its beginning."""
        player = self._players.get(session)
        if player is None:
            player = _Player(session, self._pushes, self._first_s, self._speed)
            self._players[session] = player
        player.begin(topic)

    def farewell(self, session: Session) -> None:
        """Play no more."""
        player = self._players.pop(session, None)
        if player is not None:
            player.end()

    async def run(self) -> None:
        """Leave it to the players."""


class _Player:
    def __init__(
        self, session: Session, pushes: _PushesOfTopics, first_s: float, speed: float
    ) -> None:
        self._session = session
        self._pushes = pushes
        self._first_s = first_s
        self._speed = speed
        self._places: dict[Topic, int] = {}
        self._has_news = asyncio.Event()
        self._began_at = asyncio.get_running_loop().time()
        self._task = asyncio.create_task(self._play())

    def begin(self, topic: Topic) -> None:
        self._places[topic] = 0
        self._has_news.set()

    def end(self) -> None:
        self._task.cancel()

    def progress(self) -> list[dict[str, Any]]:
        return [
            {"topic": topic, "played": place, "of": len(self._pushes[topic])}
            for topic, place in self._places.items()
        ]

    async def _play(self) -> None:
        while True:
            self._has_news.clear()
            push = self._next()
            if push is None:
                await self._has_news.wait()
            elif not await self._is_interrupted_before(push):
                self._places[push.topic] += 1
                if not self._session.is_stalled:
                    self._session.push(Frame(push.text))
                if self._session.waiting_bytes > _MOST_AHEAD_BYTES:
                    await self._session.drained()

    def _next(self) -> CapturedPush | None:
        """Return the earliest push of those left of what is subscribed to."""
        left = [
            self._pushes[topic][place]
            for topic, place in self._places.items()
            if topic in self._session.topics and place < len(self._pushes[topic])
        ]
        return min(left)[1] if left else None

    async def _is_interrupted_before(self, push: CapturedPush) -> bool:
        """Wait until the push is due, or a topic begins; say whether it is the latter."""
        if not self._speed:
            return False
        due_at = self._began_at + (push.at_s - self._first_s) / self._speed
        try:
            async with asyncio.timeout_at(due_at):
                await self._has_news.wait()
        except TimeoutError:
            return False
        return True
