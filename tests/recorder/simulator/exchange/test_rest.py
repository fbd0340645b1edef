"""REST answers as OKX's: its codes, its forms."""

import pytest


def test_the_time_is_that_of_the_data(exchange):
    before = exchange.get("/_control/state")["now_ms"]
    answer = exchange.get("/api/v5/public/time")
    after = exchange.get("/_control/state")["now_ms"]
    assert answer["code"] == "0"
    assert before <= int(answer["data"][0]["ts"]) <= after
    assert before > 1_751_371_200_000  # 2025-07-01 12:00


def test_instruments_are_those_that_are_traded(exchange):
    answer = exchange.get("/api/v5/public/instruments", instType="SPOT")
    assert [each["instId"] for each in answer["data"]] == ["BTC-USDT", "ETH-USDT"]
    assert answer["data"][0]["tickSz"] == "0.1"
    assert exchange.get("/api/v5/public/instruments", instType="SWAP")["data"] == []


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("public/instruments", {}, 400, "50014"),
        ("public/instruments", {"instType": "SHOES"}, 400, "51000"),
        ("public/instruments", {"instType": "SPOT", "instId": "NO-SUCH"}, 200, "51001"),
        ("market/books", {}, 400, "50014"),
        ("market/books", {"instId": "NO-SUCH"}, 200, "51001"),
        ("market/books", {"instId": "BTC-USDT", "sz": "many"}, 400, "51000"),
        ("market/history-trades", {"instId": "BTC-USDT", "after": "-1"}, 400, "51000"),
        ("market/history-trades", {"instId": "BTC-USDT", "type": "2"}, 400, "51000"),
    ],
)
def test_what_cannot_be_answered_has_the_exchange_s_code(exchange, path, query, status, code):
    got, answer = exchange.answer(f"/api/v5/{path}", **query)
    assert (got, answer["code"], answer["data"]) == (status, code, [])
    assert answer["msg"]


def test_a_book_has_as_many_levels_as_asked_for_and_one_by_default(exchange):
    path = "/api/v5/market/books"
    assert len(exchange.get(path, instId="BTC-USDT")["data"][0]["bids"]) == 1
    assert len(exchange.get(path, instId="BTC-USDT", sz=30)["data"][0]["asks"]) == 30
    assert len(exchange.get(path, instId="BTC-USDT", sz=5000)["data"][0]["asks"]) == 400


def test_only_get_is_answered(exchange):
    assert exchange.answer("/api/v5/public/time", method="POST")[0] == 405


def test_a_page_of_another_site_controls_nothing(exchange):
    headers = {"Origin": "https://example.com"}
    status, _ = exchange.answer("/_control/fault", method="POST", headers=headers, kind="cut")
    assert status == 403
    assert exchange.faults() == []
