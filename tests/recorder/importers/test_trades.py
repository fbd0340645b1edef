"""Trades of every layout: by name and never by place, to the day of their own time."""

import random
from pathlib import Path

import pytest

from recorder.importers.placing.outcome import Reason
from tests.support.imports import content, import_file, trades
from tests.support.made_downloads import (
    HOUR_MS,
    MIDNIGHT_MS,
    MadeTrade,
    expected,
    made_trades,
    okx_csv,
    zipped,
)

TRADE = MadeTrade(7, "buy", "100.5", "0.25", MIDNIGHT_MS)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("layout", "abcd")
def test_okx_s_layouts_say_the_same(layout: str, tmp_path: Path) -> None:
    made = made_trades(random.Random(1), 500)
    name = "BTC-USDT-trades-2025-07-01"
    path = zipped(tmp_path / f"{name}.zip", {f"{name}.csv": okx_csv(made, layout)})
    outcome = import_file(path, tmp_path / "out")
    assert outcome.format == "OKX trades"
    assert trades(tmp_path / "out") == expected(made)
    assert outcome.gaps == 0


def test_okx_s_days_of_utc_8_are_cut_into_utc_days(tmp_path: Path) -> None:
    made = made_trades(random.Random(2), 900, MIDNIGHT_MS - 8 * HOUR_MS, 24 * HOUR_MS)
    path = tmp_path / "BTC-USDT-trades-2025-07-01.csv"
    path.write_bytes(okx_csv(made, "c"))
    outcome = import_file(path, tmp_path / "out")
    found = content(tmp_path / "out")
    assert list(found) == ["BTC-USDT-25-06-30.db", "BTC-USDT-25-07-01.db"]
    before = [trade for trade in made if trade.time_ms < MIDNIGHT_MS]
    assert [row[2:] for row in found["BTC-USDT-25-06-30.db"]["trades"]] == expected(before)
    assert len(outcome.days) == 2


def test_a_file_of_all_instruments_is_told_apart(tmp_path: Path) -> None:
    draw = random.Random(3)
    one, other = made_trades(draw, 50), made_trades(draw, 50)
    lines = okx_csv(one, "c").splitlines()[1:] + okx_csv(other, "c", "ETH-USDT").splitlines()[1:]
    draw.shuffle(lines)
    heading = okx_csv([], "c")
    path = tmp_path / "allspot-trades-2025-07-01.csv"
    path.write_bytes(heading + b"\n".join(lines) + b"\n")
    import_file(path, tmp_path / "out")
    found = content(tmp_path / "out")
    for name, made in (("BTC-USDT", one), ("ETH-USDT", other)):
        assert [row[2:] for row in found[f"{name}-25-07-01.db"]["trades"]] == expected(made)


def test_a_file_sorted_by_price_is_in_the_order_of_time_and_id_and_shows_its_gaps(
    tmp_path: Path,
) -> None:
    made = made_trades(random.Random(4), 3000)
    kept = [trade for trade in made if trade.number % 1000 != 500]
    path = tmp_path / "BTC-USDT-trades-2025-07-01.csv"
    path.write_bytes(okx_csv(sorted(kept, key=lambda trade: trade.price), "c"))
    outcome = import_file(path, tmp_path / "out")
    assert trades(tmp_path / "out") == expected(kept)
    assert outcome.gaps == 3


BINANCE = {
    "spot trades in ms": "28457,100.5,0.25,25.1,1751328000123,False,True",
    "spot trades in µs": "28457,100.5,0.25,25.1,1751328000123456,False,True",
    "spot aggTrades": "28457,100.5,0.25,1,2,1751328000123456,False,True",
    "um trades without heading": "28457,100.5,0.25,25.1,1751328000123,false",
    "um trades": "id,price,qty,quote_qty,time,is_buyer_maker\n"
    "28457,100.5,0.25,25.1,1751328000123,false",
    "um aggTrades": "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,"
    "is_buyer_maker\n28457,100.5,0.25,1,2,1751328000123,false",
    "um aggTrades without heading": "28457,100.5,0.25,1,2,1751328000123,false",
    "spot trades with heading": "id,price,qty,quoteQty,time,isBuyerMaker,isBestMatch\n"
    "28457,100.5,0.25,25.1,1751328000123,False,True",
}


@pytest.mark.parametrize("name", BINANCE)
def test_binance_s_layouts_say_the_same(name: str, tmp_path: Path) -> None:
    path = write(tmp_path, "BTCUSDT-trades-2025-07-01.csv", BINANCE[name] + "\n")
    import_file(path, tmp_path / "out")
    assert trades(tmp_path / "out") == [("28457", 100.5, 0.25, "buy", "1751328000123")]
    assert list(content(tmp_path / "out")) == ["BTCUSDT-25-07-01.db"]


