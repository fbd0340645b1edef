"""Run a command for as long as the exchange is there, told where to find it."""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.errors import UsageError


@dataclass(frozen=True, slots=True)
class Guest:
    """A command, and what it finds in its environment beside what is there already."""

    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)

    async def run(self, address: str, until: asyncio.Event) -> int:
        """Run it to its end, ask it to end at `until`, and return its exit code.

        Raises UsageError when there is no such command.
        """
        found = {
            "ORDERFLOW_WS_URL": f"ws://{address}/ws/v5/public",
            "ORDERFLOW_REST_URL": f"http://{address}",
            **self.environment,
        }
        try:
            process = await asyncio.create_subprocess_exec(
                *self.command, env={**os.environ, **found}
            )
        except OSError as error:
            raise UsageError(f"{self.command[0]}: {error.strerror}") from error
        ended = asyncio.create_task(process.wait())
        asked = asyncio.create_task(until.wait())
        await asyncio.wait((ended, asked), return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if not ended.done():
            process.send_signal(signal.SIGTERM)
        code = await ended
        return code if code >= 0 else 128 - code
