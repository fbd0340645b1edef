"""Faults on demand: each kind is begun here, by name, and noted in the log."""

import asyncio
from collections.abc import Collection, Coroutine
from enum import StrEnum
from random import Random
from typing import Any

from recorder.simulator.exchange.delivery.disturbances import Disturbance, Harm
from recorder.simulator.exchange.delivery.fault_log import FaultLog, FaultRecord
from recorder.simulator.exchange.delivery.session import Frame, Session
from recorder.simulator.exchange.delivery.switchboard import Switchboard
from recorder.simulator.exchange.listed.listing import Listing
from recorder.simulator.exchange.markets.venue import Venue
from recorder.simulator.exchange.protocol.answers import planned_close
from recorder.simulator.exchange.protocol.topics import BOOKS, TRADES, TRADES_ALL, Topic
from recorder.simulator.levels import SimulatedTrade
from shared.errors import UsageError

GOING_AWAY = 1001
_MOST_DROPPED = 5
_BURST_LOTS = 1_000
_PUSHES_AT_ONCE = 250
_GARBAGE = (
    Frame(b""),
    Frame(b"{"),
    Frame(b"null"),
    Frame(b"[1,2]"),
    Frame(b'{"event":"channel-conn-count","channel":"books","connCount":"7"}'),
    Frame(b'{"arg":{"channel":"books"},"action":"update","data":[{}]}'),
    Frame(b'{"arg":{"channel":"nothing","instId":"NO-SUCH"},"data":[{"px":"NaN"}]}'),
    Frame(bytes(range(256)), is_text=False),
)


class Fault(StrEnum):
    """What can go wrong."""

    CUT = "cut"
    DOWN = "down"
    NOTICE = "notice"
    STALL = "stall"
    GARBAGE = "garbage"
    GAP = "gap"
    LOST_TRADES = "lost-trades"
    REPEAT = "repeat"
    REORDER = "reorder"
    SLOW = "slow"
    HUGE = "huge"
    RESET = "reset"
    CHECKSUM = "checksum"
    NO_SNAPSHOT = "no-snapshot"
    BURST = "burst"

    @property
    def is_of_connections(self) -> bool:
        """Whether it is done to connections, whatever they carry, and not to an instrument."""
        return self in (Fault.CUT, Fault.DOWN, Fault.NOTICE, Fault.STALL, Fault.GARBAGE)


_SECONDS = {Fault.DOWN: 5.0, Fault.NOTICE: 30.0, Fault.STALL: 40.0, Fault.SLOW: 5.0}
_COUNTS = {Fault.BURST: 20_000, Fault.LOST_TRADES: 3}


