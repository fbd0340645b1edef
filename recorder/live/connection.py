"""One WebSocket connection, from its opening to its end, and the line that is spoken on it."""

import asyncio
import logging
import time

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from recorder.live.adapter.exchange import Line, LineLost
from recorder.live.intake import Intake
from shared.errors import UsageError
from shared.printable import printable

logger = logging.getLogger(__name__)

MOST_BYTES = 16 * 2**20
"""The largest message that is taken; a whole book is a twentieth of a megabyte."""

_OPEN_SECONDS = 10.0
_CLOSE_SECONDS = 0.5
_TICK_SECONDS = 0.2
_SEND_SECONDS = 5.0


class Connection:
    """A connection to `url` that `line` speaks on; `is_done` when that is over."""

    def __init__(self, url: str, line: Line, intake: Intake) -> None:
        self._url = url
        self._line = line
        self._intake = intake
        self.opened_at: float | None = None
        self.why_ended = ""
        self.news = asyncio.Event()  # set when the line fills, is to leave, or has ended
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(lambda _: self.news.set())

    @property
    def is_done(self) -> bool:
        """Whether it has ended."""
        return self._task.done()

    @property
    def is_filled(self) -> bool:
        """Whether all that is recorded comes by this connection."""
        return not self.is_done and self._line.is_filled

    @property
    def is_leaving(self) -> bool:
        """Whether the exchange has said that it will close it."""
        return self._line.is_leaving

    def raise_failure(self) -> None:
        """Raise what ended it, where that was more than the end of a connection."""
        if self._task.done() and not self._task.cancelled():
            self._task.result()

    async def close(self, reason: str) -> None:
        """End it."""
        self.why_ended = reason
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _run(self) -> None:
        try:
            async with connect(
                self._url,
                max_size=MOST_BYTES,
                open_timeout=_OPEN_SECONDS,
                close_timeout=_CLOSE_SECONDS,
                ping_interval=None,  # the exchange counts its own, which are text
            ) as socket:
                await self._talk(socket)
        except InvalidURI as error:
            raise UsageError(f"expected a WebSocket address, found {self._url!r}") from error
        except ConnectionClosed as error:
            self.why_ended = f"closed: {printable(str(error)):.200}"
        except (OSError, InvalidHandshake, LineLost, TimeoutError) as error:
            self.why_ended = f"{printable(str(error)):.200}" or type(error).__name__
        finally:
            self._line.closed(f"the connection was lost: {self.why_ended}")

    async def _talk(self, socket: ClientConnection) -> None:
        self.opened_at = time.monotonic()
        for text in self._line.opened(self.opened_at):
            await socket.send(text)
        logger.info("connected to %s", self._url)
        ticking = asyncio.create_task(self._tick(socket))
        listening = asyncio.create_task(self._listen(socket))
        try:
            await asyncio.wait((ticking, listening), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (ticking, listening):
                task.cancel()
            ends = await asyncio.gather(ticking, listening, return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException) and not isinstance(end, asyncio.CancelledError):
                raise end

    async def _listen(self, socket: ClientConnection) -> None:
        while True:
            data = await socket.recv(decode=False)
            for text in self._line.received(data, time.monotonic()):
                await socket.send(text)
            await self._intake.make_room()

    async def _tick(self, socket: ClientConnection) -> None:
        was_filled = False
        while True:
            for text in self._line.due(time.monotonic()):
                async with asyncio.timeout(_SEND_SECONDS):
                    await socket.send(text)
            is_filled = self._line.is_filled
            if is_filled != was_filled or self._line.is_leaving:
                self.news.set()
            was_filled = is_filled
            await asyncio.sleep(_TICK_SECONDS)
