"""Raw rows: a book update or a trade comes out, or a BadRowError that names the kind."""

from typing import Any

import pytest

from shared.recordings.problems import BadRowError, RowProblem
from shared.recordings.records import OrderbookUpdate, Trade
from shared.recordings.row_parser import check_instrument, parse_book_row, parse_trade_row


def test_a_book_row_becomes_an_update() -> None:
    assert parse_book_row(7, 1000, b'[["2","1"]]', "[('3', '0')]") == OrderbookUpdate(
        timestamp_ms=1000, bids=[(2.0, 1.0)], asks=[(3.0, 0.0)], row_id=7
    )


@pytest.mark.parametrize("levels", [None, 5, 1.5, b"", b"\x00\x01", "nothing"], ids=repr)
def test_a_book_row_without_level_lists_is_malformed(levels: Any) -> None:
    for bids, asks in ((levels, "[]"), ("[]", levels)):
        with pytest.raises(BadRowError) as caught:
            parse_book_row(1, 1000, bids, asks)
        assert caught.value.problem is RowProblem.MALFORMED_LEVELS


@pytest.mark.parametrize(
    ("trade_id", "price", "size", "side"),
    [
        (b"42", 100.5, 2.0, b"buy"),
        ("42", "100.5", b"2", "BUY"),
        (42, b"1.005e2", 2, " Buy "),
    ],
    ids=["as-sqlite-gives-it", "texts-and-upper-case", "numbers-and-blanks"],
)
def test_a_trade_row_becomes_a_trade(trade_id: Any, price: Any, size: Any, side: Any) -> None:
    trade = parse_trade_row(7, 1000, trade_id, price, size, side)
    assert trade == Trade(id=7, trade_id="42", price=100.5, size=2.0, side="buy", timestamp_ms=1000)


def test_a_trade_is_the_six_values_of_the_contract_in_order() -> None:
    trade = parse_trade_row(7, 1000, None, 1.0, 2.0, "sell")
    assert tuple(trade) == (7, None, 1.0, 2.0, "sell", 1000)


@pytest.mark.parametrize("side", [None, "", "b", "bid", "buy sell", 1, b"\xff"], ids=repr)
def test_a_trade_of_unknown_side_is_refused(side: Any) -> None:
    with pytest.raises(BadRowError, match="expected side buy or sell") as caught:
        parse_trade_row(1, 1000, None, 1.0, 1.0, side)
    assert caught.value.problem is RowProblem.UNKNOWN_SIDE


unusable_numbers = pytest.mark.parametrize(
    "value",
    [None, 0, -1, 0.0, float("inf"), float("nan"), "nan", "-inf", "1_0", "", "x", b"\xff", "1e999"],
    ids=repr,
)


@unusable_numbers
def test_a_trade_of_unusable_price_is_refused(value: Any) -> None:
    with pytest.raises(BadRowError, match=r"^expected price (> 0|<= 1e\+30), found ") as caught:
        parse_trade_row(1, 1000, None, value, 1.0, "buy")
    assert caught.value.problem is RowProblem.BAD_PRICE


@unusable_numbers
def test_a_trade_of_unusable_size_is_refused(value: Any) -> None:
    with pytest.raises(BadRowError, match=r"^expected size (> 0|<= 1e\+30), found ") as caught:
        parse_trade_row(1, 1000, None, 1.0, value, "buy")
    assert caught.value.problem is RowProblem.BAD_SIZE


@pytest.mark.parametrize("recorded", [None, "", b"", "BTC-USDT", b"btc-usdt"], ids=repr)
def test_a_row_of_the_files_instrument_or_of_none_passes(recorded: Any) -> None:
    check_instrument(recorded, "BTC-USDT")


@pytest.mark.parametrize("recorded", ["BTC-USDT-SWAP", b"ETH-USDT", "BTC", 5], ids=repr)
def test_a_row_of_another_instrument_is_refused(recorded: Any) -> None:
    with pytest.raises(BadRowError, match=r"^expected instrument BTC-USDT, found ") as caught:
        check_instrument(recorded, "BTC-USDT")
    assert caught.value.problem is RowProblem.OTHER_INSTRUMENT
