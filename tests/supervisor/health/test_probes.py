"""Probes of a real server: healthy, another one's, silent, and gone."""

import http.server
import threading
from collections.abc import Iterator

import pytest

from shared.listening import open_listening_socket
from shared.worker_link import BOOT_ID_HEADER
from supervisor.health.page_endpoint import PageEndpoint
from supervisor.health.probes import PROBE_SECONDS, TIMEOUT_SECONDS, HealthProbe
from supervisor.loop.event_loop import EventLoop
from tests.supervisor.harness import wait_until


@pytest.fixture
def loop() -> Iterator[EventLoop]:
    loop = EventLoop(lambda error: pytest.fail(repr(error)))
    yield loop
    loop.close()


@pytest.fixture
def page() -> Iterator[PageEndpoint]:
    with open_listening_socket("127.0.0.1", 0) as listener:
        yield PageEndpoint(listener, "http://localhost/", "localhost")


@pytest.fixture
def server(page: PageEndpoint) -> Iterator[None]:
    """Somebody who answers for the worker `b1`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header(BOOT_ID_HEADER, "b1")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = http.server.HTTPServer(page.listener.getsockname(), Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = page.listener.dup()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield
    server.shutdown()
    thread.join(10)
    server.server_close()


def probed(loop: EventLoop, page: PageEndpoint, boot_id: str) -> str | None:
    """Return the first result of a probe of `boot_id`."""
    results: list[str | None] = []
    probe = HealthProbe(loop, page, results.append)
    assert probe.next_deadline is None
    probe.aim_at(boot_id, 10.0)
    assert probe.next_deadline == 10.0
    probe.tick(10.0)

    def has_result() -> bool:
        loop.run_once(0.1)
        return bool(results)

    wait_until("there is a result", has_result, 10)
    assert probe.next_deadline == 10.0 + PROBE_SECONDS
    return results[0]


@pytest.mark.usefixtures("server")
def test_the_worker_itself_is_healthy(loop: EventLoop, page: PageEndpoint) -> None:
    assert probed(loop, page, "b1") is None


@pytest.mark.usefixtures("server")
def test_another_worker_s_answer_is_a_fault(loop: EventLoop, page: PageEndpoint) -> None:
    assert probed(loop, page, "b2") == "answered by another worker"


def test_silence_is_a_fault_after_2_s_and_is_dropped_when_nobody_is_probed(
    loop: EventLoop, page: PageEndpoint
) -> None:
    results: list[str | None] = []
    probe = HealthProbe(loop, page, results.append)
    probe.aim_at("b1", 10.0)
    probe.tick(10.0)
    assert probe.next_deadline == 10.0 + TIMEOUT_SECONDS
    probe.tick(11.9)
    assert results == []
    probe.tick(12.0)
    assert results == ["no answer within 2 s"]
    probe.tick(12.0)
    probe.aim_at(None, 12.5)
    probe.tick(20.0)
    assert (results, probe.next_deadline) == (["no answer within 2 s"], None)


def test_a_socket_that_refuses_is_a_fault(loop: EventLoop) -> None:
    with open_listening_socket("127.0.0.1", 0) as listener:
        page = PageEndpoint(listener, "http://localhost/", "localhost")
        results: list[str | None] = []
        probe = HealthProbe(loop, page, results.append)
    probe.aim_at("b1", 0.0)
    probe.tick(0.0)

    def has_result() -> bool:
        loop.run_once(0.1)
        return bool(results)

    wait_until("there is a result", has_result, 10)
    assert (results[0] or "").startswith(("cannot connect", "connection lost"))
