"""The book that a client rebuilds is the exchange's own."""

from typing import Any
from zlib import crc32

import pytest

from tests.recorder.simulator.exchange.rebuilt import RebuiltBook
from tests.support.local_exchange import local_exchange

BOOKS = ("books", "BTC-USDT")


def test_the_first_push_is_a_snapshot_of_400_levels_a_side(exchange):
    with exchange.client(BOOKS) as client:
        push = client.push("books")
        assert push["action"] == "snapshot"
        assert push["data"][0]["prevSeqId"] == -1
        assert push["data"][0]["checksum"] == 0
        assert [len(push["data"][0][side]) for side in ("bids", "asks")] == [400, 400]
        assert all(len(level) == 4 for level in push["data"][0]["bids"])


def test_the_rebuilt_book_is_the_exchange_s_at_every_twentieth_push(exchange):
    book = RebuiltBook()
    with exchange.client(BOOKS) as client:
        for number in range(400):
            book.apply(client.push("books"))
            if number % 20 == 0:
                own = exchange.get("/_control/book", instId="BTC-USDT", seqId=book.seq_id)
                assert (own["bids"], own["asks"]) == (book.sorted("bids"), book.sorted("asks"))
    assert book.breaks == 0
    assert float(book.sorted("bids")[0][0]) < float(book.sorted("asks")[0][0])


def test_the_book_by_rest_is_the_rebuilt_one(exchange):
    by_rest = exchange.get("/api/v5/market/books", instId="BTC-USDT", sz=400)["data"][0]
    own = exchange.get("/_control/book", instId="BTC-USDT", seqId=by_rest["seqId"])
    assert (own["bids"], own["asks"]) == (by_rest["bids"], by_rest["asks"])
    at_its_time = exchange.get("/_control/book", instId="BTC-USDT", ts=by_rest["ts"])
    assert at_its_time["timestamp_ms"] == int(by_rest["ts"])


def test_updates_come_about_every_100_ms_of_their_time(exchange):
    with exchange.client(BOOKS) as client:
        times = [int(client.push("books")["data"][0]["ts"]) for _ in range(200)]
    assert times == sorted(times)
    assert (times[-1] - times[0]) / 199 == pytest.approx(100, abs=5)


def test_an_update_without_levels_is_a_heartbeat_of_the_same_sequence_number(exchange):
    with exchange.client(BOOKS) as client:
        push = client.until(
            lambda message: (
                "data" in message and message["data"][0]["bids"] == [] == message["data"][0]["asks"]
            )
        )
    assert push["data"][0]["seqId"] == push["data"][0]["prevSeqId"]


def test_two_instruments_have_markets_of_their_own(exchange):
    with exchange.client(BOOKS, ("books", "ETH-USDT")) as client:
        snapshots = {}
        while len(snapshots) < 2:
            push = client.push("books")
            snapshots.setdefault(push["arg"]["instId"], push["data"][0]["bids"])
    assert snapshots["BTC-USDT"] != snapshots["ETH-USDT"]


def test_checksums_are_those_of_the_best_25_levels_where_they_are_asked_for():
    book = RebuiltBook()
    options = ("--checksums", "--speed", 20)
    with local_exchange(*options) as exchange, exchange.client(BOOKS) as client:
        for _ in range(60):
            push = client.push("books")
            book.apply(push)
            assert push["data"][0]["checksum"] == checksum(book)


def checksum(book: RebuiltBook) -> int:
    parts = []
    for bid, ask in zip(book.sorted("bids")[:25], book.sorted("asks")[:25], strict=True):
        parts += [*bid[:2], *ask[:2]]
    unsigned = crc32(":".join(parts).encode())
    return unsigned - 2**32 if unsigned >= 2**31 else unsigned


def test_the_same_seed_and_start_are_the_same_market_and_another_seed_is_not():
    def book_after_ten_seconds(seed: int) -> Any:
        options = ("--seed", seed, "--start", "2025-07-01", "--speed", 50)
        with local_exchange(*options) as exchange, exchange.client(BOOKS) as client:
            while int(client.push("books")["data"][0]["ts"]) <= 1_751_328_010_000:
                pass
            return exchange.get("/_control/book", ts=1_751_328_010_000)

    assert book_after_ten_seconds(3) == book_after_ten_seconds(3) != book_after_ten_seconds(4)
