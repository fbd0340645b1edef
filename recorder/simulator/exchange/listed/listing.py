"""One instrument as the exchange publishes it: updates of the market in, pushes out."""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from random import Random
from typing import NamedTuple

from msgspec import Raw
from msgspec.structs import replace

from recorder.simulator.exchange.listed.published import Published
from recorder.simulator.exchange.listed.published_book import PublishedBook
from recorder.simulator.exchange.listed.tape import Tape, TapeTrade
from recorder.simulator.exchange.protocol.pushes import (
    NO_SEQUENCE,
    Push,
    TradeEntry,
    book_push,
    trades_push,
)
from recorder.simulator.exchange.protocol.topics import BOOKS, TRADES, TRADES_ALL, Topic
from recorder.simulator.level_text import LevelWriter, format_decimal
from recorder.simulator.levels import Level, SimulatedTrade, SimulatedUpdate
from recorder.simulator.recording import LOT_DECIMALS, TICK_DECIMALS, LevelForm

FIRST_TRADE_ID = 754_000_001
FIRST_SEQ_ID = 43_000_000_000
KEPT_UPDATES = 3_000
"""Updates before the newest, about five minutes, after each of which the book can be asked for."""

_REPEATED_TRADES = 5
_LARGEST_STEP = 12
_MEAN_MATCHES = 1.6


class PastBook(NamedTuple):
    """The book after the update `seq_id`."""

    seq_id: int
    time_ms: int
    book: PublishedBook


class _Update(NamedTuple):
    seq_id: int
    time_ms: int
    bids: list[Level]
    asks: list[Level]


