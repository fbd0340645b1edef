"""One connection: what it is sent waits in a queue of limited size, and a silent one is closed."""

import asyncio
import contextlib
import logging
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import NamedTuple

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from recorder.simulator.exchange.protocol.answers import NOTHING_FOR_LONG
from recorder.simulator.exchange.protocol.topics import Topic

logger = logging.getLogger(__name__)

_FRAGMENTS = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """How many bytes may wait for a client, and how long both sides may be silent."""

    most_waiting_bytes: int = 16 * 2**20
    idle_seconds: float = 30.0


class Frame(NamedTuple):
    """A message to send, at once or in fragments over some `seconds`."""

    data: bytes
    is_text: bool = True
    seconds: float = 0.0


class Session:
    """A client that is connected to `endpoint`.

    `push` never waits. Who takes less than he is sent is cut off when the queue is full.
    """

    def __init__(self, connection: ServerConnection, endpoint: str, limits: Limits) -> None:
        self.id = secrets.token_hex(4)
        self.endpoint = endpoint
        self.topics: set[Topic] = set()
        self.sent_messages = 0
        self.is_stalled = False
        """Whether pushes are kept from it, and not sent later either."""
        self._connection = connection
        self._limits = limits
        self._waiting: deque[Frame] = deque()
        self._waiting_bytes = 0
        self._has_news = asyncio.Event()
        self._is_drained = asyncio.Event()
        self._is_over = False
        self._active_at = asyncio.get_running_loop().time()

    @property
    def waiting_bytes(self) -> int:
        """How much waits to be sent."""
        return self._waiting_bytes

    def push(self, frame: Frame) -> None:
        """Send `frame` after all that waits already."""
        if self._is_over:
            return
        self._waiting.append(frame)
        self._waiting_bytes += len(frame.data)
        self._has_news.set()
        self._is_drained.clear()
        if self._waiting_bytes > self._limits.most_waiting_bytes:
            logger.warning(
                "client %s is cut off: it is too slow, %d bytes wait for it",
                self.id,
                self._waiting_bytes,
            )
            self.cut()

    async def drained(self) -> None:
        """Wait until nothing waits any more, or the session is over."""
        if self._waiting and not self._is_over:
            await self._is_drained.wait()

    def cut(self) -> None:
        """End the connection at once and without a word, as a broken line does."""
        self._end()
        self._connection.transport.abort()

    async def close(self, code: int, reason: str) -> None:
        """Close the connection as the protocol has it."""
        self._end()
        await self._connection.close(code, reason)

    async def run(self, take: Callable[["Session", str | bytes], None]) -> None:
        """Hand each message to `take` until the connection ends."""
        beside = [
            asyncio.create_task(self._send_all()),
            asyncio.create_task(self._close_when_idle()),
        ]
        try:
            with contextlib.suppress(ConnectionClosed):
                async for message in self._connection:
                    self._active_at = asyncio.get_running_loop().time()
                    take(self, message)
        finally:
            self._end()
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    def _end(self) -> None:
        self._is_over = True
        self._waiting.clear()
        self._waiting_bytes = 0
        self._has_news.set()
        self._is_drained.set()

    async def _send_all(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while not self._is_over:
                await self._has_news.wait()
                while self._waiting:
                    frame = self._waiting[0]
                    data = _fragments(frame) if frame.seconds else frame.data
                    await self._connection.send(data, text=frame.is_text)
                    if self._waiting:  # it was not ended meanwhile
                        self._waiting.popleft()
                        self._waiting_bytes -= len(frame.data)
                    self.sent_messages += 1
                    self._active_at = asyncio.get_running_loop().time()
                self._has_news.clear()
                self._is_drained.set()

    async def _close_when_idle(self) -> None:
        while True:
            now = asyncio.get_running_loop().time()
            left = self._active_at + self._limits.idle_seconds - now
            if left <= 0:
                seconds = f"{self._limits.idle_seconds:g}"
                await self.close(NOTHING_FOR_LONG, f"No data received in {seconds}s.")
                return
            await asyncio.sleep(left)


async def _fragments(frame: Frame) -> AsyncIterator[bytes]:
    size = len(frame.data) // _FRAGMENTS + 1
    for start in range(0, len(frame.data), size):
        await asyncio.sleep(frame.seconds / _FRAGMENTS)
        yield frame.data[start : start + size]
