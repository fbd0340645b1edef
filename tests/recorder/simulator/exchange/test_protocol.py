"""What a client of OKX is told on the way: answers, errors, pings, silence."""

import pytest
from websockets.exceptions import ConnectionClosed

from tests.support.local_exchange import BUSINESS, Client, local_exchange

BOOKS = ("books", "BTC-USDT")
TRADES = ("trades", "BTC-USDT")


def test_a_subscription_is_confirmed_with_its_id_and_the_connection(exchange):
    with exchange.client() as client:
        client.ask("subscribe", TRADES, id="1512")
        answer = client.event("subscribe")
        assert answer.pop("connId")
        assert answer == {
            "id": "1512",
            "event": "subscribe",
            "arg": {"channel": "trades", "instId": "BTC-USDT"},
        }


def test_each_topic_of_a_request_is_answered_and_one_connection_has_one_id(exchange):
    with exchange.client(BOOKS, TRADES) as client:
        answers = [client.event("subscribe") for _ in range(2)]
        assert [answer["arg"]["channel"] for answer in answers] == ["books", "trades"]
        assert answers[0]["connId"] == answers[1]["connId"]


def test_after_unsubscribing_nothing_more_comes(exchange):
    with exchange.client(BOOKS) as client:
        client.push("books")
        client.ask("unsubscribe", BOOKS)
        assert client.event("unsubscribe")["arg"]["channel"] == "books"
        client.send("ping")
        assert client.text() == "pong"


@pytest.mark.parametrize(
    "text",
    [
        "subscribe",
        "{",
        "[]",
        '{"op":"subscribe"}',
        '{"op":"subscribe","args":[]}',
        '{"op":"order","args":[{"channel":"books","instId":"BTC-USDT"}]}',
        '{"op":"subscribe","args":["books"]}',
        '{"op":"subscribe","args":[{"instId":"BTC-USDT"}]}',
    ],
)
def test_what_is_no_request_is_error_60012_and_the_connection_stays(exchange, text):
    with exchange.client() as client:
        client.send(text)
        answer = client.message()
        assert (answer["event"], answer["code"]) == ("error", "60012")
        assert text in answer["msg"]
        client.send("ping")
        assert client.text() == "pong"


@pytest.mark.parametrize(
    ("topic", "endpoint"),
    [
        (("books", "NO-SUCH"), "/ws/v5/public"),
        (("no-such-channel", "BTC-USDT"), "/ws/v5/public"),
        (("trades-all", "BTC-USDT"), "/ws/v5/public"),
        (("books", "BTC-USDT"), BUSINESS),
    ],
    ids=["instrument", "channel", "only business", "only public"],
)
def test_what_there_is_not_is_error_60018(exchange, topic, endpoint):
    with exchange.client(topic, endpoint=endpoint) as client:
        answer = client.message()
        assert (answer["event"], answer["code"]) == ("error", "60018")
        assert topic[1] in answer["msg"]


def test_one_unknown_topic_does_not_cost_the_others(exchange):
    with exchange.client(("books", "NO-SUCH"), TRADES) as client:
        assert client.message()["code"] == "60018"
        assert client.event("subscribe")["arg"]["channel"] == "trades"


def test_more_than_480_requests_an_hour_are_refused(exchange):
    with exchange.client() as client:
        for _ in range(481):
            client.ask("unsubscribe", BOOKS)
        answers = [client.message() for _ in range(481)]
        assert {answer["event"] for answer in answers[:480]} == {"unsubscribe"}
        assert answers[480]["code"] == "60014"


def test_a_silent_connection_is_closed_and_one_that_pings_is_not():
    with (
        local_exchange("--idle-seconds", 0.6) as exchange,
        exchange.client() as silent,
        exchange.client() as pinging,
    ):
        code = None
        while code is None:
            pinging.send("ping")
            assert pinging.text() == "pong"
            code = close_code(silent, seconds=0.1)
        assert code == 4004
        pinging.send("ping")
        assert pinging.text() == "pong"


def close_code(client: Client, seconds: float) -> int | None:
    """Return what the connection was closed with, None while it is open and nothing comes."""
    try:
        client.text(seconds)
    except TimeoutError:
        return None
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006
    raise AssertionError("a message has come")


def test_pushes_keep_a_connection_open_that_says_nothing():
    with local_exchange("--idle-seconds", 0.6) as exchange, exchange.client(BOOKS) as client:
        first = int(client.push("books")["data"][0]["ts"])
        while int(client.push("books")["data"][0]["ts"]) < first + 1_500:
            pass


def test_other_paths_are_not_found(exchange):
    assert exchange.answer("/")[0] == 404
    assert exchange.answer("/api/v5/no/such")[0] == 404
