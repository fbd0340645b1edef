"""One selectors loop: descriptors, signals and wake-ups from other threads."""

import contextlib
import os
import selectors
import signal
from collections.abc import Callable, Sequence
from types import FrameType

from supervisor.loop.descriptors import close_quietly

READ = selectors.EVENT_READ
WRITE = selectors.EVENT_WRITE
_WAKE = b"\0"


class EventLoop:
    """Waits for descriptors, signals and wake-ups and calls who asked for them.

    Signals arrive as bytes on the same pipe as the wake-ups (`signal.set_wakeup_fd`), so that
    none is lost between two waits and no handler runs in the middle of other work. A callback
    that raises is told to `on_error`, and the loop goes on: a bug in one part must not end what
    the others look after.
    """

    def __init__(self, on_error: Callable[[Exception], None]) -> None:
        self._on_error = on_error
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._selector.register(self._wake_read, READ, self._take_wake_ups)
        self._on_signal: Callable[[int], None] = lambda _: None

    def watch(self, descriptor: int, callback: Callable[[], None], events: int = READ) -> None:
        """Call `callback` whenever `descriptor` is ready; replaces an earlier watch of it."""
        with contextlib.suppress(KeyError):
            self._selector.unregister(descriptor)
        self._selector.register(descriptor, events, callback)

    def unwatch(self, descriptor: int) -> None:
        """Stop watching; call it before the descriptor is closed."""
        with contextlib.suppress(KeyError):
            self._selector.unregister(descriptor)

    def wake(self) -> None:
        """End the current wait, from any thread; never blocks."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_write, _WAKE)

    def catch_signals(self, signals: Sequence[int], on_signal: Callable[[int], None]) -> None:
        """Hand each of `signals` to `on_signal` inside the loop; main thread only."""
        self._on_signal = on_signal
        for number in signals:
            signal.signal(number, _leave_to_the_loop)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)

    def run_once(self, timeout: float) -> None:
        """Wait up to `timeout` seconds for something to happen and serve all that did."""
        for key, _ in self._selector.select(max(0.0, timeout)):
            # An earlier callback of this round may have unwatched, or reused, this descriptor.
            current = self._selector.get_map().get(key.fd)
            if current is not None and current.data is key.data:
                try:
                    key.data()
                except Exception as error:  # noqa: BLE001 - see the class
                    self._on_error(error)

    def close(self) -> None:
        """Give back the loop's own descriptors."""
        with contextlib.suppress(ValueError):  # not the main thread, so never set
            signal.set_wakeup_fd(-1)
        self._selector.close()
        close_quietly(self._wake_read, self._wake_write)

    def _take_wake_ups(self) -> None:
        with contextlib.suppress(BlockingIOError):
            for byte in os.read(self._wake_read, 4096):
                if byte:
                    self._on_signal(byte)


def _leave_to_the_loop(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the interpreter has already written the signal to the loop's pipe."""
