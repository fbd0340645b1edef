"""One connection to OKX: what is subscribed, what comes of it, what is to be sent when."""

import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import orjson

from recorder.importers.formats.streams.okx_messages import (
    Message,
    book_row,
    decode_books,
    decode_message,
    decode_trades,
    trade_row,
)
from recorder.importers.placing.contracts import Contract
from recorder.live.adapter.counts import Counts
from recorder.live.adapter.exchange import LineLost, RefusedError
from recorder.live.adapter.pace import Allowance, Backoff
from recorder.live.okx.merged_book import BookSource, MergedBook
from recorder.live.okx.trade_order import Ids, TradeOrder
from shared.clock import FIRST_MS, LAST_MS
from shared.printable import printable

logger = logging.getLogger(__name__)

BOOKS, TRADES = "books", "trades"
FATAL = {"60012": "the request is not understood", "60018": "no such instrument or channel"}
PLANNED_CLOSE = "64008"

SUBSCRIPTIONS_AN_HOUR = 480
_ARGUMENTS_A_REQUEST = 50
_MOST_TRIES = 5
"""Subscriptions in a row that bring no snapshot, until the connection is given up."""

_CALM_SECONDS = 60.0
"""A book that was whole for so long is subscribed anew at once, any other after a delay."""

_KNOWN_EVENTS = ("subscribe", "unsubscribe", "channel-conn-count")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what, in seconds."""

    ping: float = 15.0
    pong: float = 10.0
    stale: float = 90.0
    snapshot: float = 10.0


@dataclass(slots=True)
class Market:
    """What is recorded of one instrument, whatever line it comes by."""

    book: MergedBook
    trades: TradeOrder
    contract: Contract | None = None


@dataclass(slots=True)
class _Subscription:
    channel: str
    instrument: str
    source: BookSource = field(default_factory=BookSource)
    backoff: Backoff = field(default_factory=lambda: Backoff(first=0.5, most=30.0))
    asked_at: float = 0.0
    heard_at: float = 0.0
    again_at: float | None = None
    anew_at: float = -math.inf
    is_confirmed: bool = False
    tries: int = 0

    @property
    def is_answered(self) -> bool:
        return self.source.is_whole if self.channel == BOOKS else self.is_confirmed

    def argument(self) -> dict[str, str]:
        return {"channel": self.channel, "instId": self.instrument}


class OkxLine:
    """A Line of OKX, for `markets` by their names."""

    def __init__(self, markets: Mapping[str, Market], counts: Counts, patience: Patience) -> None:
        self._markets = markets
        self._counts = counts
        self._patience = patience
        self._subscriptions = {
            (channel, name): _Subscription(channel, name)
            for name in markets
            for channel in (BOOKS, TRADES)
        }
        self._allowance = Allowance(SUBSCRIPTIONS_AN_HOUR, 3600.0)
        self._heard_at = 0.0
        self._pinged_at: float | None = None
        self._requests = 0
        self._unknown_events: set[str] = set()
        self._is_owing = False
        self.is_leaving = False

    @property
    def is_filled(self) -> bool:
        """See Line."""
        return all(
            self._markets[each.instrument].book.is_led_by(each.source)
            if each.channel == BOOKS
            else each.is_confirmed
            for each in self._subscriptions.values()
        )

    def opened(self, now: float) -> list[str]:
        """See Line."""
        self._heard_at = now
        every = list(self._subscriptions.values())
        return [
            self._request("subscribe", every[start : start + _ARGUMENTS_A_REQUEST], now)
            for start in range(0, len(every), _ARGUMENTS_A_REQUEST)
        ]

    def received(self, data: bytes, now: float) -> list[str]:
        """See Line."""
        self._counts.messages += 1
        self._heard_at, self._pinged_at = now, None
        if data == b"pong":
            return []
        try:
            message = decode_message(data)
            if message.event:
                self._take_event(message)
            else:
                self._take_data(message, now)
        except (ValueError, ArithmeticError, msgspec.DecodeError) as error:
            self._counts.take_garbage(data, error)
        return self._due_anew(now) if self._is_owing else []

    def due(self, now: float) -> list[str]:
        """See Line."""
        texts = []
        if self._pinged_at is not None:
            if now - self._pinged_at >= self._patience.pong:
                raise LineLost(f"no answer to a ping for {self._patience.pong:g} s")
        elif now - self._heard_at >= self._patience.ping:
            self._pinged_at = now
            texts.append("ping")
        for each in self._subscriptions.values():
            self._look_after(each, now)
        return texts + self._due_anew(now)

    def closed(self, reason: str) -> None:
        """See Line."""
        for each in self._subscriptions.values():
            if each.channel == BOOKS:
                self._markets[each.instrument].book.drop(each.source, reason)

    def _take_event(self, message: Message) -> None:
        what = f"{message.code} {printable(message.msg):.200}"
        if message.event == "error":
            if message.code in FATAL:
                raise RefusedError(f"the exchange refuses: {FATAL[message.code]}: {what}")
            logger.warning("the exchange reports an error: %s", what)
        elif message.event == "notice" and message.code == PLANNED_CLOSE:
            logger.info("the exchange will close this connection: %s", what)
            self.is_leaving = True
        elif message.event == "subscribe":
            key = (message.arg.channel, message.arg.instId)
            if key in self._subscriptions:
                self._subscriptions[key].is_confirmed = True
        elif message.event not in _KNOWN_EVENTS and len(self._unknown_events) < 10:
            name = f"{printable(message.event):.60}"
            if name not in self._unknown_events:
                self._unknown_events.add(name)
                logger.info("the exchange tells of what is not known here: %s %s", name, what)

    def _take_data(self, message: Message, now: float) -> None:
        subscription = self._subscriptions.get((message.arg.channel, message.arg.instId))
        if subscription is None:
            raise ValueError("data of a channel that nobody asked for")
        if subscription.channel == BOOKS:
            self._take_book(subscription, message, now)
        else:
            self._take_trades(subscription, message, now)

    def _take_book(self, subscription: _Subscription, message: Message, now: float) -> None:
        market = self._markets[subscription.instrument]
        for sent in decode_books(message.data):
            row = book_row(sent, message.action, market.contract)
            _check_time(row.timestamp_ms)
            subscription.heard_at = now
            wrong = market.book.take(subscription.source, row, sent)
            if wrong is not None:
                self._ask_anew(subscription, wrong, now)
            elif subscription.source.is_whole and row.action == "snapshot":
                subscription.tries = 0
                subscription.again_at = None

    def _take_trades(self, subscription: _Subscription, message: Message, now: float) -> None:
        market = self._markets[subscription.instrument]
        subscription.heard_at = now
        subscription.is_confirmed = True
        taken = []
        for sent in decode_trades(message.data):
            last, count = int(sent.tradeId), int(sent.count)
            if not 0 < count <= last + 1:
                raise ValueError(f"trade {sent.tradeId:.40}, count {count}")
            trade = trade_row(sent, market.contract)
            _check_time(trade.timestamp_ms)
            taken.append((Ids(last - count + 1, last), trade))
        for ids, trade in sorted(taken):
            market.trades.take(ids, trade, now)

    def _look_after(self, each: _Subscription, now: float) -> None:
        """See that a subscription brings what it should."""
        if each.again_at is not None:
            return
        if not each.is_answered:
            if now - each.asked_at >= self._patience.snapshot:
                each.tries += 1
                if each.tries >= _MOST_TRIES:
                    raise LineLost(f"{each.instrument}: no answer to {each.tries} subscriptions")
                self._ask_anew(each, f"no {each.channel} came", now)
        elif each.channel == BOOKS and now - each.heard_at >= self._patience.stale:
            wrong = f"nothing of the book came for {self._patience.stale:g} s"
            self._markets[each.instrument].book.distrust(each.source, wrong)
            self._ask_anew(each, wrong, now)

    def _ask_anew(self, each: _Subscription, reason: str, now: float) -> None:
        delay = each.backoff.next()
        if now - each.anew_at >= _CALM_SECONDS:
            each.backoff.reset()
            delay = 0.0
        each.again_at = now + delay
        self._is_owing = True
        logger.warning(
            "%s: %s; %s are subscribed anew in %.1f s", each.instrument, reason, each.channel, delay
        )

    def _due_anew(self, now: float) -> list[str]:
        owed = [each for each in self._subscriptions.values() if each.again_at is not None]
        self._is_owing = bool(owed)
        return [
            text
            for each in owed
            if each.again_at is not None and now >= each.again_at
            for text in self._subscribe_anew(each, now)
        ]

    def _subscribe_anew(self, each: _Subscription, now: float) -> list[str]:
        if self._allowance.delay(now):
            raise LineLost(f"{SUBSCRIPTIONS_AN_HOUR} subscriptions in an hour are all there are")
        self._counts.resubscriptions += 1
        each.again_at, each.anew_at = None, now
        return [self._request("unsubscribe", [each], now), self._request("subscribe", [each], now)]

    def _request(self, operation: str, asked: Sequence[_Subscription], now: float) -> str:
        self._requests += 1
        for each in asked:
            self._allowance.use(now)
            each.asked_at = each.heard_at = now
            each.is_confirmed = False
        return _text(operation, self._requests, [each.argument() for each in asked])


def _text(operation: str, number: int, arguments: Iterable[dict[str, str]]) -> str:
    request = {"id": str(number), "op": operation, "args": list(arguments)}
    return orjson.dumps(request).decode()


def _check_time(time_ms: int) -> None:
    if not FIRST_MS <= time_ms <= LAST_MS:
        raise ValueError(f"expected a time of a calendar, found {time_ms} ms")
