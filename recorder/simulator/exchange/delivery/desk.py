"""Answers what clients ask: subscriptions, pings, and errors for all else."""

from collections import deque
from collections.abc import Collection
from time import monotonic
from typing import Protocol

from recorder.simulator.exchange.delivery.session import Frame, Session
from recorder.simulator.exchange.delivery.switchboard import Switchboard
from recorder.simulator.exchange.protocol.answers import (
    PONG,
    TOO_MANY_REQUESTS,
    confirmation,
    error,
    invalid_request,
    no_such_topic,
)
from recorder.simulator.exchange.protocol.requests import (
    SUBSCRIBE,
    InvalidRequestError,
    Request,
    read_request,
)
from recorder.simulator.exchange.protocol.topics import Topic

MOST_REQUESTS_AN_HOUR = 480
_HOUR_SECONDS = 3600.0


class Welcoming(Protocol):
    """What knows the topics, and what a new subscriber gets first."""

    @property
    def topics(self) -> Collection[Topic]:
        """All that can be subscribed to."""

    def welcome(self, session: Session, topic: Topic) -> None:
        """Send what comes first."""

    def farewell(self, session: Session) -> None:
        """Forget a session that is gone."""


class Desk:
    """Answers all sessions alike."""

    def __init__(self, switchboard: Switchboard, venue: Welcoming) -> None:
        self._switchboard = switchboard
        self._venue = venue
        self._asked_at: dict[Session, deque[float]] = {}

    def take(self, session: Session, message: str | bytes) -> None:
        """Answer a message; the rest of what follows from it comes later."""
        if message == "ping":
            session.push(Frame(PONG))
            return
        text = message if isinstance(message, str) else message.decode(errors="replace")
        try:
            request = read_request(text)
        except InvalidRequestError:
            session.push(Frame(invalid_request(text, session.id)))
            return
        if self._asks_too_often(session):
            answer = error(TOO_MANY_REQUESTS, "Requests too frequent.", request.id, session.id)
            session.push(Frame(answer))
            return
        for argument in request.args:
            self._answer(session, request, argument.topic)

    def forget(self, session: Session) -> None:
        """Forget a session that is gone."""
        self._venue.farewell(session)
        self._asked_at.pop(session, None)

    def _answer(self, session: Session, request: Request, topic: Topic) -> None:
        if topic not in self._venue.topics or topic.endpoint != session.endpoint:
            session.push(Frame(no_such_topic(topic, request.id, session.id)))
            return
        session.push(Frame(confirmation(request.op, topic, request.id, session.id)))
        if request.op == SUBSCRIBE:
            self._switchboard.subscribe(session, topic)
            self._venue.welcome(session, topic)
        else:
            self._switchboard.unsubscribe(session, topic)

    def _asks_too_often(self, session: Session) -> bool:
        now = monotonic()
        asked_at = self._asked_at.setdefault(session, deque(maxlen=MOST_REQUESTS_AN_HOUR))
        if len(asked_at) == MOST_REQUESTS_AN_HOUR and now - asked_at[0] < _HOUR_SECONDS:
            return True
        asked_at.append(now)
        return False
