"""The control socket: one JSON line asks, one JSON line answers, only for the owner."""

import contextlib
import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from shared.errors import BrokenFileError, RunDirectoryError
from supervisor.control.messages import (
    MAX_REQUEST_BYTES,
    Answer,
    Request,
    decode_request,
    encode_message,
)
from supervisor.loop.event_loop import EventLoop


class ControlServer:
    """Serves the control socket inside the loop; the socket is for its owner alone (0600)."""

    def __init__(
        self, loop: EventLoop, path: Path, on_request: Callable[[Request], Answer]
    ) -> None:
        self._loop = loop
        self._path = path
        self._on_request = on_request
        self._connections: dict[int, socket.socket] = {}
        self._listener = _listen(path)
        loop.watch(self._listener.fileno(), self._accept)

    def repair(self) -> bool:
        """Make the socket anew if somebody deleted it; return whether that was so."""
        if self._path.exists():
            return False
        try:
            listener = _listen(self._path)
        except RunDirectoryError:
            return False  # the folder is gone as well, or the disk full: the next look tries again
        self._loop.unwatch(self._listener.fileno())
        self._listener.close()
        self._listener = listener
        self._loop.watch(listener.fileno(), self._accept)
        return True

    def close(self) -> None:
        """Remove the socket and hang up; who waited for a stop learns that it is done."""
        with contextlib.suppress(OSError):
            self._path.unlink()
        self._loop.unwatch(self._listener.fileno())
        self._listener.close()
        for descriptor in list(self._connections):
            self._hang_up(descriptor)

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        connection.setblocking(False)
        descriptor = connection.fileno()
        self._connections[descriptor] = connection
        self._loop.watch(descriptor, lambda: self._serve(descriptor))

    def _serve(self, descriptor: int) -> None:
        connection = self._connections[descriptor]
        try:
            # A request is far smaller than a socket's buffer: it comes in one piece or not at all.
            line = connection.recv(MAX_REQUEST_BYTES + 1)
        except BlockingIOError:
            return
        except OSError:
            line = b""
        if not (line and self._reply(connection, line)):
            self._hang_up(descriptor)

    def _reply(self, connection: socket.socket, line: bytes) -> bool:
        """Answer `line`; return whether more can be expected of who sent it."""
        answer, is_understood = self._answer(line)
        content = encode_message(answer)
        try:
            # Nobody is waited for: who does not read the answers is hung up on.
            return connection.send(content) == len(content) and is_understood
        except OSError:
            return False

    def _answer(self, line: bytes) -> tuple[Answer, bool]:
        """Return the answer to `line`, and whether that is a request at all."""
        if len(line) > MAX_REQUEST_BYTES:
            return Answer(
                False, f"expected a request of at most {MAX_REQUEST_BYTES:,} bytes"
            ), False
        try:
            request = decode_request(line, self._path)
        except BrokenFileError as error:
            return Answer(False, str(error)), False
        return self._on_request(request), True

    def _hang_up(self, descriptor: int) -> None:
        self._loop.unwatch(descriptor)
        self._connections.pop(descriptor).close()


@contextlib.contextmanager
def short_address(path: Path) -> Iterator[str]:
    """Lend an address of `path` that fits into the 107 bytes of a socket address.

    On Linux it goes through an open descriptor of the folder, so that the depth of the run
    directory does not matter and no working directory has to change.
    """
    if sys.platform != "linux":
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.unlink(missing_ok=True)  # ours: the lock says that nobody else runs here
        listener.setblocking(False)
        # The mask is the process's, but no other thread of ours creates files.
        mask = os.umask(0o177)
        try:
            with short_address(path) as address:
                listener.bind(address)
        finally:
            os.umask(mask)
        listener.listen(16)
    except OSError as error:
        listener.close()
        raise RunDirectoryError(path, error.strerror or str(error)) from error
    return listener