def test_a_buyer_who_made_is_a_taker_who_sold(tmp_path: Path) -> None:
    path = write(tmp_path, "BTCUSDT-trades-2025-07.csv", "1,2,3,6,1751328000000,true\n")
    import_file(path, tmp_path / "out")
    assert [row[3] for row in trades(tmp_path / "out")] == ["sell"]


def test_coin_margined_contracts_need_their_size(tmp_path: Path) -> None:
    text = "id,price,qty,base_qty,time,is_buyer_maker\n1,50000,5,0.01,1751328000000,false\n"
    path = write(tmp_path, "BTCUSD_PERP-trades-2025-07-01.csv", text)
    refused = import_file(path, tmp_path / "out")
    assert refused.skipped[Reason.CONTRACTS].rows == 1
    import_file(path, tmp_path / "out", contract_size="100")
    assert [row[2] for row in trades(tmp_path / "out")] == [5 * 100 / 50000]


@pytest.mark.parametrize(
    ("instrument", "size", "base"),
    [("BTC-USDT-SWAP", "0.01", 0.03), ("BTC-USD-SWAP", "100", 300 / 100.5)],
    ids=["linear", "inverse"],
)
def test_okx_s_contracts_become_base_units(
    instrument: str, size: str, base: float, tmp_path: Path
) -> None:
    trade = MadeTrade(7, "buy", "100.5", "3", MIDNIGHT_MS)
    path = tmp_path / f"{instrument}-trades-2025-07-01.csv"
    path.write_bytes(okx_csv([trade], "a"))
    assert import_file(path, tmp_path / "out").skipped[Reason.CONTRACTS].first_line == 1
    import_file(path, tmp_path / "out", contract_size=size)
    assert [row[2] for row in trades(tmp_path / "out")] == [pytest.approx(base)]


def test_bybit_s_newest_first_is_turned_round_within_a_millisecond_too(tmp_path: Path) -> None:
    heading = "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue\n"
    lines = [f"1751328000.{n:04d},XRPUSDT,Buy,{n + 1},2.5,PlusTick,id-{n},1\n" for n in range(40)]
    path = write(tmp_path, "XRPUSDT2025-07-01.csv", heading + "".join(reversed(lines)))
    import_file(path, tmp_path / "out")
    assert [row[2] for row in trades(tmp_path / "out")] == list(range(1, 41))
    assert {row[4] for row in trades(tmp_path / "out")} == {str(MIDNIGHT_MS + n) for n in range(4)}


def test_bybit_s_spot_ids_may_begin_anew_each_day(tmp_path: Path) -> None:
    for day in (0, 1):
        text = f"id,timestamp,price,volume,side\n1,{MIDNIGHT_MS + day * 24 * HOUR_MS},2.5,3,buy\n"
        path = write(tmp_path, f"XRPUSDT_2025-07-0{1 + day}.csv", text)
        assert import_file(path, tmp_path / "out").rows_written == 1


def test_a_trade_without_a_taker_side_is_given_none(tmp_path: Path) -> None:
    text = (
        "exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n"
        "binance,BTCUSDT,1751328000000000,1751328000000001,1,unknown,2,3\n"
        "binance,BTCUSDT,1751328000000000,1751328000000001,2,sell,2,3\n"
    )
    outcome = import_file(write(tmp_path, "trades.csv", text), tmp_path / "out")
    assert [row[0] for row in trades(tmp_path / "out")] == ["2"]
    skipped = outcome.skipped[Reason.NO_SIDE]
    assert (skipped.rows, skipped.first_line) == (1, 2)


ODD = {
    "no time": ("1,buy,1,2,soon", Reason.BAD_TIME),
    "a price of 0": (f"1,buy,1,0,{MIDNIGHT_MS}", Reason.BAD_PRICE),
    "a price that is no number": (f"1,buy,1,nan,{MIDNIGHT_MS}", Reason.BAD_PRICE),
    "a price without end": (f"1,buy,1,inf,{MIDNIGHT_MS}", Reason.BAD_PRICE),
    "a negative size": (f"1,buy,-1,2,{MIDNIGHT_MS}", Reason.BAD_SIZE),
    "no side": (f"1,,1,2,{MIDNIGHT_MS}", Reason.NO_SIDE),
    "a column too few": (f"1,buy,1,{MIDNIGHT_MS}", Reason.UNREADABLE),
    "a number as Python has it": (f"1,buy,1_0,2,{MIDNIGHT_MS}", Reason.UNREADABLE),
    "digits of another script": (f"1,buy,١,2,{MIDNIGHT_MS}", Reason.UNREADABLE),
}


