"""What the exchange sends unasked once a topic is subscribed to."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from recorder.simulator.exchange.protocol.topics import BOOKS, Topic

NO_SEQUENCE = -1
"""The `prevSeqId` of a snapshot."""


class Push(NamedTuple):
    """A message of a topic, and what it is about: what of it is not told is None."""

    topic: Topic
    text: bytes
    time_ms: int | None = None
    seq_id: int | None = None
    prev_seq_id: int | None = None
    first_id: int | None = None
    last_id: int | None = None

    @property
    def is_heartbeat(self) -> bool:
        """Whether it says that nothing has changed."""
        return self.seq_id is not None and self.seq_id == self.prev_seq_id


class TradeEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of a push of trades, or of the REST answer; `count` is told of aggregated ones."""

    instId: str  # noqa: N815 - as the exchange calls it
    tradeId: str  # noqa: N815
    px: str
    sz: str
    side: str
    ts: str
    source: str = ""
    count: str = ""


def book_push(
    instrument: str,
    action: str,
    levels: tuple[str, str],
    time_ms: int,
    chain: tuple[int, int],
    checksum: int,
) -> Push:
    """Return a push of the book: `levels` are (bids, asks), `chain` is (seqId, prevSeqId)."""
    (bids, asks), (seq_id, prev_seq_id) = levels, chain
    # Put together by hand: the levels are text already, and this is most of what is sent.
    text = (
        f'{{"arg":{{"channel":"books","instId":"{instrument}"}},"action":"{action}","data":[{{'
        f'"asks":{asks},"bids":{bids},"ts":"{time_ms}","checksum":{checksum},'
        f'"seqId":{seq_id},"prevSeqId":{prev_seq_id}}}]}}'
    )
    return Push(Topic(BOOKS, instrument), text.encode(), time_ms, seq_id, prev_seq_id)


def trades_push(
    topic: Topic, entries: Sequence[TradeEntry], time_ms: int, ids: tuple[int, int]
) -> Push:
    """Return a push of trades with the ids of `ids`, first and last."""
    data = msgspec.json.encode(entries)
    head = f'{{"arg":{{"channel":"{topic.channel}","instId":"{topic.instrument}"}},"data":'
    return Push(topic, head.encode() + data + b"}", time_ms, first_id=ids[0], last_id=ids[1])
