"""What a line sends and when it is given up, by a clock that is moved by hand."""

import json
from collections.abc import Callable, Iterable

import pytest

from recorder.live.adapter.counts import Counts
from recorder.live.adapter.exchange import LineLost, RefusedError
from recorder.live.okx.line import Market, OkxLine, Patience
from recorder.live.okx.merged_book import MergedBook
from recorder.live.okx.trade_order import TradeOrder
from shared.recordings.writing.rows import NewRow

SNAPSHOT = (
    b'{"arg":{"channel":"books","instId":"A-B"},"action":"snapshot","data":[{"asks":[],'
    b'"bids":[["1","1","0","1"]],"ts":"5","seqId":%d,"prevSeqId":-1,"checksum":0}]}'
)
UPDATE = SNAPSHOT.replace(b"snapshot", b"update").replace(b"-1", b"%d")
CONFIRMED = b'{"event":"subscribe","arg":{"channel":"trades","instId":"A-B"}}'


class Spoken:
    """A line of some instruments."""

    def __init__(self, *names: str) -> None:
        self.rows: list[NewRow] = []
        self.counts = Counts()
        put = self.rows.append
        markets = {
            name: Market(MergedBook(name, put), TradeOrder(name, put)) for name in names or ("A-B",)
        }
        self.line = OkxLine(markets, self.counts, Patience(15, 10, 90, 10))

    def filled(self) -> "Spoken":
        self.line.opened(0)
        self.line.received(SNAPSHOT % 7, 0)
        self.line.received(CONFIRMED, 0)
        assert self.line.is_filled
        return self


def test_books_and_trades_are_subscribed_first():
    (text,) = Spoken().line.opened(0)
    assert json.loads(text) == {
        "id": "1",
        "op": "subscribe",
        "args": [
            {"channel": "books", "instId": "A-B"},
            {"channel": "trades", "instId": "A-B"},
        ],
    }


def test_silence_is_answered_by_a_ping_and_no_pong_ends_the_line():
    spoken = Spoken().filled()
    assert spoken.line.due(14.9) == []
    assert spoken.line.due(15.0) == ["ping"]
    assert spoken.line.due(24.9) == []
    with pytest.raises(LineLost, match="no answer to a ping"):
        spoken.line.due(25.0)


def test_a_pong_is_a_sign_of_life():
    spoken = Spoken().filled()
    assert spoken.line.due(15.0) == ["ping"]
    spoken.line.received(b"pong", 16.0)
    assert spoken.line.due(30.9) == []
    assert spoken.line.due(31.0) == ["ping"]
    assert spoken.counts.garbage == 0


def test_a_gap_is_subscribed_anew_at_once_and_the_next_ones_ever_later():
    spoken = Spoken().filled()
    texts = spoken.line.received(UPDATE % (10, 9), 1.0)
    assert [json.loads(text)["op"] for text in texts] == ["unsubscribe", "subscribe"]
    delays = []
    for moment in (2.0, 20.0, 40.0):
        spoken.line.received(SNAPSHOT % 20, moment)
        assert spoken.line.received(UPDATE % (30, 29), moment) == []
        delay = 0.0
        while not spoken.line.due(moment + delay):
            delay += 0.1
        delays.append(delay)
    assert 0.2 <= delays[0] < delays[2] <= 2.1
    assert spoken.counts.resubscriptions == 4


def test_a_line_without_any_answer_is_given_up():
    spoken = Spoken()
    spoken.line.opened(0)

    def wait_a_second(moment: float) -> None:
        spoken.line.received(b"pong", moment)
        spoken.line.due(moment)

    for moment in range(1, 50):
        wait_a_second(moment)
    with pytest.raises(LineLost, match="no answer to 5 subscriptions"):
        repeat(wait_a_second, range(50, 200))


@pytest.mark.parametrize("code", ["60012", "60018"])
def test_a_refusal_is_final(code):
    message = b'{"event":"error","code":"%s","msg":"no"}' % code.encode()
    with pytest.raises(RefusedError, match=code):
        Spoken().line.received(message, 0)


def test_an_announced_close_makes_the_line_leave():
    spoken = Spoken().filled()
    spoken.line.received(b'{"event":"notice","code":"64008","msg":"soon"}', 1)
    assert spoken.line.is_leaving


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"null",
        b"\xff\xfe",
        b'{"arg":{"channel":"books","instId":"OTHER"},"data":[]}',
        b'{"arg":{"channel":"books","instId":"A-B"},"action":"update","data":[{}]}',
        b'{"arg":{"channel":"books","instId":"A-B"},"action":"odd","data":[{"asks":[],"bids":[],"ts":"1"}]}',
        b'{"arg":{"channel":"trades","instId":"A-B"},"data":[{"tradeId":"x","px":"1","sz":"1","side":"buy","ts":"1"}]}',
        b'{"arg":{"channel":"trades","instId":"A-B"},"data":[{"tradeId":"1","px":"1","sz":"1","side":"buy","ts":"1","count":"9"}]}',
        b'{"arg":{"channel":"trades","instId":"A-B"},"data":[{"tradeId":"1","px":"-1","sz":"1","side":"buy","ts":"1"}]}',
        b'{"arg":{"channel":"trades","instId":"A-B"},"data":[{"tradeId":"1","px":"1","sz":"1","side":"buy","ts":"9e99"}]}',
        b'{"arg":{"channel":"trades","instId":"A-B"},"data":[{"tradeId":"1","px":"1","sz":"1","side":"buy","ts":"999999999999999"}]}',
    ],
)  # fmt: skip
def test_garbage_is_counted_and_nothing_else_comes_of_it(data):
    spoken = Spoken().filled()
    before = list(spoken.rows)
    assert spoken.line.received(data, 1) == []
    assert spoken.counts.garbage == 1
    assert spoken.rows == before


def test_events_that_are_not_known_are_tolerated():
    spoken = Spoken().filled()
    spoken.line.received(b'{"event":"something-new","code":"1","msg":"\\u001b[2J"}', 1)
    spoken.line.received(b'{"event":"channel-conn-count","connCount":"3"}', 1)
    assert spoken.counts.garbage == 0


def test_the_hour_s_subscriptions_are_not_exceeded():
    names = ("A-B", "C-D", "E-F", "G-H")
    spoken = Spoken(*names)
    spoken.line.opened(0)
    sent = ["subscribe"] * 2 * len(names)

    def break_all_that_is_whole(moment: float) -> None:
        asked = spoken.line.due(moment)
        sent.extend(asked)
        for name in names:
            messages = [CONFIRMED, UPDATE % (10, 9)]
            if moment == 1 or any(name in text for text in asked):
                messages.insert(0, SNAPSHOT % 7)
            for message in messages:
                sent.extend(spoken.line.received(message.replace(b"A-B", name.encode()), moment))

    with pytest.raises(LineLost, match="480 subscriptions in an hour"):
        repeat(break_all_that_is_whole, range(1, 3_600))
    assert 470 <= len(sent) <= 480


def repeat(step: Callable[[float], None], moments: Iterable[float]) -> None:
    for moment in moments:
        step(moment)
