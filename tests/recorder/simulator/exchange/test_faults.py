"""Each fault is seen by a client as what it is, and noted with what it was done to."""

import json
import time
from itertools import islice, pairwise

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from recorder.simulator.exchange.fault_schedule import PlannedFault, moments
from recorder.simulator.exchange.faults import Fault
from shared.job import parse_moment
from tests.recorder.simulator.exchange.rebuilt import RebuiltBook
from tests.support.local_exchange import Client, LocalExchange, local_exchange
from tests.support.waiting import wait_for

BOOKS = ("books", "BTC-USDT")
TRADES = ("trades", "BTC-USDT")
BTC = {"instId": "BTC-USDT"}


def record_of(exchange: LocalExchange, fault: dict) -> dict:
    """What is noted of a fault once it is done."""
    return wait_for(
        lambda: next(
            (each for each in exchange.faults()
             if each["number"] == fault["number"] and each["is_done"]), None),
        f"{fault['kind']} to be done",
    )  # fmt: skip


def chains(client: Client, count: int) -> list[tuple[int, int]]:
    """(prevSeqId, seqId) of the next pushes of the book that are no heartbeats."""
    found: list[tuple[int, int]] = []
    while len(found) < count:
        data = client.push("books")["data"][0]
        if data["prevSeqId"] != data["seqId"]:
            found.append((data["prevSeqId"], data["seqId"]))
    return found


