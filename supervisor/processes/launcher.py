"""End with the process manager that started this supervisor."""

from collections.abc import Callable

import psutil

from supervisor.loop.descriptors import close_quietly
from supervisor.loop.event_loop import EventLoop
from supervisor.processes.worker_process import open_pidfd


def find_launchers() -> tuple[psutil.Process, ...]:
    """Return this process's parent and grandparent, without init.

    honcho runs each entry through a helper of its own, which ignores SIGTERM and outlives a
    killed honcho; so the parent alone does not tell.
    """
    return tuple(process for process in psutil.Process().parents()[:2] if process.pid > 1)


class LauncherTie:
    """Calls `on_gone` once when one of the launchers has ended."""

    def __init__(
        self, loop: EventLoop, launchers: tuple[psutil.Process, ...], on_gone: Callable[[], None]
    ) -> None:
        self._loop = loop
        self._launchers = launchers
        self._on_gone = on_gone
        self._pidfds = [
            pidfd for launcher in launchers if (pidfd := open_pidfd(launcher.pid)) is not None
        ]
        for pidfd in self._pidfds:
            loop.watch(pidfd, self._take_end)

    def check(self) -> None:
        """Look at the launchers; call it each second, for where there is no pidfd."""
        if not all(launcher.is_running() for launcher in self._launchers):
            self._take_end()

    def close(self) -> None:
        """Give back the descriptors."""
        for pidfd in self._pidfds:
            self._loop.unwatch(pidfd)
        close_quietly(*self._pidfds)
        self._pidfds = []

    def _take_end(self) -> None:
        self._launchers = ()
        self.close()
        self._on_gone()
