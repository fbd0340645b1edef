"""Keeps a recording going: connected, filled, told of, whatever the exchange does."""

import asyncio
import logging
import sys
import time
from collections.abc import Callable
from itertools import count

from recorder.live.adapter.counts import Counts
from recorder.live.adapter.exchange import Exchange, NotAnswered
from recorder.live.adapter.pace import Allowance, Backoff
from recorder.live.connection import Connection
from recorder.live.intake import Intake
from recorder.live.lag import Lag
from shared.recordings.writing.recording_writer import RecordingWriter
from shared.worker_link import WorkerLink

logger = logging.getLogger(__name__)

_FIRST_DELAY, _MOST_DELAY = 0.25, 30.0
_STEADY_SECONDS = 20.0
"""A connection that held for so long was a good one: the next is tried soon."""

CONNECTIONS_A_SECOND = 3
_BRIDGE_SECONDS = 20.0
"""How long the new connection may take until the old one is dropped all the same."""

_BEAT_SECONDS = 0.25
_CLOCK_SECONDS = 600.0
_CLOCK_AGAIN_SECONDS = 15.0
_TOLD_MS = 250.0
"""A change of the clock's offset that is worth a line."""


class Recording:
    """Records `exchange` by way of `intake`; heartbeats go to `link`."""

    def __init__(
        self,
        exchange: Exchange,
        intake: Intake,
        writer: RecordingWriter,
        counts: Counts,
        lag: Lag,
        link: WorkerLink,
    ) -> None:
        self._exchange = exchange
        self._intake = intake
        self._writer = writer
        self._counts = counts
        self._lag = lag
        self._link = link
        self._allowance = Allowance(CONNECTIONS_A_SECOND, 1.0)
        self._backoff = Backoff(_FIRST_DELAY, _MOST_DELAY)
        self._offset_ms: float | None = None

    async def run(self, until: asyncio.Event) -> None:
        """Record until the event; raise RefusedError when the exchange will never have it."""
        work = [
            asyncio.create_task(part)
            for part in (
                self._keep_connected(),
                self._exchange.fill(),
                self._watch_clock(),
                self._beat(),
                until.wait(),
            )
        ]
        try:
            done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)

    def progress(self) -> dict[str, float | None]:
        """Return what has been done, in numbers, as a heartbeat has them."""
        return {
            **self._counts.as_progress(),
            "lost_rows": self._writer.lost_rows,
            "waiting_bytes": self._writer.waiting_bytes,
            "clock_offset_ms": self._offset_ms,
            "commit_p95_ms": self._lag.p95_ms,
        }

    async def _keep_connected(self) -> None:
        await self._prepare()
        current: Connection | None = None
        try:
            while True:
                current = current or await self._open()
                await current.news.wait()
                current.news.clear()
                if current.is_done:
                    await self._lose(current)
                    current = None
                elif current.is_leaving:
                    current = await self._bridge(current)
        finally:
            if current is not None:
                await current.close("the recorder ends")

    async def _prepare(self) -> None:
        while True:
            try:
                await self._exchange.prepare()
                return
            except NotAnswered as error:
                delay = self._backoff.next()
                logger.warning("the exchange does not answer, again in %.1f s: %s", delay, error)
                await asyncio.sleep(delay)

    async def _open(self) -> Connection:
        while delay := self._allowance.delay(time.monotonic()):
            await asyncio.sleep(delay)
        self._allowance.use(time.monotonic())
        self._counts.connections += 1
        return Connection(self._exchange.ws_url, self._exchange.new_line(), self._intake)

    async def _lose(self, ended: Connection) -> None:
        """Wait before the next connection, as long as the last ones were bad."""
        ended.raise_failure()
        self._counts.reconnects += 1
        held = 0.0 if ended.opened_at is None else time.monotonic() - ended.opened_at
        if held >= _STEADY_SECONDS:
            self._backoff.reset()
        delay = self._backoff.next()
        logger.warning("no connection, again in %.1f s: %s", delay, ended.why_ended)
        await asyncio.sleep(delay)

    async def _bridge(self, leaving: Connection) -> Connection | None:
        """Fill a second connection before the first is closed; return what is left of the two."""
        logger.info("a second connection is opened before the first is closed")
        following = await self._open()
        try:
            deadline = time.monotonic() + _BRIDGE_SECONDS
            while not (following.is_filled or following.is_done or leaving.is_done):
                if time.monotonic() >= deadline:
                    break
                await _first_news(following, leaving, seconds=deadline - time.monotonic())
            if following.is_done and not leaving.is_done:
                await self._lose(following)
                leaving.news.set()  # so that it is tried again
                return leaving
        except BaseException:
            await following.close("the recorder ends")
            raise
        await leaving.close("the exchange had said that it would close it")
        following.news.set()
        logger.info("the second connection has taken over")
        return following

    async def _watch_clock(self) -> None:
        """Measure how far the clocks of the exchange and of this machine are apart."""
        while True:
            began, monotonic = time.time(), time.monotonic()
            try:
                there_ms = await self._exchange.clock_ms()
            except NotAnswered as error:
                logger.info("the exchange's clock is not known: %s", error)
                await asyncio.sleep(_CLOCK_AGAIN_SECONDS)
                continue
            took = time.monotonic() - monotonic
            offset_ms = round(there_ms - 1000 * (began + took / 2), 1)
            if self._offset_ms is None or abs(offset_ms - self._offset_ms) >= _TOLD_MS:
                logger.info(
                    "the exchange's clock is %+.0f ms from this machine's, give or take %.0f ms",
                    offset_ms,
                    1000 * took / 2,
                )
            self._offset_ms = offset_ms
            await asyncio.sleep(_CLOCK_SECONDS)

    async def _beat(self) -> None:
        tell = _teller(self._counts)
        while True:
            self._link.heartbeat(self.progress())
            tell(time.monotonic(), self._lag.p95_ms)
            await asyncio.sleep(_BEAT_SECONDS)


async def _first_news(*connections: Connection, seconds: float) -> None:
    waiting = [asyncio.create_task(each.news.wait()) for each in connections]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    for each in connections:
        each.news.clear()


def _teller(counts: Counts) -> Callable[[float, float | None], None]:
    """Return what says now and then how far it is: soon, then seldom, more often on a terminal."""
    between = 10.0 if sys.stderr.isatty() else 60.0
    due = count(time.monotonic() + 10.0, between)
    next_at = next(due)

    def tell(now: float, lag_ms: float | None) -> None:
        nonlocal next_at
        if now < next_at:
            return
        while next_at <= now:
            next_at = next(due)
        logger.info(
            "recorded %d book rows and %d trades of %d messages; %d gaps, %d reconnects%s",
            counts.book_rows,
            counts.trades,
            counts.messages,
            counts.gaps,
            counts.reconnects,
            "" if lag_ms is None else f"; on disk within {lag_ms:.0f} ms",
        )

    return tell