def breaks(links: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """(last seqId, prevSeqId) wherever the chain is broken."""
    return [(before[1], after[0]) for before, after in pairwise(links) if before[1] != after[0]]


def end_of(client: Client) -> ConnectionClosed:
    with pytest.raises(ConnectionClosed) as ended:
        client.until_text("a text that never comes")
    return ended.value


def test_a_gap_is_a_hole_in_the_chain_of_just_the_pushes_noted(exchange):
    with exchange.client(BOOKS) as client:
        links = chains(client, 1)
        fault = exchange.fault("gap", count=3, **BTC)
        links += chains(client, 60)
        lost = record_of(exchange, fault)["pushes"]
        assert len(lost) == 3
        assert breaks(links) == [(lost[0]["prev_seq_id"], lost[-1]["seq_id"])]


def test_lost_trades_are_a_hole_in_their_ids_and_can_be_had_by_rest(exchange):
    with exchange.client(TRADES) as client:
        client.push("trades")
        fault = exchange.fault("lost-trades", count=2, **BTC)
        noted = [each for each in wait_for_pushes(exchange, fault, 2)
                 if each["channel"] == "trades"]  # fmt: skip
        after = client.until(
            lambda each: (
                "data" in each and int(each["data"][0]["tradeId"]) > noted[-1]["last_trade_id"]
            )
        )["data"][0]
        assert int(after["tradeId"]) - int(after["count"]) == noted[-1]["last_trade_id"]
        path = "/api/v5/market/history-trades"
        query = {"after": noted[-1]["last_trade_id"] + 1, "before": noted[0]["first_trade_id"] - 1}
        by_rest = exchange.get(path, **BTC, **query)["data"]
        assert int(by_rest[0]["tradeId"]) == noted[-1]["last_trade_id"]
        assert int(by_rest[-1]["tradeId"]) == noted[0]["first_trade_id"]


def wait_for_pushes(exchange: LocalExchange, fault: dict, count: int) -> list[dict]:
    """The pushes that a fault has been done to so far, at least `count` of them of trades."""

    def noted():
        record = next(each for each in exchange.faults() if each["number"] == fault["number"])
        of_trades = [each for each in record["pushes"] if each["channel"] == "trades"]
        return record["pushes"] if len(of_trades) >= count else None

    return wait_for(noted, "trades to be lost")


def test_a_repeated_push_comes_twice(exchange):
    with exchange.client(BOOKS) as client:
        client.push("books")
        exchange.fault("repeat", **BTC)
        links = chains(client, 40)
        assert len(set(links)) == len(links) - 1


def test_reordered_pushes_are_two_that_have_changed_places(exchange):
    with exchange.client(BOOKS) as client:
        client.push("books")
        fault = exchange.fault("reorder", **BTC)
        links = chains(client, 40)
        first, second = (each["seq_id"] for each in record_of(exchange, fault)["pushes"])
        order = [seq_id for _, seq_id in links]
        assert order.index(first) == order.index(second) + 1
        assert breaks(sorted(links)) == []


def test_a_maintenance_reset_lowers_the_sequence_and_keeps_the_chain(exchange):
    with exchange.client(("books", "ETH-USDT")) as client:
        client.push("books")
        exchange.fault("reset", instId="ETH-USDT")
        links = chains(client, 40)
        assert breaks(links) == []
        assert [seq_id < prev_seq_id for prev_seq_id, seq_id in links].count(True) == 1


def test_a_wrong_checksum_is_not_0_once(exchange):
    with exchange.client(BOOKS) as client:
        client.push("books")
        exchange.fault("checksum", **BTC)
        sums = [client.push("books")["data"][0]["checksum"] for _ in range(40)]
        assert len([each for each in sums if each]) == 1


def test_a_missing_snapshot_leaves_a_subscriber_with_updates_alone(exchange):
    exchange.fault("no-snapshot", **BTC)
    with exchange.client(BOOKS) as client:
        assert client.push("books")["action"] == "update"
    with exchange.client(BOOKS) as client:
        assert client.push("books")["action"] == "snapshot"


def test_a_cut_ends_every_connection_without_a_word(exchange):
    with exchange.client(BOOKS) as client, exchange.client(TRADES) as other:
        client.push("books")
        other.event("subscribe")
        fault = exchange.fault("cut")
        assert len(fault["clients"]) == 2
        assert end_of(client).rcvd is None
        assert end_of(other).rcvd is None


def test_while_it_is_down_nobody_is_let_in():
    with local_exchange() as exchange:
        with exchange.client() as client:
            client.send("ping")
            client.text()
            fault = exchange.fault("down", seconds=0.5)
            assert end_of(client).rcvd is None
        with pytest.raises(InvalidStatus), exchange.client():
            pass
        assert exchange.answer("/api/v5/public/time")[0] == 503
        record_of(exchange, fault)
        with exchange.client(TRADES) as client:
            client.event("subscribe")


def test_a_stalled_connection_is_open_and_silent_and_others_are_not(exchange):
    with exchange.client(BOOKS) as stalled:
        stalled.push("books")
        fault = exchange.fault("stall", seconds=1)
        with exchange.client(BOOKS) as fresh:
            assert len(chains(fresh, 20)) == 20
        stalled.send("ping")
        stalled.until_text("pong")
        with pytest.raises(TimeoutError):
            stalled.text(seconds=0.2)
        record_of(exchange, fault)
        stalled.push("books")


def test_a_planned_close_is_told_before_it_comes(exchange):
    with exchange.client(BOOKS) as client:
        client.push("books")
        exchange.fault("notice", seconds=0.3)
        notice = client.event("notice")
        assert notice["code"] == "64008"
        assert notice["connId"]
        client.push("books")  # it goes on until then
        ended = end_of(client)
        assert ended.rcvd is not None
        assert ended.rcvd.code == 1001


def test_garbage_comes_between_whole_pushes(exchange):
    with exchange.client(BOOKS) as client:
        client.push("books")
        book = RebuiltBook()
        kinds = set()
        for _ in range(12):
            exchange.fault("garbage")
            text = client.until_garbage(BOOKS, book.apply)
            kinds.add(text)
        assert len(kinds) > 3
        assert book.breaks <= 1  # the first push that it sees follows none


def test_a_huge_frame_is_a_push_like_any_other(exchange):
    with exchange.client(BOOKS) as client:
        client.push("books")
        exchange.fault("huge", **BTC)
        sizes = []
        while not sizes or sizes[-1] < 4 * 2**20:
            text = client.text()
            sizes.append(len(text))
        assert json.loads(text)["arg"]["channel"] == "books"
        assert max(sizes[:-1], default=0) < 100_000


def test_a_slow_frame_takes_its_time_and_the_others_follow_whole(exchange):
    with exchange.client(BOOKS) as client:
        client.push("books")
        exchange.fault("slow", seconds=0.8, **BTC)
        longest, links, at = 0.0, [], time.monotonic()
        while longest < 0.6:
            links += chains(client, 1)
            longest = max(longest, time.monotonic() - at)
            at = time.monotonic()
        assert breaks([*links, *chains(client, 30)]) == []


def test_a_burst_of_20000_trades_is_sent_whole_within_seconds(exchange):
    with exchange.client(TRADES) as client:
        client.push("trades")
        began_at = time.monotonic()
        fault = exchange.fault("burst", count=20_000, **BTC)
        ids: list[int] = []
        while len(ids) < 20_000:
            ids.append(int(client.push("trades")["data"][0]["tradeId"]))
        took = time.monotonic() - began_at
        first, last = record_of(exchange, fault)["trade_ids"]
        assert last - first >= 20_000 - 1
        assert ids == sorted(set(ids))
        assert took < 10, "a recorder is to have caught up by then"


def test_a_client_that_does_not_read_is_cut_off_and_others_are_not():
    with (
        local_exchange("--client-mb", 0.5) as exchange,
        exchange.client(TRADES, max_queue=1) as slow,
    ):
        slow.event("subscribe")
        with exchange.client(TRADES) as quick:
            quick.event("subscribe")
            received = 0
            while len(exchange.get("/_control/state")["clients"]) == 2:
                exchange.fault("burst", count=1_000)
                for _ in range(1_000):
                    quick.push("trades")
                received += 1_000
                assert received < 200_000, "it is sent more and more"
            quick.send("ping")
            quick.until_text("pong")
        assert "is too slow" in "".join(exchange.lines)


def test_planned_faults_come_at_moments_of_the_seed():
    start_ms = parse_moment("2025-07-01")
    gaps = PlannedFault(Fault.GAP, 2.0)
    expected = list(islice(moments(gaps, "5", start_ms), 5))
    assert expected == list(islice(moments(gaps, "5", start_ms), 5))
    assert expected != list(islice(moments(gaps, "6", start_ms), 5))
    options = ("--fault", "gap:2", "--fault", "reset:3", "--speed", 20, "--start", "2025-07-01")
    with local_exchange(*options, "--seed", 5) as exchange:

        def begun() -> list[int]:
            return [each["at_ms"] for each in exchange.faults() if each["kind"] == "gap"]

        wait_for(lambda: len(begun()) >= 5, "five gaps")
        late = [at_ms - due_ms for at_ms, due_ms in zip(begun(), expected, strict=False)]
        assert all(0 <= each < 4_000 for each in late), late  # 0.2 s on the clock
        assert {each["kind"] for each in exchange.faults()} == {"gap", "reset"}


@pytest.mark.parametrize(
    "query",
    [{"kind": "no-such"}, {}, {"kind": "gap", "instId": "NO-SUCH"}, {"kind": "gap", "count": "x"},
     {"kind": "stall", "seconds": "-1"}],
    ids=["unknown", "none", "instrument", "count", "seconds"],
)  # fmt: skip
def test_a_fault_that_cannot_be_is_refused(exchange, query):
    status, answer = exchange.answer("/_control/fault", method="POST", **query)
    assert status == 400
    assert answer["error"]
