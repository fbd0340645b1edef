"""A worker's tie to its supervisor: what is handed down, beats that never block, and orphans."""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from shared.worker_link import HEARTBEAT_SECONDS, WorkerLink

ROOT = Path(__file__).parents[2]


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    yield reader, writer
    for descriptor in (reader, writer):
        os.close(descriptor)


def test_without_a_supervisor_a_beat_goes_nowhere() -> None:
    WorkerLink().heartbeat({"rows": 1})


def test_a_beat_is_one_line_with_boot_id_and_progress(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    WorkerLink(boot_id="b1", heartbeat_fd=writer).heartbeat({"rows": 5})
    line = os.read(reader, 1000)
    assert line.endswith(b"\n")
    assert orjson.loads(line) == {"boot_id": "b1", "progress": {"rows": 5}}


def test_beats_come_at_most_once_a_second(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = pipe
    now = [100.0]
    monkeypatch.setattr("shared.worker_link.time.monotonic", lambda: now[0])
    link = WorkerLink(heartbeat_fd=writer)
    for now[0], rows in ((100.0, 1), (100.5, 2), (100.99, 3), (101.0, 4), (101.5, 5)):
        link.heartbeat({"rows": rows})
    assert HEARTBEAT_SECONDS == 1.0
    beats = [orjson.loads(line) for line in os.read(reader, 1000).splitlines()]
    assert [beat["progress"]["rows"] for beat in beats] == [1, 4]


def test_a_full_pipe_drops_the_beat_and_does_not_block(pipe: tuple[int, int]) -> None:
    _, writer = pipe
    try:
        while True:
            os.write(writer, bytes(65536))
    except BlockingIOError:
        pass
    WorkerLink(heartbeat_fd=writer).heartbeat({"rows": 1})


def test_a_pipe_without_a_reader_drops_the_beat() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    WorkerLink(heartbeat_fd=writer).heartbeat({"rows": 1})
    os.close(writer)


ENTER = """
import os, sys
from shared.worker_link import enter_worker
link = enter_worker()
left = sorted(name for name in os.environ if name.startswith("ORDERFLOW_WORKER_"))
listening = link.listening_socket and link.listening_socket.getsockname()[1]
print(repr((link.boot_id, link.heartbeat_fd, listening, left)), flush=True)
link.heartbeat({"rows": 3})
"""


def test_alone_a_worker_has_no_link() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ENTER],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "('', None, None, [])\n"


def test_what_a_supervisor_hands_down_is_taken_over_and_leaves_the_environment() -> None:
    beats, heartbeat_fd = os.pipe()
    lifeline_fd, lifeline = os.pipe()
    with socket.create_server(("127.0.0.1", 0)) as server:
        environment = os.environ | {
            "ORDERFLOW_WORKER_BOOT_ID": "b7",
            "ORDERFLOW_WORKER_SUPERVISOR_PID": str(os.getpid()),
            "ORDERFLOW_WORKER_HEARTBEAT_FD": str(heartbeat_fd),
            "ORDERFLOW_WORKER_LIFELINE_FD": str(lifeline_fd),
            "ORDERFLOW_WORKER_LISTEN_FD": str(server.fileno()),
        }
        done = subprocess.run(
            [sys.executable, "-c", ENTER],
            cwd=ROOT,
            env=environment,
            pass_fds=(heartbeat_fd, lifeline_fd, server.fileno()),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        port = server.getsockname()[1]
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"('b7', {heartbeat_fd}, {port}, [])\n"
    assert orjson.loads(os.read(beats, 1000)) == {"boot_id": "b7", "progress": {"rows": 3}}
    for descriptor in (beats, heartbeat_fd, lifeline_fd, lifeline):
        os.close(descriptor)


PARENT = """
import os, subprocess, sys
reader, writer = os.pipe()
environment = os.environ | {
    "ORDERFLOW_WORKER_SUPERVISOR_PID": str(os.getpid()),
    "ORDERFLOW_WORKER_LIFELINE_FD": str(reader),
}
worker = (
    "from shared.worker_link import enter_worker\\n"
    "enter_worker()\\n"
    "print('entered', flush=True)\\n"
    "while True: pass\\n"
)
child = subprocess.Popen([sys.executable, "-c", worker], env=environment, pass_fds=(reader,))
child.wait()
"""


def test_a_worker_does_not_outlive_a_supervisor_that_is_killed() -> None:
    # The worker holds the write end of our pipe: its end of file is the worker's end.
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE)
    with parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"entered\n"
        parent.send_signal(signal.SIGKILL)
        assert select.select([parent.stdout], [], [], 30)[0], "the worker lives on after 30 s"
        assert parent.stdout.read() == b""
