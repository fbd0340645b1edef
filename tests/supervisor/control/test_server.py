"""The control server inside its loop: whatever is sent, it answers or hangs up, and goes on."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from supervisor.control.client import ask
from supervisor.control.messages import Answer, Request, decode_answer
from supervisor.control.server import ControlServer, short_address
from supervisor.loop.event_loop import EventLoop
from tests.supervisor.harness import wait_until
from tests.supervisor.junk import HUGE, HUGE_IDS, damaged


@dataclass
class Served:
    """A server in a thread of its own, what it was asked, and what went wrong in its loop."""

    path: Path
    asked: list[Request] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(tmp_path_factory.mktemp("run") / "ctl.sock")

    def answer(request: Request) -> Answer:
        served.asked.append(request)
        return Answer(True, "done")

    loop = EventLoop(served.errors.append)
    server = ControlServer(loop, served.path, answer)
    is_over = threading.Event()

    def serve() -> None:
        while not is_over.is_set():
            loop.run_once(1)

    thread = threading.Thread(target=serve)
    thread.start()
    yield served
    is_over.set()
    loop.wake()
    thread.join(10)
    server.close()
    loop.close()
    assert not served.path.exists()


def send(path: Path, content: bytes) -> bytes:
    """Send `content` and return all that comes until the other side hangs up, or answers well."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        with short_address(path) as address:
            connection.connect(address)
        try:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has hung up in the middle
        received = b""
        while chunk := _received(connection):
            received += chunk
        return received


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65_536)
    except ConnectionResetError:
        return b""


@pytest.fixture(autouse=True)
def goes_on(served: Served) -> Iterator[None]:
    """After whatever a test did, the server answers the next one and its loop had no error."""
    yield
    assert ask(served.path, Request("status")) == Answer(True, "done")
    assert served.errors == []


def test_one_connection_may_ask_twice(served: Served) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(served.path))
        for _ in range(2):
            connection.sendall(b'{"command":"status"}\n')
            assert decode_answer(connection.recv(4096), served.path).is_ok


@given(damaged({"command": "restart", "worker": "processor"}))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_damaged_request_is_answered_or_hung_up_on(served: Served, content: bytes) -> None:
    asked = len(served.asked)
    received = send(served.path, content)
    if content:
        answer = decode_answer(received, served.path)
        assert answer.is_ok == (len(served.asked) > asked)
        assert answer.message
    assert served.errors == []


@pytest.mark.parametrize("junk", HUGE, ids=HUGE_IDS)
def test_ten_megabytes_of_junk_get_one_answer_and_the_end(served: Served, junk: bytes) -> None:
    asked = len(served.asked)
    answer = decode_answer(send(served.path, junk), served.path)
    assert (answer.is_ok, answer.message) == (False, "expected a request of at most 4,096 bytes")
    assert len(served.asked) == asked


def test_who_asks_and_never_reads_stalls_nobody(served: Served) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(served.path))
        connection.setblocking(False)
        try:
            for _ in range(100_000):
                connection.send(b'{"command":"status"}\n')
        except OSError:
            pass  # its room is full, or it was hung up on
        assert ask(served.path, Request("status")).is_ok


def test_a_socket_that_was_deleted_is_made_anew_once(tmp_path: Path) -> None:
    loop = EventLoop(lambda error: pytest.fail(repr(error)))
    server = ControlServer(loop, tmp_path / "ctl.sock", lambda _: Answer(True, ""))
    assert not server.repair()
    (tmp_path / "ctl.sock").unlink()
    assert server.repair()
    assert not server.repair()
    server.close()
    loop.close()


def test_what_is_left_open_is_closed_with_the_server(tmp_path: Path) -> None:
    loop = EventLoop(lambda error: pytest.fail(repr(error)))
    server = ControlServer(loop, tmp_path / "ctl.sock", lambda _: Answer(True, ""))
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(tmp_path / "ctl.sock"))
        loop.run_once(1)
        server.close()
        connection.settimeout(10)
        assert connection.recv(1) == b""
    loop.close()
    wait_until("the socket is gone", lambda: not (tmp_path / "ctl.sock").exists(), 1)
