"""Requests and answers on the control socket, whole and in pieces."""

from dataclasses import asdict
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import BrokenFileError
from shared.run_files.supervisor_status import SupervisorStatus, WorkerState, WorkerStatus
from supervisor.control.messages import (
    Answer,
    Request,
    decode_answer,
    decode_request,
    encode_message,
)
from tests.supervisor.junk import HUGE, HUGE_IDS, damaged

SOCKET = Path("run/ctl.sock")
STATUS = SupervisorStatus(
    pid=7,
    create_time=1.5,
    boot_id="b",
    started_at_ms=1,
    updated_at_ms=2,
    instrument="BTC-USDT",
    page_url="http://localhost:8050/",
    workers=(WorkerStatus("recorder", WorkerState.BACKOFF, next_delay_s=0.5),),
)


@pytest.mark.parametrize("request_", [Request("stop"), Request("restart", "recorder")])
def test_a_request_arrives_as_it_was_sent(request_: Request) -> None:
    assert decode_request(encode_message(request_), SOCKET) == request_


@pytest.mark.parametrize("answer", [Answer(False, "no"), Answer(True, "", STATUS)])
def test_an_answer_arrives_as_it_was_sent(answer: Answer) -> None:
    assert decode_answer(encode_message(answer), SOCKET) == answer


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"\n", "truncated"),
        (b"[]", "got `array`"),
        (b"{}", "missing required field `command`"),
        (b'{"command":5}', "got `int` - at `$.command`"),
        (b'{"command":"restart","worker":["processor"]}', "got `array` - at `$.worker`"),
        (b'{"command":"restart","worker":{}}', "got `object` - at `$.worker`"),
        (b'{"command":"restart","wroker":"processor"}', "unknown field `wroker`"),
        (b'{"command":"restart","wor', "truncated"),
        (b'{"command":"stop"}{"command":"stop"}', "trailing characters"),
    ],
)
def test_what_is_no_request_is_refused_with_a_clear_word(line: bytes, told: str) -> None:
    with pytest.raises(BrokenFileError, match=r"run/ctl\.sock: expected a request, found: ") as e:
        decode_request(line, SOCKET)
    assert told in str(e.value)


@given(damaged({"command": "restart", "worker": "processor"}))
def test_a_damaged_request_is_one_or_refused(line: bytes) -> None:
    try:
        request = decode_request(line, SOCKET)
    except BrokenFileError:
        return
    assert isinstance(request.command, str)
    assert request.worker is None or isinstance(request.worker, str)


@given(damaged(msgspec.to_builtins(asdict(Answer(True, "well", STATUS)))))
def test_a_damaged_answer_is_one_or_refused(line: bytes) -> None:
    try:
        answer = decode_answer(line, SOCKET)
    except BrokenFileError:
        return
    assert isinstance(answer.is_ok, bool)
    assert isinstance(answer.message, str)
    assert answer.status is None or all(
        isinstance(worker.state, WorkerState) for worker in answer.status.workers
    )


@pytest.mark.parametrize("junk", HUGE, ids=HUGE_IDS)
@pytest.mark.parametrize("decode", [decode_request, decode_answer])
def test_ten_megabytes_of_junk_are_refused(decode: object, junk: bytes) -> None:
    assert callable(decode)
    with pytest.raises(BrokenFileError):
        decode(junk, SOCKET)


@given(st.binary())
def test_any_bytes_are_refused_or_read(line: bytes) -> None:
    for decode in (decode_request, decode_answer):
        try:
            decode(line, SOCKET)
        except BrokenFileError:
            continue
