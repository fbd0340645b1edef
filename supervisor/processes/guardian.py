"""Keep the guardian process running, the one that clears up after a killed supervisor."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

from supervisor.loop.descriptors import close_quietly

CLOSE_SECONDS = 0.25
SCRIPT = Path(__file__).with_name("guardian_process.py")


class Guardian:
    """The guardian and the lifeline, a pipe whose end tells it and the workers of ours.

    `lifeline_fd` is the reading side, for workers to inherit; nobody but this process holds the
    writing side.
    """

    def __init__(self, family: str) -> None:
        self._family = family
        self.lifeline_fd, self._write_fd = os.pipe()
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The guardian's pid, or None when it could not be started."""
        return self._popen.pid if self._popen else None

    def start(self) -> None:
        """Start the guardian; when the system refuses, the next `check` tries again."""
        with contextlib.suppress(OSError):
            self._popen = subprocess.Popen(
                (sys.executable, "-I", "-S", str(SCRIPT), self._family),
                stdin=self.lifeline_fd,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def check(self) -> bool:
        """Start the guardian again if it is gone; return whether that was needed."""
        if self._popen is not None and self._popen.poll() is None:
            return False
        self.start()
        return True

    def close(self) -> None:
        """End the guardian, which looks for leftovers a last time, and wait for it briefly."""
        close_quietly(self._write_fd, self.lifeline_fd)
        if self._popen is not None:
            try:
                self._popen.wait(CLOSE_SECONDS)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                self._popen.wait()
