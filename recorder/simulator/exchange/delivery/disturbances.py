"""What is done to the next pushes of a topic: nothing is random here, and all of it is noted."""

from collections import deque
from enum import StrEnum

from recorder.simulator.exchange.delivery.fault_log import FaultRecord
from recorder.simulator.exchange.delivery.session import Frame
from recorder.simulator.exchange.protocol.pushes import Push
from recorder.simulator.exchange.protocol.topics import Topic

PADDING_BYTES = 4 * 2**20


class Harm(StrEnum):
    """What can be done to a push."""

    DROP = "drop"
    REPEAT = "repeat"
    SWAP = "swap"
    SLOW = "slow"
    PAD = "pad"


class Disturbance:
    """Does `harm` to the next `count` pushes, and notes them in `record`; `seconds` are SLOW's."""

    def __init__(
        self, harm: Harm, record: FaultRecord, count: int = 1, seconds: float = 0.0
    ) -> None:
        self._harm = harm
        self._record = record
        self._left = 2 if harm is Harm.SWAP else count
        self._seconds = seconds
        self._held: list[Frame] = []

    @property
    def is_over(self) -> bool:
        """Whether it leaves the next push alone."""
        return self._left == 0

    def frames(self, push: Push) -> list[Frame]:
        """Return what is sent in place of `push`."""
        self._left -= 1
        self._record.touch(push)
        if self.is_over:
            self._record.is_done = True
        frame = Frame(push.text)
        match self._harm:
            case Harm.DROP:
                return []
            case Harm.REPEAT:
                return [frame, frame]
            case Harm.SLOW:
                return [Frame(push.text, seconds=self._seconds)]
            case Harm.PAD:
                return [Frame(push.text[:-1] + b" " * PADDING_BYTES + push.text[-1:])]
            case Harm.SWAP:
                self._held.insert(0, frame)
                return self._held if self.is_over else []


class Disturbances:
    """Those of all topics, one after the other; heartbeats pass, as their loss would be none."""

    def __init__(self) -> None:
        self._of_topics: dict[Topic, deque[Disturbance]] = {}

    def add(self, topic: Topic, disturbance: Disturbance) -> None:
        """Let it begin when those before are over."""
        self._of_topics.setdefault(topic, deque()).append(disturbance)

    def frames(self, push: Push) -> list[Frame]:
        """Return what is sent in place of `push`."""
        waiting = self._of_topics.get(push.topic)
        if not waiting or push.is_heartbeat:
            return [Frame(push.text)]
        frames = waiting[0].frames(push)
        if waiting[0].is_over:
            waiting.popleft()
        return frames
