"""The page's listening socket, and who is to blame when it cannot be had."""

import os
import socket

import pytest

from shared.errors import UsageError
from shared.exit_codes import ExitCode
from shared.listening import PortInUseError, open_listening_socket


def test_a_free_port_is_taken_and_connections_wait_there() -> None:
    with (
        open_listening_socket("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname(), timeout=5),
    ):
        assert listener.getsockname()[1] > 0


@pytest.mark.parametrize("is_patient", [False, True])
def test_a_port_in_use_names_the_process_that_has_it(is_patient: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortInUseError, match=rf"port {port} on .*\(pid {os.getpid()}\)") as it:
            open_listening_socket("127.0.0.1", port, is_patient=is_patient)
    assert it.value.exit_code is ExitCode.UNAVAILABLE


def test_an_address_of_another_machine_is_a_wrong_option() -> None:
    with pytest.raises(UsageError, match=r"cannot listen on 203\.0\.113\.1:0"):
        open_listening_socket("203.0.113.1", 0)


@pytest.mark.parametrize("host", ["no such host", "a..b", "x" * 300])
def test_a_name_that_is_no_host_s_is_a_wrong_option_that_names_it(host: str) -> None:
    with pytest.raises(UsageError, match=host):
        open_listening_socket(host, 0)
