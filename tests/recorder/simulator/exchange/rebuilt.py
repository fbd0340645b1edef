"""The book that a client has who applies every push: a few lines that know nothing of ours."""

from typing import Any


class RebuiltBook:
    """The levels as the exchange's text, and the last sequence number."""

    def __init__(self) -> None:
        self.bids: dict[str, list[str]] = {}
        self.asks: dict[str, list[str]] = {}
        self.seq_id = -1
        self.breaks = 0

    def apply(self, push: Any) -> None:
        data = push["data"][0]
        if push["action"] == "snapshot":
            self.bids, self.asks = {}, {}
        elif data["prevSeqId"] != self.seq_id:
            self.breaks += 1
        self.seq_id = data["seqId"]
        for side, levels in ((self.bids, data["bids"]), (self.asks, data["asks"])):
            for level in levels:
                if level[1] == "0":
                    side.pop(level[0], None)
                else:
                    side[level[0]] = level

    def sorted(self, side: str) -> list[list[str]]:
        levels: dict[str, list[str]] = getattr(self, side)
        return sorted(levels.values(), key=lambda level: float(level[0]), reverse=side == "bids")
