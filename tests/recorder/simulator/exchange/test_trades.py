"""Trades: aggregated and single ones are the same volume, live, by REST and asked for again."""

from decimal import Decimal
from itertools import pairwise

from tests.support.local_exchange import BUSINESS, LocalExchange

TRADES = ("trades", "BTC-USDT")


def ids(trade) -> range:
    """The ids of an aggregated trade: its own is the last."""
    last = int(trade["tradeId"])
    return range(last - int(trade["count"]) + 1, last + 1)


def all_by_rest(exchange: LocalExchange, down_to: int) -> dict[int, dict]:
    """Page through history-trades as OKX documents it."""
    found: dict[int, dict] = {}
    query = {}
    while not found or min(found) > down_to:
        answer = exchange.get(
            "/api/v5/market/history-trades", instId="BTC-USDT", type=1, limit=100, **query
        )
        assert answer["code"] == "0"
        page = [int(trade["tradeId"]) for trade in answer["data"]]
        assert page == sorted(page, reverse=True)
        assert not found or page[0] == min(found) - 1
        found |= {int(trade["tradeId"]): trade for trade in answer["data"]}
        query = {"after": min(found)}
    return found


def live(exchange: LocalExchange, count: int) -> list[dict]:
    """The next aggregated trades, without those that the first push repeats."""
    with exchange.client(TRADES) as client:
        trades = list(client.push("trades")["data"])
        repeated = len(trades)
        while len(trades) < repeated + count:
            trades += client.push("trades")["data"]
    return trades[repeated:]


def test_the_ids_of_aggregated_trades_follow_each_other_without_a_hole(exchange):
    trades = live(exchange, 150)
    assert any(trade["count"] != "1" for trade in trades)
    for earlier, later in pairwise(trades):
        assert ids(later)[0] == ids(earlier)[-1] + 1


def test_single_trades_by_rest_add_up_to_the_aggregated_ones(exchange):
    trades = live(exchange, 150)
    single = all_by_rest(exchange, ids(trades[0])[0])
    for trade in trades:
        its_own = [single[number] for number in ids(trade)]
        assert sum(Decimal(each["sz"]) for each in its_own) == Decimal(trade["sz"])
        assert {(each["px"], each["side"], each["ts"]) for each in its_own} == {
            (trade["px"], trade["side"], trade["ts"])
        }


def test_trades_all_are_the_single_ones(exchange):
    with exchange.client(("trades-all", "BTC-USDT"), endpoint=BUSINESS) as client:
        client.push("trades-all")
        pushed = [trade for _ in range(80) for trade in client.push("trades-all")["data"]]
    by_rest = all_by_rest(exchange, int(pushed[0]["tradeId"]))
    assert [by_rest[int(trade["tradeId"])] for trade in pushed] == pushed
    assert [int(trade["tradeId"]) for trade in pushed] == list(
        range(int(pushed[0]["tradeId"]), int(pushed[0]["tradeId"]) + 80)
    )


def test_the_first_push_repeats_trades_of_before(exchange):
    live(exchange, 20)
    before = exchange.get("/_control/state")["instruments"]["BTC-USDT"]["last_trade_id"]
    with exchange.client(TRADES) as client:
        repeated = client.push("trades")["data"]
        assert len(repeated) == 5
        assert int(repeated[0]["tradeId"]) <= before


def test_after_is_excluded_and_limit_is_cut_to_100(exchange):
    live(exchange, 120)
    path = "/api/v5/market/history-trades"
    newest = exchange.get(path, instId="BTC-USDT", limit=1000)["data"]
    assert len(newest) == 100
    older = exchange.get(path, instId="BTC-USDT", after=newest[4]["tradeId"], limit=3)["data"]
    assert older == newest[5:8]
    between = exchange.get(
        path, instId="BTC-USDT", after=newest[4]["tradeId"], before=newest[7]["tradeId"]
    )["data"]
    assert between == newest[5:7]


def test_all_trades_of_a_time_can_be_asked_for(exchange):
    trades = live(exchange, 50)
    first, last = int(trades[0]["ts"]), int(trades[-1]["ts"])
    query = {"instId": "BTC-USDT", "from": first, "to": last}
    kept = exchange.get("/_control/trades", **query)
    assert [trade for trade in kept if trade in trades] == trades
    assert all(first <= int(trade["ts"]) <= last for trade in kept)
