"""What an update of the market comes to when it is published."""

from typing import NamedTuple

from recorder.simulator.exchange.listed.tape import TapeTrade


class Published(NamedTuple):
    """What an update of the market comes to: the changed levels as text, and the trades before."""

    time_ms: int
    bids: str
    asks: str
    seq_id: int
    prev_seq_id: int
    trades: list[TapeTrade]
