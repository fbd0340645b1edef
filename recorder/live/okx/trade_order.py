"""One instrument's trades in the order of their ids: each once, and what is missing asked for.

What comes behind a hole is held back until the hole is filled or given up, so that the newest id
in the day file always says where to go on after whatever has happened.
"""

import logging
from collections.abc import Callable, Iterable
from typing import NamedTuple

from shared.recordings.writing.rows import Gap, NewTrade

logger = logging.getLogger(__name__)

MOST_HELD = 20_000
SETTLE_SECONDS = 0.3
"""How long a hole may fill by itself: messages of one moment come in any order."""

RENUMBERED_MS = 1_000
"""A trade so much later than the newest, and with an older id, is of a new numbering."""

NOT_GIVEN = "the exchange does not give these trades any more"


class Ids(NamedTuple):
    """Ids from `first` to `last`, both included."""

    first: int
    last: int

    @property
    def how_many(self) -> int:
        """How many they are."""
        return self.last - self.first + 1


class TradeOrder:
    """The trades of `instrument`, handed to `put`; `newest` is the last id written, of `newest_ms`.

    A trade stands for a range of ids: the exchange puts those of one taker at one price together.
    """

    def __init__(
        self,
        instrument: str,
        put: Callable[[NewTrade | Gap], None],
        newest: int | None = None,
        newest_ms: int = 0,
    ) -> None:
        self._instrument = instrument
        self._put = put
        self.newest = newest
        self.newest_ms = newest_ms
        self._held: dict[Ids, NewTrade] = {}
        self._reach = -1  # the last id of trades of which a part is written already
        self._missing = 0  # ids given up just before the next trade
        self._reason = NOT_GIVEN
        self._since = 0.0

    def take(self, ids: Ids, trade: NewTrade, now: float) -> None:
        """Take a trade that covers `ids`."""
        if self.newest is not None and ids.last <= self.newest:
            if trade.timestamp_ms <= self.newest_ms + RENUMBERED_MS:
                return
            self._begin_anew(ids, trade)
        if self.newest is None:
            self.newest = ids.first - 1
        if ids.first == self.newest + 1:
            self._write(ids, trade)
            self._release()
            return
        if not self._held and self._reach <= self.newest:
            self._since = now
        if ids.first <= self.newest:  # neither all of its size nor none: single trades tell
            self._reach = max(self._reach, ids.last)
        else:
            self._held[ids] = trade
            if len(self._held) > MOST_HELD:
                self._give_up_first_hole("too many trades came before the missing ones")

    @property
    def hole(self) -> Ids | None:
        """The first ids that are missing."""
        if self.newest is None or (not self._held and self._reach <= self.newest):
            return None
        end = min((ids.first - 1 for ids in self._held), default=self._reach)
        return Ids(self.newest + 1, end)

    def wanted(self, now: float) -> Ids | None:
        """Return the first ids that are missing, and have been for a while."""
        return self.hole if now - self._since >= SETTLE_SECONDS else None

    def fill(self, singles: Iterable[tuple[int, NewTrade]], last: int) -> None:
        """Take all that can be had of the missing ids up to `last`: single trades, by id."""
        self._reason = NOT_GIVEN
        for number, trade in sorted(singles):
            if self.newest is not None and self.newest < number <= last:
                self._skip_to(number - 1)
                self._write(Ids(number, number), trade)
        self.give_up(last, NOT_GIVEN)

    def give_up(self, last: int, reason: str) -> None:
        """Do without the missing ids up to `last`."""
        self._reason = reason
        self._skip_to(last)
        self._release()
        if not self._held and self._missing:
            self._note_missing(self.newest_ms)

    def _skip_to(self, last: int) -> None:
        assert self.newest is not None
        if last > self.newest:
            self._missing += last - self.newest
            self.newest = last

    def _write(self, ids: Ids, trade: NewTrade) -> None:
        if self._missing:
            self._note_missing(trade.timestamp_ms)
        self._put(trade)
        self.newest, self.newest_ms = ids.last, max(self.newest_ms, trade.timestamp_ms)

    def _note_missing(self, until_ms: int) -> None:
        first_ms, last_ms = sorted((self.newest_ms or until_ms, until_ms))
        self._put(Gap(first_ms, last_ms, "trades", self._missing, self._reason))
        self._missing = 0

    def _release(self) -> None:
        """Write what is held and follows; what was covered meanwhile is let go of."""
        for ids in sorted(self._held):
            assert self.newest is not None
            if ids.first > self.newest + 1:
                break
            trade = self._held.pop(ids)
            if ids.first == self.newest + 1:
                self._write(ids, trade)
            elif ids.last > self.newest:
                self._reach = max(self._reach, ids.last)

    def _give_up_first_hole(self, reason: str) -> None:
        while len(self._held) > MOST_HELD // 2 and (hole := self.hole) is not None:
            self.give_up(hole.last, reason)

    def _begin_anew(self, ids: Ids, trade: NewTrade) -> None:
        logger.warning(
            "%s: trade ids begin anew: %d came after %s", self._instrument, ids.last, self.newest
        )
        while (hole := self.hole) is not None:
            self.give_up(hole.last, NOT_GIVEN)
        self._put(
            Gap(self.newest_ms, trade.timestamp_ms, "trades", None, "the trade ids begin anew")
        )
        self.newest, self._reach = ids.first - 1, -1
