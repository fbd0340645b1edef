"""The whole server as a process: who is let in, what strangers learn, how it starts and stops."""

import contextlib
import gzip
import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import orjson
import pytest

from shared.worker_link import BOOT_ID, BOOT_ID_HEADER, HEALTH_PATH, LISTEN_FD, SUPERVISOR_PID
from tests.support.page_server import ROOT, PageServer
from tests.support.run_files import RunFiles, running
from tests.support.waiting import wait_for

TOKEN = "a-long-enough-token"


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """A page on loopback; the tests only ask it."""
    files = RunFiles(tmp_path_factory.mktemp("run"))
    files.add(3)
    with PageServer(files.run.root) as server:
        yield server


@pytest.fixture(scope="module")
def token_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """A page on every address, with a token."""
    with PageServer(
        tmp_path_factory.mktemp("run"), "--host", "0.0.0.0", "--token", TOKEN
    ) as server:
        yield server


def test_every_answer_has_the_security_headers(open_server: PageServer) -> None:
    for path in ("/", "/_feed", "/_health", "/assets/main.mjs", "/_dash-layout", "/nowhere"):
        headers = open_server.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "'unsafe-eval'" not in policy
        assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers, "what serves the page is nobody's business"


def test_a_name_that_is_not_the_page_s_own_is_refused(open_server: PageServer) -> None:
    for host in ("evil.example", f"evil.example:{open_server.port}", "localhost.evil.example"):
        answer = open_server.get("/_feed", {"Host": host})
        assert answer.status == 421
        assert b"ohlc" not in answer.body
    assert open_server.get("/_feed", {"Host": f"localhost:{open_server.port}"}).status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_can_be_written(open_server: PageServer, method: str) -> None:
    assert open_server.get("/_dash-update-component", method=method).status == 405


def test_an_internal_error_shows_no_stack_trace(open_server: PageServer) -> None:
    # Dash raises on a package that it does not serve
    answer = open_server.get("/_dash-component-suites/os/path.py")
    assert answer.status in (404, 500)
    for word in (b"Traceback", b".py", b"Error:", b"werkzeug", b"site-packages"):
        assert word not in answer.body


@pytest.mark.parametrize(
    "path", ["/assets/../app.py", "/assets/%2e%2e/app.py", "/assets/..%2fapp.py", "/../run"]
)
def test_files_outside_the_assets_are_not_served(open_server: PageServer, path: str) -> None:
    assert b"def main" not in open_server.get(path).body


def test_every_script_and_style_is_the_page_s_own(open_server: PageServer) -> None:
    html = open_server.get("/").body.decode()
    addresses = [
        part.split('"')[0] for name in ("src=", "href=") for part in html.split(f'{name}"')[1:]
    ]
    assert len(addresses) > 8
    assert all(address.startswith("/") and not address.startswith("//") for address in addresses)


def position_of(message: bytes) -> str:
    return str(orjson.loads(message)["position"])


def test_unchanged_data_is_answered_with_nothing(open_server: PageServer) -> None:
    position = position_of(open_server.get("/_feed").body)
    answer = open_server.get(f"/_feed?since={position}")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["x-orderflow-now"]) > 1_700_000_000_000


def test_a_tab_polls_over_one_connection(open_server: PageServer) -> None:
    connection = http.client.HTTPConnection("localhost", open_server.port, timeout=10)
    connection.request("GET", "/_feed")
    position = position_of(connection.getresponse().read())
    ports = set()
    for _ in range(3):
        connection.request("GET", f"/_feed?since={position}")
        ports.add(connection.sock.getsockname()[1])
        assert connection.getresponse().read() == b""
    connection.close()
    assert len(ports) == 1


def test_a_long_answer_is_compressed_for_whoever_can_read_it(
    files: RunFiles, server: PageServer
) -> None:
    files.add(100)
    plain = server.get("/_feed")
    packed = server.get("/_feed", {"Accept-Encoding": "gzip, br"})
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.body) < len(plain.body) / 2
    whole = orjson.loads(gzip.decompress(packed.body))
    assert whole["ohlc"] == orjson.loads(plain.body)["ohlc"]


def test_the_head_of_the_feed_can_be_asked_for(files: RunFiles, server: PageServer) -> None:
    files.add(5)
    answer = server.get("/_feed", method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["content-length"]) > 100
    assert len(server.log().splitlines()) == 1, "nothing but its address"


def test_the_supervisor_s_secrets_do_not_reach_a_browser(
    files: RunFiles, server: PageServer
) -> None:
    files.write_supervisor(running())
    assert b"secret-boot-id" not in server.get("/_feed").body


def test_health_tells_a_stranger_only_that_it_lives(open_server: PageServer) -> None:
    for headers in ({}, {BOOT_ID_HEADER: "a-guess"}, {"Host": "evil.example"}):
        answer = open_server.get(HEALTH_PATH, headers)
        assert (answer.status, answer.body) == (200, b"ok\n")
        assert BOOT_ID_HEADER.lower() not in answer.headers


def test_without_the_token_nothing_is_shown(token_server: PageServer) -> None:
    for path in ("/", "/_feed", "/_dash-layout", "/assets/main.mjs", "/?token=wrong", "/?token="):
        answer = token_server.get(path)
        assert answer.status == 403, path
        assert b"BTC" not in answer.body
    wrong = {"Cookie": f"orderflow_token_{token_server.port}=wrong"}
    assert token_server.get("/", wrong).status == 403
    assert token_server.get(HEALTH_PATH).status == 200


