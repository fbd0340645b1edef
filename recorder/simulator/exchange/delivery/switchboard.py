"""Who is connected and what each has subscribed to: a push goes to those, disturbed or not."""

from recorder.simulator.exchange.delivery.disturbances import Disturbances
from recorder.simulator.exchange.delivery.session import Session
from recorder.simulator.exchange.protocol.pushes import Push
from recorder.simulator.exchange.protocol.topics import Topic


class Switchboard:
    """The sessions, in the order in which they came."""

    def __init__(self) -> None:
        self.disturbances = Disturbances()
        self.is_down = False
        """Whether whoever comes is turned away."""
        self.snapshots_to_leave_out = 0
        """How many of the next subscribers to a book get none."""
        self._sessions: dict[Session, None] = {}
        self._subscribers: dict[Topic, dict[Session, None]] = {}

    @property
    def sessions(self) -> list[Session]:
        """Those that are connected."""
        return list(self._sessions)

    def connect(self, session: Session) -> None:
        """Take in a session."""
        self._sessions[session] = None

    def disconnect(self, session: Session) -> None:
        """Forget a session and its subscriptions."""
        self._sessions.pop(session, None)
        for topic in list(session.topics):
            self.unsubscribe(session, topic)

    def subscribe(self, session: Session, topic: Topic) -> None:
        """Let the session have the pushes of `topic` from now on."""
        session.topics.add(topic)
        self._subscribers.setdefault(topic, {})[session] = None

    def unsubscribe(self, session: Session, topic: Topic) -> None:
        """Let it have them no more."""
        session.topics.discard(topic)
        self._subscribers.get(topic, {}).pop(session, None)

    def publish(self, push: Push) -> None:
        """Send `push` to all who have subscribed to its topic."""
        frames = self.disturbances.frames(push)
        for session in list(self._subscribers.get(push.topic, ())):
            if not session.is_stalled:
                for frame in frames:
                    session.push(frame)
