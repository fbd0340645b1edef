"""Open the page's listening socket, or say who has the port."""

import contextlib
import errno
import socket
import time

import psutil

from shared.errors import OrderflowError, UsageError
from shared.exit_codes import ExitCode

BACKLOG = 1024
PATIENCE_SECONDS = 1.0


class PortInUseError(OrderflowError):
    """Another process listens where the page should; `pid` is None where that cannot be seen."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, host: str, port: int, pid: int | None) -> None:
        super().__init__(
            f"port {port} on {host} is in use by {_name_of(pid)};"
            " end it or choose another with --port"
        )
        self.pid = pid


def open_listening_socket(host: str, port: int, *, is_patient: bool = False) -> socket.socket:
    """Return a socket that listens on `host` and `port`; connections queue until one serves.

    With `is_patient` a port in use is tried again for a second: the one who has it is dying.
    Raises PortInUseError with the process to blame, UsageError when `host` is no address of
    this machine or the port is not ours to take.
    """
    ends_at = time.monotonic() + (PATIENCE_SECONDS if is_patient else 0.0)
    while True:
        try:
            return _open(host, port)
        except PortInUseError:
            if time.monotonic() >= ends_at:
                raise
            time.sleep(0.02)


def _open(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:  # a name may be none that can be asked for
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"--host {host}: {reason}") from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUseError(host, port, _who_listens_on(port)) from error
        raise UsageError(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return listener


def _who_listens_on(port: int) -> int | None:
    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and tuple(connection.laddr)[1] == port:
                return connection.pid
    return None


def _name_of(pid: int | None) -> str:
    if pid is not None:
        with contextlib.suppress(psutil.Error, OSError):
            return f"{psutil.Process(pid).name()} (pid {pid})"
    return "a process of another user"
