"""Run a command for as long as the exchange is there, told where to find it."""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from recorder.simulator.exchange.protocol.topics import PUBLIC
from shared.errors import UsageError


@dataclass(frozen=True, slots=True)
class Guest:
    """A command, and what it finds in its environment beside what is there already."""

    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)

    async def run(self, address: str) -> int:
        """Run it to its end, hand on what signals come, and return its exit code.

        It is a process group of its own: else it would have each signal of a terminal twice.
        Raises UsageError when there is no such command.
        """
        found = {
            "ORDERFLOW_WS_URL": f"ws://{address}{PUBLIC}",
            "ORDERFLOW_REST_URL": f"http://{address}",
            **self.environment,
        }
        try:
            process = await asyncio.create_subprocess_exec(
                *self.command, env={**os.environ, **found}, process_group=0
            )
        except OSError as error:
            raise UsageError(f"{self.command[0]}: {error.strerror}") from error
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, process.send_signal, number)
        code = await process.wait()
        return code if code >= 0 else 128 - code
