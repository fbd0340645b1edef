"""Asking a supervisor that is none, or does not keep to what was agreed."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from supervisor.control import client
from supervisor.control.client import (
    NoAnswerError,
    NotRunningError,
    ask,
    ask_for_status,
    ask_to_stop,
)
from supervisor.control.messages import Answer, Request
from tests.supervisor.junk import HUGE, HUGE_IDS

Impostor = Callable[[bytes], Path]


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[Impostor]:
    """Let somebody answer with the bytes given, and then hang up."""
    path = tmp_path / "ctl.sock"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(1)
    threads = []

    def answer_with(content: bytes) -> Path:
        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                with contextlib.suppress(OSError):  # the client may have heard enough
                    connection.sendall(content)

        threads.append(threading.Thread(target=serve))
        threads[0].start()
        return path

    yield answer_with
    for thread in threads:
        thread.join(10)
    listener.close()


def test_nobody_there_is_not_running(tmp_path: Path) -> None:
    with pytest.raises(NotRunningError, match="no supervisor runs here"):
        ask(tmp_path / "ctl.sock", Request("status"))


def test_an_answer_is_given_back(impostor: Impostor) -> None:
    path = impostor(b'{"is_ok":false,"message":"no"}\n')
    assert ask(path, Request("restart")) == Answer(False, "no")


def test_stop_waits_for_the_end(impostor: Impostor) -> None:
    assert ask_to_stop(impostor(b'{"is_ok":true,"message":"stopping"}\n')).is_ok


def test_an_answer_without_a_status_tells_none(impostor: Impostor) -> None:
    path = impostor(b'{"is_ok":true,"message":""}\n')
    with pytest.raises(NoAnswerError, match="does not tell its status"):
        ask_for_status(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"{}\n", b"[]\n", b'{"is_ok":1,"message":""}\n', b'{"is_ok":true,"mess', *HUGE],
    ids=["nothing", "newline", "object", "list", "wrong type", "cut", *HUGE_IDS],
)
def test_junk_in_place_of_an_answer_is_said_to_be_none(impostor: Impostor, content: bytes) -> None:
    with pytest.raises(NoAnswerError, match=r"does not answer as one: .*expected an? answer"):
        ask(impostor(content), Request("status"))


def test_silence_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.05)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "ctl.sock"))
        listener.listen(1)
        with pytest.raises(NoAnswerError, match="nothing for too long"):
            ask(tmp_path / "ctl.sock", Request("status"))
