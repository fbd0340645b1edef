"""Ask a running supervisor over its control socket."""

import socket
import time
from pathlib import Path

from shared.errors import BrokenFileError, OrderflowError
from shared.exit_codes import ExitCode
from shared.run_files.run_directory import RunDirectory
from shared.run_files.run_lock import Role, find_holder
from shared.run_files.supervisor_status import SupervisorStatus
from supervisor.control.messages import (
    MAX_ANSWER_BYTES,
    Answer,
    Request,
    decode_answer,
    encode_message,
)
from supervisor.control.server import short_address

ANSWER_SECONDS = 5.0
STOP_SECONDS = 8.0
CONNECT_SECONDS = 3.0
"""A supervisor whose control socket somebody took makes it anew within two seconds."""
CONNECT_AGAIN_SECONDS = 0.05


class NotRunningError(OrderflowError):
    """No supervisor answers in this run directory."""

    exit_code = ExitCode.NOT_RUNNING


class NoAnswerError(OrderflowError):
    """A supervisor runs in this run directory but does not answer: stopped, busy, out of reach."""

    exit_code = ExitCode.DEGRADED


def ask(control_socket: Path, request: Request) -> Answer:
    """Send `request` and return the answer; raise NotRunningError or NoAnswerError."""
    with _connect(control_socket) as connection:
        return _exchange(connection, request, control_socket)


def ask_for_status(control_socket: Path) -> SupervisorStatus:
    """Return how the run is; raise NotRunningError or NoAnswerError."""
    status = ask(control_socket, Request("status")).status
    if status is None:
        raise NoAnswerError(f"{control_socket.parent}: the supervisor does not tell its status")
    return status


def ask_to_stop(control_socket: Path) -> Answer:
    """Ask for a stop and wait until the supervisor has hung up, which it does last."""
    with _connect(control_socket) as connection:
        answer = _exchange(connection, Request("stop"), control_socket)
        connection.settimeout(STOP_SECONDS)
        try:
            while connection.recv(4096):
                pass
        except TimeoutError:
            return Answer(False, f"still running {STOP_SECONDS:g} s after it was asked to stop")
        except OSError:
            pass
        return answer


def _connect(control_socket: Path) -> socket.socket:
    """Return a connection to the supervisor; as long as one holds the lock, it is waited for."""
    run = RunDirectory(control_socket.parent)
    ends_at = time.monotonic() + CONNECT_SECONDS
    while True:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(ANSWER_SECONDS)
        try:
            with short_address(control_socket) as address:
                connection.connect(address)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
        holder = find_holder(run)
        if holder is None or holder.role is Role.PROCESSOR:
            beside = f": {holder}, without one" if holder else ""
            raise NotRunningError(f"{run.root}: no supervisor runs here{beside}") from failure
        if time.monotonic() >= ends_at:
            raise NoAnswerError(
                f"{run.root}: {holder}, and cannot be reached:"
                f" {control_socket.name}: {failure.strerror or failure}"
            ) from failure
        time.sleep(CONNECT_AGAIN_SECONDS)


def _exchange(connection: socket.socket, request: Request, control_socket: Path) -> Answer:
    try:
        connection.sendall(encode_message(request))
        return decode_answer(_read_line(connection), control_socket)
    except OSError as error:
        found = error.strerror or "nothing for too long"
        raise NoAnswerError(
            f"{control_socket.parent}: the supervisor does not answer: {found}"
        ) from error
    except BrokenFileError as error:
        raise NoAnswerError(
            f"{control_socket.parent}: the supervisor does not answer as one: {error}"
        ) from error


def _read_line(connection: socket.socket) -> bytes:
    """Return what comes up to a newline, the end, or more than an answer can be."""
    ends_at = time.monotonic() + ANSWER_SECONDS
    line = bytearray()
    while len(line) <= MAX_ANSWER_BYTES:
        connection.settimeout(max(ends_at - time.monotonic(), 0.001))
        chunk = connection.recv(65_536)
        line += chunk
        if not chunk or b"\n" in chunk:
            break
    return bytes(line)
