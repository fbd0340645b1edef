"""The command `python -m recorder.simulator serve`, as a user starts and ends it."""

import json
import signal
import socket
import time

import pytest

from recorder.simulator.exchange.command import main
from tests.support.local_exchange import local_exchange, run_until_it_ends


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_it_ends_in_peace_and_tells_its_clients(number):
    with local_exchange() as exchange, exchange.client(("books", "BTC-USDT")) as client:
        client.push("books")
        exchange.process.send_signal(number)
        assert exchange.process.wait(10) == 0
        assert "Traceback" not in "".join(exchange.lines)


def test_it_says_that_its_market_is_simulated():
    with local_exchange("--instrument", "ETH-USDT") as exchange:
        assert exchange.lines[-1].endswith(" with a simulated market of ETH-USDT\n")


def test_a_port_in_use_is_one_clear_error():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = run_until_it_ends("--port", port)
        assert code == 69
        assert said.startswith(f"Error: port {port} on 127.0.0.1 is in use")


@pytest.mark.parametrize(
    "options",
    [
        ("--instrument", 'BTC"USDT'),
        ("--instrument", ""),
        ("--fault", "no-such"),
        ("--fault", "gap:soon"),
        ("--speed", "-1"),
        ("--start", "July"),
    ],
)
def test_bad_options_are_usage_errors(options):
    code, said = run_until_it_ends(*options)
    assert code == 2
    assert "Traceback" not in said


def test_every_option_has_help_and_a_default():
    for option in main.params:
        if option.param_type_name == "option":
            assert option.help, option.name
            assert option.show_default, option.name


def test_where_the_market_cannot_keep_up_it_says_so_and_time_goes_slower():
    with local_exchange("--speed", 10_000, "--start", "2025-07-01") as exchange:
        began_at, first_ms = time.monotonic(), exchange.get("/_control/state")["now_ms"]
        state = exchange.get("/_control/state")
        while not state["given_up_ms"]:
            assert time.monotonic() - began_at < 20, "nothing is given up"
            state = exchange.get("/_control/state")
        published_ms = state["instruments"]["BTC-USDT"]["timestamp_ms"]
        assert published_ms > first_ms
        assert state["now_ms"] - published_ms < 2 * 10_000_000, json.dumps(state)
    assert "cannot keep up" in "".join(exchange.lines)