@pytest.mark.parametrize("name", ODD)
def test_a_line_that_cannot_be_used_is_told_with_its_number_and_costs_no_other(
    name: str, tmp_path: Path
) -> None:
    odd, reason = ODD[name]
    made = made_trades(random.Random(5), 100)
    lines = okx_csv(made, "a").decode().splitlines()
    lines.insert(60, odd)
    path = write(tmp_path, "BTC-USDT-trades-2025-07-01.csv", "\n".join(lines) + "\n")
    outcome = import_file(path, tmp_path / "out")
    assert trades(tmp_path / "out") == expected(made)
    assert {why: (s.rows, s.first_line) for why, s in outcome.skipped.items()} == {reason: (1, 61)}
    assert outcome.rows_in == 101


def test_one_line_too_short_beside_one_too_long_are_two_that_cannot_be_read(
    tmp_path: Path,
) -> None:
    lines = okx_csv(made_trades(random.Random(6), 4), "a").decode().splitlines()
    lines[1] += "," + lines[2].split(",")[0]
    lines[2] = lines[2].partition(",")[2]
    path = write(tmp_path, "BTC-USDT-trades-2025-07-01.csv", "\n".join(lines) + "\n")
    outcome = import_file(path, tmp_path / "out")
    assert outcome.skipped[Reason.UNREADABLE].rows == 2
    assert outcome.rows_written == 2


@pytest.mark.parametrize("form", ["mark", "crlf", "no last end", "quoted", "blank lines"])
def test_how_lines_are_written_does_not_matter(form: str, tmp_path: Path) -> None:
    made = made_trades(random.Random(7), 50)
    text = okx_csv(made, "c").decode()
    path = tmp_path / "trades.csv"
    if form == "quoted":
        text = "".join(
            ",".join(f'"{cell}"' for cell in line.split(",")) + "\n" for line in text.splitlines()
        )
    data = text.encode()
    match form:
        case "mark":
            data = b"\xef\xbb\xbf" + data
        case "crlf":
            data = data.replace(b"\n", b"\r\n")
        case "no last end":
            data = data.rstrip(b"\n")
        case "blank lines":
            data = data.replace(b"\n", b"\n\n")
    path.write_bytes(data)
    outcome = import_file(path, tmp_path / "out")
    assert trades(tmp_path / "out") == expected(made)
    assert outcome.is_whole


def test_columns_are_what_the_user_says(tmp_path: Path) -> None:
    text = "when,px,lots,who,nr\n2025-07-01T00:00:00.250Z,100.5,0.25,B,9\n"
    path = write(tmp_path, "BTC-USDT_mine.csv", text)
    mapping = "time=when,price=px,size=lots,side=who:B/S,id=nr"
    import_file(path, tmp_path / "out", instrument="BTC-USDT", mapping=mapping)
    assert trades(tmp_path / "out") == [("9", 100.5, 0.25, "buy", str(MIDNIGHT_MS + 250))]


def test_json_lines_are_what_their_names_say(tmp_path: Path) -> None:
    text = (
        '{"symbol":"BTC-USDT","ts":1751328000250,"price":100.5,"amount":"0.25","side":"sell"}\n'
        '{"symbol":"BTC-USDT","ts":1751328000251,"price":100.5,"amount":"0.25"}\n'
    )
    outcome = import_file(write(tmp_path, "trades.jsonl", text), tmp_path / "out")
    assert trades(tmp_path / "out") == [(None, 100.5, 0.25, "sell", str(MIDNIGHT_MS + 250))]
    assert outcome.skipped[Reason.UNREADABLE].first_line == 2


def test_identical_rows_without_ids_are_all_kept(tmp_path: Path) -> None:
    text = '{"symbol":"A","ts":1751328000250,"price":1.5,"amount":2,"side":"sell"}\n' * 3
    path = write(tmp_path, "trades.jsonl", text)
    assert import_file(path, tmp_path / "out").rows_written == 3
    again = import_file(path, tmp_path / "out")
    assert (again.rows_written, again.duplicates) == (0, 3)


def test_an_id_that_is_there_with_another_content_is_told(tmp_path: Path) -> None:
    for number, price in enumerate(("100.5", "100.6")):
        path = tmp_path / f"BTC-USDT-trades-2025-07-0{number + 1}.csv"
        path.write_bytes(okx_csv([MadeTrade(7, "buy", price, "1", MIDNIGHT_MS)], "a"))
        outcome = import_file(path, tmp_path / "out")
    assert outcome.skipped[Reason.OTHER_CONTENT].first_line == 1
    assert [row[1] for row in trades(tmp_path / "out")] == [100.5]


def test_the_same_trades_under_other_ids_are_not_taken_twice(tmp_path: Path) -> None:
    single = write(tmp_path, "BTCUSDT-trades-2025-07-01.csv", BINANCE["um trades"] + "\n")
    merged = write(tmp_path, "BTCUSDT-aggTrades-2025-07-01.csv", BINANCE["um aggTrades"] + "\n")
    import_file(single, tmp_path / "out")
    outcome = import_file(merged, tmp_path / "out")
    assert outcome.refusal is not None
    assert "its trades are of Binance trades" in outcome.refusal
    assert len(trades(tmp_path / "out")) == 1
