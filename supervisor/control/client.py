"""Ask a running supervisor over its control socket."""

import socket
from dataclasses import asdict
from pathlib import Path

import orjson

from shared.errors import OrderflowError
from shared.exit_codes import ExitCode
from supervisor.control.server import Answer, Request, short_address

ANSWER_SECONDS = 5.0
STOP_SECONDS = 8.0


class NotRunningError(OrderflowError):
    """No supervisor answers in this run directory."""

    exit_code = ExitCode.NOT_RUNNING


class NoAnswerError(OrderflowError):
    """A supervisor runs in this run directory but does not answer: stopped, or very busy."""

    exit_code = ExitCode.DEGRADED


def ask(control_socket: Path, request: Request) -> Answer:
    """Send `request` and return the answer; raise NotRunningError or NoAnswerError."""
    with _connect(control_socket) as connection:
        return _exchange(connection, request, control_socket)


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
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(ANSWER_SECONDS)
    try:
        with short_address(control_socket) as address:
            connection.connect(address)
    except OSError as error:
        connection.close()
        raise NotRunningError(f"{control_socket.parent}: no supervisor runs here") from error
    return connection


def _exchange(connection: socket.socket, request: Request, control_socket: Path) -> Answer:
    try:
        connection.sendall(orjson.dumps(asdict(request)) + b"\n")
        with connection.makefile("rb") as lines:
            line = lines.readline()
        return Answer(**orjson.loads(line))
    except (OSError, orjson.JSONDecodeError, TypeError) as error:
        raise NoAnswerError(
            f"{control_socket.parent}: the supervisor does not answer: {error!r}"
        ) from error
