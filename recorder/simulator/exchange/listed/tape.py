"""The trades of an instrument: aggregated by taker and price, and the single matches of each."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from recorder.simulator.levels import SimulatedTrade

MOST_KEPT = 200_000
"""Aggregated trades that can be asked for again; the market makes about that many in 8 hours."""


@dataclass(frozen=True, slots=True)
class TapeTrade:
    """What a taker got at one price: the matches `first_id` to `last_id`."""

    first_id: int
    last_id: int
    trade: SimulatedTrade

    @property
    def count(self) -> int:
        """How many matches it was."""
        return self.last_id - self.first_id + 1

    def matches(self) -> Iterator[tuple[int, int]]:
        """Yield the id and the lots of each match; all lots together are the trade's."""
        lots, count = self.trade.lots, self.count
        for place in range(count):
            yield self.first_id + place, lots * (place + 1) // count - lots * place // count


class Tape:
    """All trades in the order of their ids, the oldest forgotten when there are too many."""

    def __init__(self, next_id: int, most_kept: int = MOST_KEPT) -> None:
        self._next_id = next_id
        self._most_kept = most_kept
        self._trades: list[TapeTrade] = []

    @property
    def last_id(self) -> int:
        """The id of the newest match."""
        return self._next_id - 1

    def add(self, trade: SimulatedTrade, count: int) -> TapeTrade:
        """Append a trade of `count` matches, or of as many as it has lots."""
        last_id = self._next_id + min(count, trade.lots) - 1
        added = TapeTrade(self._next_id, last_id, trade)
        self._next_id = last_id + 1
        self._trades.append(added)
        if len(self._trades) > self._most_kept * 5 // 4:  # a fifth at once: it moves all others
            del self._trades[: -self._most_kept]
        return added

    def newest(self, most: int) -> list[TapeTrade]:
        """Return the newest trades, oldest first."""
        return self._trades[-most:]

    def between(self, from_ms: int, to_ms: int) -> list[TapeTrade]:
        """Return the trades of a time, both ends included, oldest first."""
        first = bisect_left(self._trades, from_ms, key=_time_of)
        return self._trades[first : bisect_right(self._trades, to_ms, key=_time_of)]

    def matches_before(
        self, trade_id: int | None, most: int, down_to: int = 0
    ) -> list[tuple[int, int, TapeTrade]]:
        """Return single matches, newest first: ids below `trade_id` and above `down_to`.

        Each is its id, its lots and the trade that it belongs to.
        """
        end = self._next_id if trade_id is None else trade_id
        found: list[tuple[int, int, TapeTrade]] = []
        place = bisect_left(self._trades, end, key=lambda trade: trade.first_id)
        while place and len(found) < most:
            place -= 1
            trade = self._trades[place]
            if trade.last_id <= down_to:
                break
            for number, lots in reversed(list(trade.matches())):
                if down_to < number < end:
                    found.append((number, lots, trade))
        return found[:most]


def _time_of(trade: TapeTrade) -> int:
    return trade.trade.timestamp_ms
