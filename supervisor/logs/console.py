"""Write short lines to the terminal, never waiting for it."""

import logging
import os
import select
import time

MAX_LINE_BYTES = 512
"""POSIX lets a pipe that polls as writable take this much without blocking."""


class Console:
    """The supervisor's own standard output; a line that cannot be written at once is counted.

    A terminal stopped with Ctrl-S, a pipe nobody reads and a closed stdout all cost lines, and
    nothing else.
    """

    def __init__(self, descriptor: int = 1) -> None:
        self._descriptor = descriptor
        self.lost_lines = 0

    def say(self, text: str) -> None:
        """Print `text` with the local time before it, cut to one short line."""
        self.print(f"{time.strftime('%H:%M:%S')} {text}")

    def print(self, text: str) -> None:
        """Print `text` as it is, cut to one short line."""
        line = text.encode("utf-8", "replace").replace(b"\n", b" ")
        self._write(line[: MAX_LINE_BYTES - 1] + b"\n")

    def say_lines(self, text: str) -> None:
        """Print each line of `text` as it is, indented."""
        for line in text.splitlines():
            self._write(b"  " + line.encode("utf-8", "replace")[: MAX_LINE_BYTES - 3] + b"\n")

    def _write(self, line: bytes) -> None:
        try:
            poll = select.poll()
            poll.register(self._descriptor, select.POLLOUT)
            ready = poll.poll(0)
            if not ready or not ready[0][1] & select.POLLOUT:
                self.lost_lines += 1
                return
            os.write(self._descriptor, line)
        except OSError:
            self.lost_lines += 1


class ConsoleHandler(logging.Handler):
    """Sends log records of WARNING and above to a `Console`."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.WARNING)
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        """Print the record's message as one line."""
        self._console.say(f"{record.levelname.lower()}: {record.getMessage()}")
