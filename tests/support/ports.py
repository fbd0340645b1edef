"""Ports that nobody else is given while no server listens there."""

import itertools
import os
import socket
from contextlib import suppress

FIRST = 20_000
"""The system's own choices, for servers and for clients, begin far above: at 32768."""

PER_WORKER = 1_000

_numbers = itertools.count()


def free_port() -> int:
    """Return a port for a server that is told which before it starts, or starts there again."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for number in itertools.islice(_numbers, PER_WORKER):
        port = FIRST + worker * PER_WORKER + number % PER_WORKER
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError(f"no port free from {FIRST + worker * PER_WORKER} on")
