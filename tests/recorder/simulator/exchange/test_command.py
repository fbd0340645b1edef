"""The command `python -m recorder.simulator serve`, as a user starts and ends it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from recorder.simulator.exchange.command import main
from tests.support.local_exchange import COMMAND, local_exchange, run_until_it_ends


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
        began_at, state = time.monotonic(), exchange.get("/_control/state")
        first_ms = state["instruments"]["BTC-USDT"]["timestamp_ms"]
        while not state["given_up_ms"]:
            assert time.monotonic() - began_at < 20, "nothing is given up"
            state = exchange.get("/_control/state")
        published_ms = state["instruments"]["BTC-USDT"]["timestamp_ms"]
        assert published_ms > first_ms
        assert state["now_ms"] - published_ms < 2 * 10_000_000, json.dumps(state)
    assert "cannot keep up" in "".join(exchange.lines)


def test_a_command_finds_the_exchange_in_its_environment_and_ends_it_with_its_code(tmp_path):
    asking = (
        "import os, urllib.request as r;"
        "r.urlopen(os.environ['ORDERFLOW_REST_URL'] + '/api/v5/public/time').read();"
        "print(os.environ['ORDERFLOW_INSTRUMENT'], os.environ['ORDERFLOW_DATA_DIR']); exit(7)"
    )
    folder = str(tmp_path / "day files")
    options = ("--backfill", folder, "--hours", "0.01", "--", sys.executable, "-c", asking)
    ended = subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (7, f"BTC-USDT {folder}\n"), ended.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_is_handed_on_to_the_command_once(number):
    counting = (
        "import signal, sys, time; seen = [];"
        "[signal.signal(n, lambda n, _: seen.append(n)) for n in (2, 15)]; print('up', flush=True);"
        "exec('while not seen: time.sleep(0.01)'); time.sleep(0.3); print(seen, flush=True)"
    )
    process = subprocess.Popen(
        [*COMMAND, "--", sys.executable, "-c", counting],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        os.killpg(process.pid, number)  # as a terminal does, or honcho
        assert process.stdout.read() == f"[{int(number)}]\n"
        assert process.wait(20) == 0
