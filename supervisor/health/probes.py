"""Ask a worker for its health over HTTP, beside the loop: a non-blocking socket, no thread."""

import contextlib
import socket
from collections.abc import Callable

from shared.worker_link import BOOT_ID_HEADER, HEALTH_PATH
from supervisor.health.faults import fault_in
from supervisor.health.page_endpoint import PageEndpoint
from supervisor.loop.event_loop import READ, WRITE, EventLoop

PROBE_SECONDS = 1.0
TIMEOUT_SECONDS = 2.0
MAX_ANSWER_BYTES = 16_384

Address = tuple[str, int]


class HealthProbe:
    """Probes one worker each second and tells `on_result` None for health, else what is wrong.

    At most one probe is on its way.
    """

    def __init__(
        self, loop: EventLoop, page: PageEndpoint, on_result: Callable[[str | None], None]
    ) -> None:
        self._loop = loop
        self._family = page.listener.family
        self._address = _reachable_address(page.listener)
        self._host_header = page.host_header
        self._on_result = on_result
        self._boot_id: str | None = None
        self._next_at = 0.0
        self._deadline = 0.0
        self._socket: socket.socket | None = None
        self._answer = b""

    def aim_at(self, boot_id: str | None, now: float) -> None:
        """Probe the worker of `boot_id` from now on, or nobody."""
        self.forget(now)
        self._boot_id = boot_id

    def forget(self, now: float) -> None:
        """Drop the probe on its way and its verdict; the next is due at once."""
        self._hang_up()
        self._next_at = now

    @property
    def next_deadline(self) -> float | None:
        """When `tick` has something to do, or None while nobody is probed."""
        if self._boot_id is None:
            return None
        return self._deadline if self._socket is not None else self._next_at

    def tick(self, now: float) -> None:
        """Start a probe that is due; give up one that takes too long."""
        if self._boot_id is None:
            return
        if self._socket is not None:
            if now >= self._deadline:
                self._finish(f"no answer within {TIMEOUT_SECONDS:g} s")
        elif now >= self._next_at:
            self._next_at = now + PROBE_SECONDS
            self._deadline = now + TIMEOUT_SECONDS
            self._connect()

    def _connect(self) -> None:
        self._answer = b""
        try:
            self._socket = socket.socket(self._family, socket.SOCK_STREAM)
            self._socket.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                self._socket.connect(self._address)
        except OSError as error:
            self._finish(f"cannot connect: {error.strerror}")
            return
        self._loop.watch(self._socket.fileno(), self._send, WRITE)

    def _send(self) -> None:
        if self._socket is None:
            return
        request = (
            f"GET {HEALTH_PATH} HTTP/1.1\r\nHost: {self._host_header}\r\n"
            f"{BOOT_ID_HEADER}: {self._boot_id}\r\nConnection: close\r\n\r\n"
        )
        try:
            self._socket.send(request.encode())  # a fresh socket's buffer takes it whole
        except OSError as error:
            self._finish(f"cannot connect: {error.strerror}")
            return
        self._loop.watch(self._socket.fileno(), self._receive, READ)

    def _receive(self) -> None:
        if self._socket is None:
            return
        try:
            chunk = self._socket.recv(MAX_ANSWER_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self._finish(f"connection lost: {error.strerror}")
            return
        self._answer += chunk
        if not chunk or b"\r\n\r\n" in self._answer or len(self._answer) > MAX_ANSWER_BYTES:
            self._finish(fault_in(self._answer, self._boot_id or ""))

    def _finish(self, fault: str | None) -> None:
        self._hang_up()
        self._on_result(fault)

    def _hang_up(self) -> None:
        if self._socket is not None:
            self._loop.unwatch(self._socket.fileno())
            self._socket.close()
            self._socket = None


def _reachable_address(listener: socket.socket) -> Address:
    host, port = listener.getsockname()[:2]
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port