class FaultDesk:
    """Begins faults in `venue`; what is not told of one is drawn from `seed`."""

    def __init__(self, venue: Venue, switchboard: Switchboard, log: FaultLog, seed: str) -> None:
        self._venue = venue
        self._switchboard = switchboard
        self._log = log
        self._random = Random(f"{seed} faults")
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def kinds(self) -> Collection[Fault]:
        """Those that can be begun: a capture says what it says."""
        return [kind for kind in Fault if kind.is_of_connections or self._venue.listings]

    def begin(
        self,
        kind: Fault,
        instrument: str | None = None,
        *,
        seconds: float | None = None,
        count: int | None = None,
    ) -> FaultRecord:
        """Begin a fault, of an instrument drawn when none is given; return what is noted of it.

        Raises UsageError when there is no such instrument, or the fault cannot be had here.
        """
        if kind not in self.kinds:
            raise UsageError(f"{kind} cannot be done to a capture")
        if kind.is_of_connections:
            return self._strike_connections(kind, seconds or _SECONDS.get(kind, 0.0))
        instrument = instrument or self._random.choice(sorted(self._venue.listings))
        if instrument not in self._venue.listings:
            raise UsageError(f"no instrument {instrument} here")
        return self._strike_instrument(kind, instrument, seconds, count)

    async def close(self) -> None:
        """Leave what goes on undone."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _strike_connections(self, kind: Fault, seconds: float) -> FaultRecord:
        sessions = self._switchboard.sessions
        record = self._note(kind, None, sessions)
        match kind:
            case Fault.CUT:
                _cut(sessions)
                record.is_done = True
            case Fault.GARBAGE:
                frame = self._random.choice(_GARBAGE)
                for session in sessions:
                    session.push(frame)
                record.is_done = True
            case Fault.DOWN:
                self._later(self._be_down(record, seconds))
                _cut(sessions)
            case Fault.STALL:
                self._later(_stall(sessions, record, seconds))
            case _:  # NOTICE
                self._later(_close_soon(sessions, record, seconds))
        return record

    def _strike_instrument(
        self, kind: Fault, instrument: str, seconds: float | None, count: int | None
    ) -> FaultRecord:
        listing = self._venue.listings[instrument]
        topics = [Topic(BOOKS, instrument)]
        if kind is Fault.LOST_TRADES:
            topics = [Topic(name, instrument) for name in (TRADES, TRADES_ALL)]
        elif kind is Fault.REPEAT:
            topics = list(listing.topics)
        listeners = [each for each in self._switchboard.sessions if each.topics & set(topics)]
        record = self._note(kind, instrument, listeners)
        match kind:
            case Fault.GAP:
                dropped = count or 1 + int(self._random.random() * _MOST_DROPPED)
                self._disturb(topics, Harm.DROP, record, dropped)
            case Fault.LOST_TRADES:
                self._disturb(topics, Harm.DROP, record, count or _COUNTS[kind])
            case Fault.REPEAT:
                self._disturb(topics, Harm.REPEAT, record, count or 1)
            case Fault.REORDER:
                self._disturb(topics, Harm.SWAP, record)
            case Fault.SLOW:
                self._disturb(topics, Harm.SLOW, record, seconds=seconds or _SECONDS[kind])
            case Fault.HUGE:
                self._disturb(topics, Harm.PAD, record, count or 1)
            case Fault.RESET:
                listing.restart_sequence()
                record.is_done = True
            case Fault.CHECKSUM:
                listing.has_wrong_checksum_next = True
                record.is_done = True
            case Fault.NO_SNAPSHOT:
                self._switchboard.snapshots_to_leave_out += count or 1
                record.is_done = True
            case _:  # BURST
                self._later(self._burst(record, listing, count or _COUNTS[kind]))
        return record

    def _disturb(
        self,
        topics: Collection[Topic],
        harm: Harm,
        record: FaultRecord,
        count: int = 1,
        seconds: float = 0.0,
    ) -> None:
        for topic in topics:
            self._switchboard.disturbances.add(topic, Disturbance(harm, record, count, seconds))

    def _note(
        self, kind: Fault, instrument: str | None, sessions: Collection[Session]
    ) -> FaultRecord:
        clients = [session.id for session in sessions]
        return self._log.begin(kind, self._venue.now_ms(), instrument, clients)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _be_down(self, record: FaultRecord, seconds: float) -> None:
        self._switchboard.is_down = True
        await asyncio.sleep(seconds)
        self._switchboard.is_down = False
        record.is_done = True

    async def _burst(self, record: FaultRecord, listing: Listing, count: int) -> None:
        """Publish so many trades of one match each, as fast as can be."""
        first_id = listing.tape.last_id + 1
        (ask, _), (bid, _) = listing.book.asks(1)[0], listing.book.bids(1)[0]
        for number in range(count):
            is_buy = number % 2 == 0
            price = ask if is_buy else bid
            trade = SimulatedTrade(listing.time_ms, price, _BURST_LOTS + number, is_buy)
            for push in listing.trade(trade):
                self._switchboard.publish(push)
            if number % _PUSHES_AT_ONCE == 0:
                await asyncio.sleep(0)
        record.trade_ids = (first_id, listing.tape.last_id)
        record.is_done = True


def _cut(sessions: Collection[Session]) -> None:
    for session in sessions:
        session.cut()


async def _stall(sessions: Collection[Session], record: FaultRecord, seconds: float) -> None:
    for session in sessions:
        session.is_stalled = True
    await asyncio.sleep(seconds)
    for session in sessions:
        session.is_stalled = False
    record.is_done = True


async def _close_soon(sessions: Collection[Session], record: FaultRecord, seconds: float) -> None:
    for session in sessions:
        session.push(Frame(planned_close(session.id)))
    await asyncio.sleep(seconds)
    closing = [session.close(GOING_AWAY, "service upgrade") for session in sessions]
    await asyncio.gather(*closing)
    record.is_done = True