class Listing:
    """The book, the trades and the sequence of `instrument`, whose draws come from `seed`."""

    def __init__(
        self,
        instrument: str,
        seed: str,
        *,
        has_checksums: bool = False,
        next_trade_id: int = FIRST_TRADE_ID,
        seq_id: int = FIRST_SEQ_ID,
    ) -> None:
        self.instrument = instrument
        self.topics = tuple(Topic(name, instrument) for name in (BOOKS, TRADES, TRADES_ALL))
        self.book = PublishedBook()
        self.tape = Tape(next_trade_id)
        self.seq_id = seq_id
        self.time_ms = 0
        self.has_wrong_checksum_next = False
        self._has_checksums = has_checksums
        self._is_restarted_next = False
        self._random = Random(f"{seed} sequence")
        self._write = LevelWriter(LevelForm.JSON)
        self._earlier_book = PublishedBook()  # before the oldest of the updates kept
        self._updates: deque[_Update] = deque()

    def advance(self, update: SimulatedUpdate) -> Published:
        """Take in an update of the market, and return what is published of it.

        One without levels has the sequence number of the one before.
        """
        trades = [self.tape.add(trade, self._matches()) for trade in update.trades]
        self.time_ms = update.timestamp_ms
        before = self.seq_id
        if update.bids or update.asks:
            self.book.apply(update.bids, update.asks)
            self.seq_id = self._next_seq_id()
            self._keep(_Update(self.seq_id, self.time_ms, update.bids, update.asks))
        bids, asks = self._write(update.bids), self._write(update.asks)
        return Published(self.time_ms, bids, asks, self.seq_id, before, trades)

    def pushes(self, published: Published) -> Iterator[Push]:
        """Yield what subscribers are told: each trade as it was and by match, then the book."""
        for trade in published.trades:
            yield from self._trade_pushes(trade)
        yield book_push(
            self.instrument,
            "update",
            (published.bids, published.asks),
            published.time_ms,
            (published.seq_id, published.prev_seq_id),
            self._checksum(),
        )

    def trade(self, trade: SimulatedTrade) -> Iterator[Push]:
        """Publish a trade of one match, for which the book does not change."""
        return self._trade_pushes(self.tape.add(trade, 1))

    def first_pushes(self, topic: Topic) -> list[Push]:
        """Return what a new subscriber gets at once: the whole book, or trades of before."""
        if topic.channel == BOOKS:
            return [self._snapshot()]
        repeated = self.tape.newest(_REPEATED_TRADES)
        if not repeated:
            return []
        if topic.channel == TRADES:
            entries = [self.entry(trade) for trade in repeated]
        else:
            entries = [self.match_entry(*match, trade) for trade in repeated
                       for match in trade.matches()]  # fmt: skip
        ids = (repeated[0].first_id, repeated[-1].last_id)
        return [trades_push(topic, entries, repeated[-1].trade.timestamp_ms, ids)]

    def restart_sequence(self) -> None:
        """Let the next update begin a new, lower sequence, as after the exchange's maintenance."""
        self._is_restarted_next = True

    def book_after_update(self, seq_id: int) -> PastBook | None:
        """Return the book after the update `seq_id`; None when that is none, or too long ago."""
        places = [n for n, update in enumerate(self._updates) if update.seq_id == seq_id]
        return self._past_book(places[-1]) if places else None

    def book_at(self, time_ms: int) -> PastBook | None:
        """Return the book as it was at `time_ms`; None when that is too long ago."""
        places = [n for n, update in enumerate(self._updates) if update.time_ms <= time_ms]
        return self._past_book(places[-1]) if places else None

    def match_entry(self, number: int, lots: int, trade: TapeTrade) -> TradeEntry:
        """Return a single match as the exchange tells it."""
        return TradeEntry(
            self.instrument,
            str(number),
            format_decimal(trade.trade.price_ticks, TICK_DECIMALS),
            format_decimal(lots, LOT_DECIMALS),
            "buy" if trade.trade.is_buy else "sell",
            str(trade.trade.timestamp_ms),
            source="0",
        )

    def levels(self, levels: list[Level]) -> Raw:
        """Return levels as the exchange tells them."""
        return Raw(self._write(levels).encode())

    def entry(self, trade: TapeTrade) -> TradeEntry:
        """Return a trade as the exchange tells it of `trades`: under the id of its last match."""
        entry = self.match_entry(trade.last_id, trade.trade.lots, trade)
        return replace(entry, count=str(trade.count))

    def _trade_pushes(self, trade: TapeTrade) -> Iterator[Push]:
        time_ms = trade.trade.timestamp_ms
        ids = (trade.first_id, trade.last_id)
        yield trades_push(self.topics[1], [self.entry(trade)], time_ms, ids)
        for number, lots in trade.matches():
            entry = self.match_entry(number, lots, trade)
            yield trades_push(self.topics[2], [entry], time_ms, (number, number))

    def _past_book(self, place: int) -> PastBook:
        book = self._earlier_book.copy()
        for update in islice(self._updates, place + 1):
            book.apply(update.bids, update.asks)
        last = self._updates[place]
        return PastBook(last.seq_id, last.time_ms, book)

    def _snapshot(self) -> Push:
        return book_push(
            self.instrument,
            "snapshot",
            (self._write(self.book.bids()), self._write(self.book.asks())),
            self.time_ms,
            (self.seq_id, NO_SEQUENCE),
            self.book.checksum() if self._has_checksums else 0,
        )

    def _next_seq_id(self) -> int:
        if self._is_restarted_next:
            self._is_restarted_next = False
            return 1 + int(self._random.random() * 1_000)
        return self.seq_id + 1 + int(self._random.random() * _LARGEST_STEP)

    def _matches(self) -> int:
        """Return how many makers a taker met at one price: mostly one."""
        matches = 1
        while self._random.random() > 1 / _MEAN_MATCHES:
            matches += 1
        return matches

    def _checksum(self) -> int:
        if self.has_wrong_checksum_next:
            self.has_wrong_checksum_next = False
            return self.book.checksum() ^ 1 or 1
        return self.book.checksum() if self._has_checksums else 0

    def _keep(self, update: _Update) -> None:
        self._updates.append(update)
        if len(self._updates) > KEPT_UPDATES:
            oldest = self._updates.popleft()
            self._earlier_book.apply(oldest.bids, oldest.asks)
