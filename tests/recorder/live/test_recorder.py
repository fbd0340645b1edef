"""The recorder against the local exchange, both as a user starts them."""

import sqlite3
import time

import pytest

from shared.exit_codes import ExitCode
from tests.support.commands import run_command
from tests.support.faithful import check_recording
from tests.support.local_exchange import local_exchange
from tests.support.recorder_process import recorder, rows_of
from tests.support.waiting import wait_for


def test_what_happens_at_the_exchange_is_in_the_day_file(tmp_path):
    with local_exchange("--speed", 10) as exchange, recorder(exchange, tmp_path) as running:
        running.has_reached("book_rows", 400)
        assert running.stop() == ExitCode.OK
        rows = check_recording(exchange, tmp_path)
    assert len(rows.book) >= 400
    assert len(rows.trades) > 20
    assert rows.gaps == []


def test_two_instruments_have_a_file_each(tmp_path):
    names = ("--instrument", "BTC-USDT", "--instrument", "ETH-USDT")
    with (
        local_exchange("--speed", 10, *names) as exchange,
        recorder(exchange, tmp_path, *names) as running,
    ):
        running.has_reached("rows", 500)
        running.stop()
        for name in ("BTC-USDT", "ETH-USDT"):
            assert len(check_recording(exchange, tmp_path, name).book) > 100


def test_told_to_stop_it_ends_within_two_seconds_and_keeps_all_rows(tmp_path):
    with local_exchange() as exchange, recorder(exchange, tmp_path) as running:
        running.has_reached("rows", 5)
        began = time.monotonic()
        assert running.stop() == ExitCode.OK
        assert time.monotonic() - began < 2
        assert not list(tmp_path.glob("*-wal"))
        check_recording(exchange, tmp_path)


def test_heartbeats_tell_messages_rows_and_the_clock_s_offset(tmp_path):
    with local_exchange() as exchange, recorder(exchange, tmp_path) as running:
        running.has_reached("clock_offset_ms", -1_000)
        running.has_reached("commit_p95_ms", 0)
        running.has_reached("messages", 10)
        running.has_reached("rows", 10)
        assert {beat.boot_id for beat in running.beats} == {"boot"}
        assert abs(running.number("clock_offset_ms")) < 1_000
        numbers = [beat.progress["messages"] for beat in running.beats]
        assert numbers == sorted(numbers)


def test_a_second_recorder_on_the_same_file_is_refused(tmp_path):
    with local_exchange() as exchange, recorder(exchange, tmp_path) as first:
        first.has_reached("rows", 5)
        with recorder(exchange, tmp_path) as second:
            assert second.process.wait(10) == ExitCode.ALREADY_RUNNING
            wait_for(lambda: "somebody else is writing it" in second.log(), "the reason")
        first.has_reached("rows", 20)
        first.stop()
        check_recording(exchange, tmp_path)


def test_an_instrument_that_the_exchange_does_not_know_ends_it_for_good(tmp_path):
    with local_exchange() as exchange:
        with recorder(exchange, tmp_path, "--instrument", "NO-SUCH") as running:
            assert running.process.wait(10) == ExitCode.CONFIG
            wait_for(lambda: "60018" in running.log(), "the exchange's own words")
        assert "Traceback" not in running.log()


def test_an_exchange_that_is_not_there_is_waited_for(tmp_path):
    with local_exchange() as exchange:
        pass
    with recorder(exchange, tmp_path) as running:
        running.has_logged("no connection, again in", times=2)
        assert running.stop() == ExitCode.OK


def test_an_address_that_is_none_is_a_usage_error(tmp_path):
    done = run_command("orderflow-record", "--data-dir", tmp_path, "--ws-url", "nonsense")
    assert done.returncode == ExitCode.USAGE
    assert done.stderr.strip().splitlines()[-1].startswith("Error: expected a WebSocket address")


@pytest.mark.parametrize("name", ["a/b", " "])
def test_an_instrument_that_no_file_can_be_named_after_is_a_usage_error(tmp_path, name):
    done = run_command("orderflow-record", "--data-dir", tmp_path, "--instrument", name)
    assert done.returncode == ExitCode.USAGE


def test_rows_of_a_day_that_has_ended_are_kept_when_it_starts_again_at_midnight(tmp_path):
    options = ("--start", "2025-07-01T23:59:50", "--speed", 5)
    with local_exchange(*options) as exchange, recorder(exchange, tmp_path) as running:
        days = ("BTC-USDT-25-07-01.db", "BTC-USDT-25-07-02.db")
        wait_for(lambda: (tmp_path / days[1]).exists(), "the next day's file")
        running.has_reached("rows", running.number("rows") + 200)
        running.stop()
        rows = check_recording(exchange, tmp_path)
        assert rows.gaps == []
        for number, name in enumerate(days):
            with sqlite3.connect(tmp_path / name) as db:
                times = [int(row[0]) for row in db.execute("SELECT timestamp FROM book")]
            db.close()
            assert {(time_ms - 1_751_328_000_000) // 86_400_000 for time_ms in times} == {number}


def test_a_recording_that_was_killed_goes_on_and_fetches_the_trades_that_were_missed(tmp_path):
    with local_exchange("--speed", 10) as exchange:
        with recorder(exchange, tmp_path) as running:
            running.has_reached("trades", 20)
            running.kill()
        before = rows_of(tmp_path)
        newest = before.trades[-1][0]
        wait_for(
            lambda: (
                exchange.get("/_control/state")["instruments"]["BTC-USDT"]["last_trade_id"]
                > newest + 150
            ),
            "trades that nobody records",
        )
        with recorder(exchange, tmp_path) as running:
            running.has_reached("filled_trades", 150)
            running.has_reached("book_rows", 50)
            running.stop()
        rows = check_recording(exchange, tmp_path)
    assert rows.book[: len(before.book)] == before.book
    assert [gap[0] for gap in rows.gaps] == ["book"]
    assert rows.gaps[0][4] == "the recorder was not running"


def test_contracts_are_turned_into_base_units_by_the_exchange_s_own_list(tmp_path):
    swap = ("--instrument", "BTC-USDT-SWAP")
    with local_exchange(*swap) as exchange, recorder(exchange, tmp_path, *swap) as running:
        running.has_logged("BTC-USDT-SWAP: a contract is 1, linear")
        running.has_reached("rows", 20)
        running.stop()
        check_recording(exchange, tmp_path, "BTC-USDT-SWAP")


def test_an_instrument_in_contracts_that_is_not_listed_ends_it_for_good(tmp_path):
    with local_exchange() as exchange:
        with recorder(exchange, tmp_path, "--instrument", "NO-SUCH-SWAP") as running:
            assert running.process.wait(10) == ExitCode.CONFIG
        assert "NO-SUCH-SWAP" in running.log()
        assert "Traceback" not in running.log()
