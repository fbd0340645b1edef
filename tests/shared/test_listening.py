"""Where the page listens: the one socket that both the page and the supervisor open."""

import os
import socket

import pytest

from shared.errors import UsageError
from shared.exit_codes import ExitCode
from shared.listening import PortInUseError, open_listening_socket


def test_a_free_port_is_listened_on() -> None:
    with (
        open_listening_socket("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()[:2], timeout=5),
    ):
        pass


def test_a_port_in_use_names_the_process_that_has_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=rf"port {port} .* \(pid {os.getpid()}\)") as error:
            open_listening_socket("127.0.0.1", port)
    assert error.value.exit_code is ExitCode.UNAVAILABLE


@pytest.mark.parametrize("host", ["203.0.113.1", "no such host", "a..b", "x" * 300])
def test_an_address_that_is_not_ours_is_a_usage_error_that_names_it(host: str) -> None:
    with pytest.raises(UsageError, match=host):
        open_listening_socket(host, 0)
