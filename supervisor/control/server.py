"""The control socket: one JSON line asks, one JSON line answers, only for the owner."""

import contextlib
import os
import socket
import stat
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from shared.errors import BrokenFileError
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
        self._listener: socket.socket | None = None
        self._identity: tuple[int, int] | None = None
        self.repair()

    def repair(self) -> bool:
        """Make the socket anew if it is not at its path any more; return whether that was done.

        It may have been deleted, or another file, or that of an earlier run, put in its place. Of
        a folder that is gone, or a disk that is full, the next look makes what can be made.
        """
        identity = _identity_at(self._path)
        if identity is not None and identity == self._identity:
            return False
        try:
            listener = _listen(self._path)
        except OSError:
            return False
        self._close_listener()
        self._listener = listener
        self._identity = _identity_at(self._path)
        self._loop.watch(listener.fileno(), self._accept)
        return True

    def close(self) -> None:
        """Remove the socket and hang up; who waited for a stop learns that it is done."""
        if self._identity is not None and _identity_at(self._path) == self._identity:
            with contextlib.suppress(OSError):
                self._path.unlink()
        self._close_listener()
        for descriptor in list(self._connections):
            self._hang_up(descriptor)

    def _close_listener(self) -> None:
        if self._listener is not None:
            self._loop.unwatch(self._listener.fileno())
            self._listener.close()
            self._listener = None

    def _accept(self) -> None:
        if self._listener is None:
            return
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


def _identity_at(path: Path) -> tuple[int, int] | None:
    """Return what tells one file from another, or None where there is none to be seen."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _make_room(path: Path) -> None:
    """Clear the way for a socket: the lock says that one there is of an earlier run."""
    try:
        is_socket = stat.S_ISSOCK(path.lstat().st_mode)
    except FileNotFoundError:
        return
    if is_socket:
        path.unlink()
    else:  # somebody's file or folder
        path.replace(path.with_name(f"{path.name}.aside.{time.time_ns()}"))


def _listen(path: Path) -> socket.socket:
    """Return a socket that listens at `path`; raise OSError where it cannot be made."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _make_room(path)
        listener.setblocking(False)
        # The mask is the process's, but no other thread of ours creates files.
        mask = os.umask(0o177)
        try:
            with short_address(path) as address:
                listener.bind(address)
        finally:
            os.umask(mask)
        listener.listen(16)
    except OSError:
        listener.close()
        raise
    return listener
