"""What was done on purpose: the list that a test compares a recording with."""

from collections import deque

import msgspec

from recorder.simulator.exchange.protocol.pushes import Push

MOST_RECORDS = 10_000


class TouchedPush(msgspec.Struct, frozen=True, omit_defaults=True):
    """A push that a fault was done to."""

    channel: str
    timestamp_ms: int | None = None
    seq_id: int | None = None
    prev_seq_id: int | None = None
    first_trade_id: int | None = None
    last_trade_id: int | None = None


class FaultRecord(msgspec.Struct):
    """A fault: which, when in the time of the data, of what, and the clients it struck."""

    number: int
    kind: str
    at_ms: int
    instrument: str | None = None
    clients: list[str] = []
    pushes: list[TouchedPush] = []
    trade_ids: tuple[int, int] | None = None
    is_done: bool = False

    def touch(self, push: Push) -> None:
        """Note a push that it was done to."""
        self.pushes.append(
            TouchedPush(
                push.topic.channel,
                push.time_ms,
                push.seq_id,
                push.prev_seq_id,
                push.first_id,
                push.last_id,
            )
        )


class FaultLog:
    """The newest faults, numbered from 1."""

    def __init__(self) -> None:
        self._records: deque[FaultRecord] = deque(maxlen=MOST_RECORDS)
        self._count = 0

    def begin(
        self, kind: str, at_ms: int, instrument: str | None, clients: list[str]
    ) -> FaultRecord:
        """Note that a fault begins."""
        self._count += 1
        record = FaultRecord(self._count, kind, at_ms, instrument, clients)
        self._records.append(record)
        return record

    def since(self, number: int) -> list[FaultRecord]:
        """Return the faults after number `number`."""
        return [record for record in self._records if record.number > number]