def test_the_link_sets_a_cookie_that_lets_in(token_server: PageServer) -> None:
    answer = token_server.get(f"/?token={TOKEN}")
    assert answer.status == 200
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/" in cookie
    inside = token_server.get("/", {"Cookie": cookie.split(";")[0]})
    assert inside.status == 200
    assert b"_dash-config" in inside.body


def test_the_token_opens_only_the_front_door(token_server: PageServer) -> None:
    assert token_server.get(f"/_feed?token={TOKEN}").status == 403


def test_beyond_loopback_a_token_is_made_and_printed_once_as_a_link(files: RunFiles) -> None:
    with PageServer(files.run.root, "--host", "0.0.0.0") as server:
        log = server.log()
        assert log.count("?token=") == 1
        token = log.split("?token=")[1].split()[0]
        assert len(token) >= 32
        assert "is not loopback" in log
        assert server.get("/").status == 403
        assert server.get(f"/?token={token}").status == 200


def test_the_token_can_come_from_the_environment(files: RunFiles) -> None:
    with PageServer(files.run.root, environment={"ORDERFLOW_TOKEN": TOKEN}) as server:
        assert server.get("/").status == 403
        assert server.get(f"/?token={TOKEN}").status == 200


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_ends_with_0_and_without_a_word(
    files: RunFiles, signal_number: int
) -> None:
    with PageServer(files.run.root) as server:
        server.get("/")
        assert server.stop(signal_number) == 0
        assert "Traceback" not in server.log()


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are not inherited on Windows")
def test_it_serves_on_the_supervisor_s_socket_and_proves_who_it_is(files: RunFiles) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        environment = {
            SUPERVISOR_PID: str(os.getpid()),
            LISTEN_FD: str(listener.fileno()),
            BOOT_ID: "boot-1",
        }
        with PageServer(files.run.root, environment=environment, listener=listener) as server:
            answer = server.get(HEALTH_PATH, {BOOT_ID_HEADER: "boot-1"})
            assert answer.headers[BOOT_ID_HEADER.lower()] == "boot-1"
            assert BOOT_ID_HEADER.lower() not in server.get(HEALTH_PATH).headers
            assert server.get("/").status == 200
            assert "page at" not in server.log(), "the supervisor has told the user"


def visualize(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "visualizer.app", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_taken_port_is_one_clear_line_that_names_who_has_it(open_server: PageServer) -> None:
    ended = visualize("--port", str(open_server.port))
    assert ended.returncode == 69
    assert ended.stderr == (
        f"Error: port {open_server.port} on 127.0.0.1 is in use by python"
        f" (pid {open_server.process.pid}); end it or choose another with --port\n"
    )


@pytest.mark.parametrize("host", ["203.0.113.1", "no such host", "a..b"])
def test_a_host_that_is_not_this_machine_is_a_usage_error(host: str) -> None:
    ended = visualize("--host", host, "--port", "0")
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert ended.stderr.startswith("Error: ")
    assert host in ended.stderr


def test_a_bug_in_the_page_is_told_from_anything_else(tmp_path: Path) -> None:
    code = (
        "import visualizer.page.dash_app as m, visualizer.app\n"
        "m.page_layout = None\n"
        "visualizer.app.main()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, "--run-dir", str(tmp_path), "--port", "0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 70
    assert "Traceback" in ended.stderr
    assert "TypeError" in ended.stderr


def test_a_missing_run_directory_is_waited_for(tmp_path: Path) -> None:
    with PageServer(tmp_path / "later") as server:
        assert server.get("/_feed").status == 200
        RunFiles(tmp_path / "later").add(2)
        wait_for(lambda: b'"ohlc":{"whole":true,"rows":[[' in server.get("/_feed").body, "the bars")


@pytest.mark.parametrize("token", ["grüße", "a b&c=d;e", "令牌"])
def test_a_token_of_any_characters_opens_the_page_by_its_link(tmp_path: Path, token: str) -> None:
    with PageServer(tmp_path, "--token", token) as server:
        entered = server.get(f"/?{urlencode({'token': token})}")
        assert entered.status == 200
        cookie = entered.headers["set-cookie"].partition(";")[0]
        assert server.get("/_feed", {"Cookie": cookie}).status == 200
        assert server.get("/_feed", {"Cookie": f'x={{"y":1}}; {cookie}'}).status == 200
        assert server.get("/_feed").status == 403


@pytest.mark.parametrize(
    "path", ["dash/nothing.js", "no_such_package/x.js", "dash/../../etc/passwd", "plotly/x"]
)
def test_a_component_s_file_that_is_not_there_is_not_found(
    open_server: PageServer, path: str
) -> None:
    assert open_server.get(f"/_dash-component-suites/{path}").status == 404


def test_idle_connections_keep_nobody_out(tmp_path: Path) -> None:
    """Many that say nothing and many that begin to speak, and the page answers as ever."""
    RunFiles(tmp_path).add(3)
    with PageServer(tmp_path) as server, contextlib.ExitStack() as stack:
        for number in range(400):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 5))
            if number % 2:
                client.sendall(b"GET / HTTP/1.1\r\nHost: local")
        assert server.get(HEALTH_PATH).status == 200
        assert server.get("/_feed").status == 200
        assert server.get("/").status == 200
