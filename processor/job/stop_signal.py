"""Remember that the user or the supervisor wants an end, until the work loop can make one."""

import signal
from types import FrameType

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopSignal:
    """Takes SIGINT and SIGTERM; install it in the main thread."""

    def __init__(self) -> None:
        self.received: signal.Signals | None = None

    def install(self) -> None:
        """Take over SIGINT and SIGTERM from now on; a second one ends the process at once."""
        for number in _STOP_SIGNALS:
            signal.signal(number, self._receive)

    def _receive(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self.received = signal.Signals(number)
        for each in _STOP_SIGNALS:
            signal.signal(each, signal.SIG_DFL)
