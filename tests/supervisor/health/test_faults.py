"""What is a sign of health, and what is wrong with the rest."""

import pytest

from supervisor.health.faults import fault_in

HEAD = b"HTTP/1.1 200 OK\r\nServer: x\r\n"


@pytest.mark.parametrize("name", [b"X-Orderflow-Boot-Id", b"x-orderflow-boot-id"])
def test_the_worker_s_own_boot_id_is_health(name: bytes) -> None:
    assert fault_in(HEAD + name + b":  b1 \r\n\r\nok", "b1") is None


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (b"", "no HTTP answer"),
        (b"\xff\xfe\r\n\r\n", "no HTTP answer"),
        (b"SSH-2.0-OpenSSH", "no HTTP answer"),
        (b"HTTP/1.1", "no HTTP answer"),
        (b"HTTP/1.1 503 Busy\r\n\r\n", "expected status 200, found 503"),
        (HEAD + b"\r\n", "answered without this worker's boot id"),
        (HEAD + b"X-Orderflow-Boot-Id: b2\r\n\r\n", "answered by another worker"),
        (HEAD + b"\r\nX-Orderflow-Boot-Id: b1", "answered without this worker's boot id"),
        (b"x" * 20_000, "no HTTP answer"),
    ],
)
def test_anything_else_is_a_fault_with_a_word_for_it(answer: bytes, fault: str) -> None:
    assert fault_in(answer, "b1") == fault
