"""What goes wrong at an exchange, one thing after the other: nothing is lost but in noted gaps."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.faithful import check_recording
from tests.support.local_exchange import LocalExchange, local_exchange
from tests.support.ports import free_port
from tests.support.recorder_process import RecorderProcess, Rows, recorder
from tests.support.waiting import wait_for

SPEED = 5
PATIENCE = ("--snapshot-seconds", 1, "--stale-seconds", 3, "--ping-seconds", 2, "--pong-seconds", 1)


@pytest.fixture(scope="module")
def exchange() -> Iterator[LocalExchange]:
    with local_exchange("--speed", SPEED) as running:
        yield running


def recorded_through(
    exchange: LocalExchange, folder: Path, kind: str, *, until: str = "", **query: object
) -> tuple[Rows, RecorderProcess]:
    """Record, have a fault, record on until `until` is logged; return the checked rows."""
    with recorder(exchange, folder, *PATIENCE) as running:
        running.has_reached("rows", 50)
        number = exchange.fault(kind, **query)["number"]
        if until:
            running.has_logged(until)
        wait_for(
            lambda: next(each for each in exchange.faults() if each["number"] == number)["is_done"],
            f"the end of the fault {kind}",
        )
        running.has_reached("rows", running.number("rows") + 100)
        wait_for(
            lambda: running.log().count("subscribed anew") <= running.number("resubscriptions"),
            "what was to be subscribed anew",
        )
        running.has_reached("book_rows", running.number("book_rows") + 30)
        assert running.stop() == 0
        return check_recording(exchange, folder), running


def reasons(rows: Rows, table: str) -> list[str]:
    return [gap[4] for gap in rows.gaps if gap[0] == table]


def test_a_dropped_update_is_a_gap_and_the_book_is_subscribed_anew(exchange, tmp_path):
    rows, running = recorded_through(exchange, tmp_path, "gap", until="the whole book has come")
    assert reasons(rows, "book") == ["the chain of the book's rows is broken"]
    assert running.number("resubscriptions") == 1
    assert running.number("reconnects") == 0


def test_updates_in_the_wrong_order_are_a_gap(exchange, tmp_path):
    rows, _ = recorded_through(exchange, tmp_path, "reorder")
    assert reasons(rows, "book") == ["the chain of the book's rows is broken"]


def test_what_comes_twice_is_recorded_once(exchange, tmp_path):
    rows, running = recorded_through(exchange, tmp_path, "repeat", count=5)
    assert rows.gaps == []
    assert running.number("resubscriptions") == 0


def test_numbers_that_begin_anew_after_maintenance_are_no_gap(exchange, tmp_path):
    rows, _ = recorded_through(exchange, tmp_path, "reset", until="counts its rows anew")
    assert rows.gaps == []


def test_a_cut_connection_is_opened_again_and_its_gap_noted(exchange, tmp_path):
    rows, running = recorded_through(exchange, tmp_path, "cut", until="no connection, again in")
    assert len(reasons(rows, "book")) <= 1  # none where nothing has changed meanwhile
    assert running.number("reconnects") == 1
    assert reasons(rows, "trades") == []


def test_an_exchange_that_is_down_for_a_while_is_come_back_to(exchange, tmp_path):
    rows, running = recorded_through(exchange, tmp_path, "down", seconds=2)
    assert [reason.partition(":")[0] for reason in reasons(rows, "book")] == [
        "the connection was lost"
    ]
    assert running.number("reconnects") >= 2


def test_a_planned_close_is_bridged_without_a_gap(exchange, tmp_path):
    rows, running = recorded_through(
        exchange, tmp_path, "notice", until="the second connection has taken over", seconds=3
    )
    assert rows.gaps == []
    assert running.number("connections") == 2
    assert running.number("reconnects") == 0


def test_a_feed_that_stands_still_is_noticed_by_its_silence(exchange, tmp_path):
    rows, _ = recorded_through(
        exchange, tmp_path, "stall", until="nothing of the book came for 3 s", seconds=6
    )
    assert reasons(rows, "book")[0] == "nothing of the book came for 3 s"


def test_a_snapshot_that_does_not_come_is_asked_for_again(exchange, tmp_path):
    with recorder(exchange, tmp_path, *PATIENCE) as running:
        running.has_reached("rows", 50)
        exchange.fault("no-snapshot")
        exchange.fault("gap")
        running.has_logged("no books came")
        running.has_logged("the whole book has come", times=2)
        running.has_reached("rows", running.number("rows") + 100)
        running.stop()
        rows = check_recording(exchange, tmp_path)
    assert reasons(rows, "book") == ["the chain of the book's rows is broken"]


def test_trades_that_did_not_come_are_fetched(exchange, tmp_path):
    with recorder(exchange, tmp_path) as running:
        running.has_reached("rows", 50)
        exchange.fault("lost-trades", count=5)
        running.has_reached("filled_trades", 5)
        running.has_reached("rows", running.number("rows") + 100)
        running.stop()
        rows = check_recording(exchange, tmp_path)
    assert reasons(rows, "trades") == []


def test_missing_trades_that_the_exchange_does_not_give_are_a_gap(exchange, tmp_path):
    nowhere = ("--rest-url", f"http://127.0.0.1:{free_port()}")
    with recorder(exchange, tmp_path, *nowhere) as running:
        running.has_reached("rows", 50)
        exchange.fault("lost-trades", count=5)
        running.has_logged("missing trades are given up")
        running.has_reached("trades", running.number("trades") + 20)
        running.stop()
        rows = check_recording(exchange, tmp_path)
    assert set(reasons(rows, "trades")) == {"the exchange does not give these trades any more"}
    assert sum(gap[3] for gap in rows.gaps if gap[0] == "trades") >= 5


def test_garbage_is_counted_shown_and_left_out(exchange, tmp_path):
    with recorder(exchange, tmp_path) as running:
        running.has_reached("rows", 50)
        while running.number("garbage") < 8:
            exchange.fault("garbage")
        running.has_logged("more such messages are counted, and not shown")
        running.has_reached("rows", running.number("rows") + 100)
        running.stop()
        rows = check_recording(exchange, tmp_path)
    assert rows.gaps == []
    assert running.log().count("a message that cannot be used is left out") == 5
    assert running.log().isascii()


def test_slow_frames_cost_nothing(exchange, tmp_path):
    rows, _ = recorded_through(exchange, tmp_path, "slow", seconds=2)
    assert rows.gaps == []


def test_a_huge_frame_costs_nothing(exchange, tmp_path):
    rows, _ = recorded_through(exchange, tmp_path, "huge")
    assert rows.gaps == []


def test_a_wrong_checksum_is_a_gap_where_checksums_are_sent(tmp_path):
    with local_exchange("--speed", SPEED, "--checksums") as exchange:
        rows, running = recorded_through(
            exchange, tmp_path, "checksum", until="does not have the exchange's checksum"
        )
    assert reasons(rows, "book") == ["the book does not have the exchange's checksum"]
    assert running.number("resubscriptions") == 1


def test_a_burst_of_20000_messages_in_a_second_is_recorded_whole(exchange, tmp_path):
    with recorder(exchange, tmp_path) as running:
        running.has_reached("rows", 50)
        exchange.fault("burst", count=20_000)
        running.has_reached("trades", 20_000, seconds=10)
        running.stop()
        rows = check_recording(exchange, tmp_path)
    assert rows.gaps == []
    assert running.number("reconnects") == 0
