"""A captured session of OKX is played as it was: the same messages, in their order, at its pace."""

import json
import time
from collections import defaultdict
from pathlib import Path

import pytest

from tests.support.imports import DOWNLOADS
from tests.support.local_exchange import local_exchange, run_until_it_ends
from tests.support.real_recordings import needs_real_data
from tests.support.waiting import wait_for

SESSIONS = (
    "cuts/OKX.ws.2022-05-13.no-UNI.raw",
    "cuts/OKEX.ws.2021-07-22.1.no-ONT-XMR.raw",
    "okx-ws-raw/OKCOIN.ws.2023-05-27.raw",
)
SHORT = """\
wss://ws.okx.com:8443/ws/v5/public <-> 100.0
wss://ws.okx.com:8443/ws/v5/public <- 100.1: {"op":"subscribe","args":[]}
100.2: {"event":"subscribe","arg":{"channel":"books","instId":"A-B"}}
100.5: {"arg":{"channel":"books","instId":"A-B"},"action":"snapshot","data":[{"ts":"1"}]}
100.6: {"arg":{"channel":"trades","instId":"A-B"},"data":[{"ts":"2"}]}
no message
102.5: {"arg":{"channel":"books","instId":"A-B"},"action":"update","data":[{"ts":"3"}]}
"""


@pytest.fixture
def short(tmp_path) -> Path:
    path = tmp_path / "session.raw"
    path.write_text(SHORT)
    return path


def pushes_in(path: Path) -> list[tuple[tuple[str, str], str]]:
    """Topic and text of each push, read as plainly as can be."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        head, _, text = line.partition(": ")
        if head.replace(".", "").isdigit() and '"data"' in text:
            argument = json.loads(text)["arg"]
            found.append(((argument["channel"], argument["instId"]), text))
    return found


def is_of_business(topic: tuple[str, str]) -> bool:
    return topic[0].startswith("candle")


@needs_real_data
@pytest.mark.parametrize("name", SESSIONS)
def test_a_capture_is_played_message_by_message(name):
    pushes = [push for push in pushes_in(DOWNLOADS / name) if not is_of_business(push[0])]
    topics = list(dict.fromkeys(topic for topic, _ in pushes))
    options = ("--capture", DOWNLOADS / name, "--speed", 0)
    with local_exchange(*options) as exchange, exchange.client(*topics) as client:
        # Events are the answers to the subscriptions; all else is the capture's.
        played: list[tuple[tuple[str, str], str]] = []
        while len(played) < len(pushes):
            text = client.text()
            message = json.loads(text)
            if "event" not in message:
                topic = (message["arg"]["channel"], message["arg"]["instId"])
                played.append((topic, text))
        client.send("ping")
        assert client.text() == "pong"
    assert by_topic(played) == by_topic(pushes)


def by_topic(pushes: list[tuple[tuple[str, str], str]]) -> dict[tuple[str, str], list[str]]:
    texts = defaultdict(list)
    for topic, text in pushes:
        texts[topic].append(text)
    return texts


def test_messages_of_all_topics_come_in_the_order_of_their_times(short):
    topics = (("books", "A-B"), ("trades", "A-B"))
    with local_exchange("--capture", short, "--speed", 10) as exchange:
        with exchange.client(*topics) as client:
            times = [client.until(lambda each: "data" in each)["data"][0]["ts"] for _ in range(3)]
        assert times == ["1", "2", "3"]


def test_it_is_played_at_its_pace_and_faster_on_demand(short):
    with (
        local_exchange("--capture", short, "--speed", 2) as exchange,
        exchange.client(("books", "A-B")) as client,
    ):
        client.push("books")
        began_at = time.monotonic()
        client.push("books")
        assert 0.9 < time.monotonic() - began_at < 1.9  # two seconds in the capture


def test_each_client_gets_it_from_the_beginning_and_a_late_topic_too(short):
    with local_exchange("--capture", short, "--speed", 0) as exchange:
        for _ in range(2):
            with exchange.client(("books", "A-B")) as client:
                assert [client.push("books")["data"][0]["ts"] for _ in range(2)] == ["1", "3"]
                client.ask("subscribe", ("trades", "A-B"))
                assert client.push("trades")["data"][0]["ts"] == "2"


def test_how_far_it_is_played_is_told(short):
    def progress(exchange):
        [played] = exchange.get("/_control/state")["played"].values()
        return [(each["played"], each["of"]) for each in played]

    with (
        local_exchange("--capture", short, "--speed", 0) as exchange,
        exchange.client(("books", "A-B"), ("trades", "A-B")) as client,
    ):
        client.push("trades")
        wait_for(lambda: progress(exchange) == [(2, 2), (1, 1)], "all to be played")


def test_several_captures_are_one_session(short, tmp_path):
    other = tmp_path / "other.raw"
    other.write_text(SHORT.replace("A-B", "C-D"))
    with (
        local_exchange("--capture", short, "--capture", other, "--speed", 0) as exchange,
        exchange.client(("trades", "A-B"), ("trades", "C-D")) as client,
    ):
        names = {client.push("trades")["arg"]["instId"] for _ in range(2)}
        assert names == {"A-B", "C-D"}


def test_what_a_capture_does_not_hold_is_refused(short):
    with (
        local_exchange("--capture", short) as exchange,
        exchange.client(("books", "BTC-USDT")) as client,
    ):
        assert client.message()["code"] == "60018"
        assert exchange.get("/api/v5/market/books", instId="A-B")["code"] == "50001"
        described = exchange.get("/api/v5/public/instruments", instType="SPOT")["data"]
        assert [each["instId"] for each in described] == ["A-B"]


def test_a_cut_can_be_done_to_a_capture_and_a_gap_cannot(short):
    with local_exchange("--capture", short) as exchange:
        assert exchange.fault("cut")["kind"] == "cut"
        status, answer = exchange.answer("/_control/fault", kind="gap")
        assert (status, answer) == (400, {"error": "gap cannot be done to a capture"})


@pytest.mark.parametrize(
    ("options", "code", "reason"),
    [
        (("--capture", "missing.raw"), 66, "missing.raw: No such file"),
        (("--capture", "pyproject.toml"), 66, "found no push in it"),
        (("--capture", "session.raw", "--backfill", "demo"), 2, "--capture has times"),
        (("--capture", "session.raw", "--fault", "gap"), 2, "--fault gap"),
        (("--speed", "0"), 2, "for a capture alone"),
    ],
    ids=["missing", "none", "with backfill", "with a gap", "no capture"],
)
def test_a_capture_that_cannot_be_played_is_one_clear_error(options, code, reason):
    ended, said = run_until_it_ends(*options)
    assert ended == code
    assert reason in said
    assert len(said.splitlines()) == 1
