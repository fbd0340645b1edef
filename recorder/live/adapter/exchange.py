"""What an exchange has to offer to be recorded: messages in, rows out. One adapter is one of these.

An adapter does no input or output on its lines: it is told what came and what time it is, and
returns what to send. Rows go out through the function it was made with.
"""

from collections.abc import Callable
from typing import Protocol

from shared.errors import OrderflowError
from shared.exit_codes import ExitCode
from shared.recordings.writing.rows import NewRow

Put = Callable[[str, NewRow], None]
"""Takes a row of an instrument."""


class LineLost(Exception):  # noqa: N818 - no error of anybody's: lines end
    """A connection is of no use any more, and another one is needed."""


class NotAnswered(Exception):  # noqa: N818 - as above
    """The exchange has not answered a request, or not as expected; it is worth another try."""


class RefusedError(OrderflowError):
    """The exchange refuses what is asked for, and always will."""

    exit_code = ExitCode.CONFIG


class Line(Protocol):
    """What is said and heard on one connection. Times are seconds of a clock that only grows."""

    @property
    def is_leaving(self) -> bool:
        """Whether the exchange has said that it will close the connection."""
        ...

    @property
    def is_filled(self) -> bool:
        """Whether all that is recorded comes by this line: no other one is needed."""
        ...

    def opened(self, now: float) -> list[str]:
        """Return what to send first."""
        ...

    def received(self, data: bytes, now: float) -> list[str]:
        """Take a message, and return what to send; raise LineLost or RefusedError."""
        ...

    def due(self, now: float) -> list[str]:
        """Return what to send as time goes by, asked a few times a second; raise LineLost."""
        ...

    def closed(self, reason: str) -> None:
        """Take the end of the connection."""
        ...


class Exchange(Protocol):
    """An exchange, as asked to be recorded."""

    @property
    def ws_url(self) -> str:
        """Where lines lead to."""
        ...

    async def prepare(self) -> None:
        """Ask what has to be known before rows can be made; raise NotAnswered or RefusedError."""
        ...

    def new_line(self) -> Line:
        """Return what is said and heard on a connection about to be opened."""
        ...

    async def fill(self) -> None:
        """Fetch what is missing, again and again, for ever."""
        ...

    async def clock_ms(self) -> int:
        """Ask what time it is at the exchange, in epoch milliseconds; raise NotAnswered."""
        ...
