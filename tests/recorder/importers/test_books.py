"""Books are taken over as they are: levels, resets, chains and gaps."""

import json
import random
from pathlib import Path

import pytest

from processor.reference.orderbook import OrderbookManager
from recorder.importers.placing.outcome import Reason
from shared.recordings.row_parser import parse_book_row
from tests.support.imports import book, content, import_file
from tests.support.made_downloads import (
    HOUR_MS,
    MIDNIGHT_MS,
    json_lines,
    okx_book_lines,
    tarred,
)


def levels(text: str) -> list[list[str]]:
    found: list[list[str]] = json.loads(text)
    return found


def test_an_okx_archive_is_in_the_day_file_line_by_line(tmp_path: Path) -> None:
    lines = okx_book_lines(random.Random(1), 300)
    name = "BTC-USDT-L2orderbook-400lv-2025-07-01"
    path = tarred(tmp_path / f"{name}.tar.gz", {f"{name}.data": json_lines(lines)})
    outcome = import_file(path, tmp_path / "out")
    found = book(tmp_path / "out")
    assert [(levels(row[0]), levels(row[1]), *row[2:]) for row in found] == [
        (line["bids"], line["asks"], line["ts"], line["action"], None, None) for line in lines
    ]
    assert (outcome.format, outcome.gaps, outcome.rows_in) == ("OKX books", None, 300)


def test_lines_of_an_archive_that_are_out_of_order_count_in_the_order_of_time(
    tmp_path: Path,
) -> None:
    lines = okx_book_lines(random.Random(2), 100)[::2]  # one to a millisecond
    path = tmp_path / "book.data"
    path.write_bytes(json_lines(reversed(lines)))
    import_file(path, tmp_path / "out")
    assert [row[2] for row in book(tmp_path / "out")] == [line["ts"] for line in lines]


def test_levels_of_contracts_become_base_units(tmp_path: Path) -> None:
    line = okx_book_lines(random.Random(3), 1, instrument="BTC-USDT-SWAP")[0]
    line |= {"bids": [["100.5", "3", "2"], ["100.4", "0", "0"]], "asks": []}
    path = tmp_path / "book.data"
    path.write_bytes(json_lines([line]))
    refused = import_file(path, tmp_path / "out")
    assert refused.skipped[Reason.CONTRACTS].first_line == 1
    import_file(path, tmp_path / "out", contract_size="0.01")
    [row] = book(tmp_path / "out")
    assert levels(row[0]) == [["100.5", "0.03", "2"], ["100.4", "0", "0"]]


ODD_BOOK = {
    "cut off": (b'{"instId":"BTC-USDT","action":"update","ts":"175', Reason.UNREADABLE),
    "another action": (
        b'{"instId":"BTC-USDT","action":"x","ts":"1751328000000","asks":[],"bids":[]}',
        Reason.UNREADABLE,
    ),
    "a level of one": (
        b'{"instId":"BTC-USDT","action":"update","ts":"1751328000000","asks":[["1"]],"bids":[]}',
        Reason.BAD_LEVELS,
    ),
    "a size below 0": (
        b'{"instId":"B","action":"update","ts":"1751328000000","asks":[["1","-2"]],"bids":[]}',
        Reason.BAD_LEVELS,
    ),
    "a word": (
        b'{"instId":"B","action":"update","ts":"1751328000000","asks":[["1.2.3","2"]],"bids":[]}',
        Reason.BAD_LEVELS,
    ),
}


@pytest.mark.parametrize("name", ODD_BOOK)
def test_a_line_of_a_book_that_cannot_be_used_costs_no_other(name: str, tmp_path: Path) -> None:
    odd, reason = ODD_BOOK[name]
    lines = json_lines(okx_book_lines(random.Random(4), 20)).splitlines(keepends=True)
    path = tmp_path / "book.data"
    path.write_bytes(b"".join([*lines[:7], odd + b"\n", *lines[7:]]))
    outcome = import_file(path, tmp_path / "out")
    assert {why: (s.rows, s.first_line) for why, s in outcome.skipped.items()} == {reason: (1, 8)}
    assert outcome.rows_written == 20


def test_spaces_between_levels_do_not_matter(tmp_path: Path) -> None:
    lines = okx_book_lines(random.Random(5), 3)
    path = tmp_path / "book.data"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    import_file(path, tmp_path / "out")
    assert [levels(row[0]) for row in book(tmp_path / "out")] == [line["bids"] for line in lines]


def bybit(number: int, kind: str = "delta", after_ms: int = 0) -> dict[str, object]:
    return {
        "topic": "orderbook.500.XRPUSDT",
        "type": kind,
        "ts": MIDNIGHT_MS + after_ms + 40,
        "data": {"s": "XRPUSDT", "b": [["2.5", "1"]], "a": [], "u": number, "seq": 1},
        "cts": MIDNIGHT_MS + after_ms,
    }


def test_bybit_s_missing_update_is_a_gap_and_its_first_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "2025-07-01_XRPUSDT_ob500.data"
    messages = [bybit(5, "snapshot"), bybit(6), bybit(8), bybit(1), bybit(2)]
    path.write_bytes(json_lines(messages))
    outcome = import_file(path, tmp_path / "out")
    assert outcome.gaps == 1
    assert [row[2:] for row in book(tmp_path / "out")] == [
        (str(MIDNIGHT_MS), "snapshot", 5, -1),
        (str(MIDNIGHT_MS), "update", 6, 5),
        (str(MIDNIGHT_MS), "update", 8, 7),
        (str(MIDNIGHT_MS), "snapshot", 1, -1),
        (str(MIDNIGHT_MS), "update", 2, 1),
    ]


def diff(first: int, last: int, previous: int | None = None, after_ms: int = 0) -> str:
    data = {"e": "depthUpdate", "E": MIDNIGHT_MS + after_ms, "s": "BTCUSDT", "U": first, "u": last}
    if previous is not None:
        data |= {"pu": previous, "T": MIDNIGHT_MS + after_ms - 8}
    data |= {"b": [[f"{first}.5", "1"]], "a": []}
    return f"{(MIDNIGHT_MS - 9999) * 1000} " + json.dumps({"stream": "x", "data": data}) + "\n"


def snapshot(last: int) -> str:
    data = {"lastUpdateId": last, "bids": [["1.5", "1"]], "asks": [["9.5", "1"]]}
    return f"{(MIDNIGHT_MS - 9999) * 1000} " + json.dumps(data) + "\n"


RAW = {
    "a snapshot behind the first diffs contains them": (
        [diff(1, 2), diff(3, 4), diff(5, 6), snapshot(4), diff(7, 8)],
        [(4, -1), (6, 4), (8, 6)],
        0,
    ),
    "a snapshot that contains all so far": (
        [diff(1, 2), snapshot(5), diff(3, 4), diff(5, 6)],
        [(5, -1), (6, 4)],
        0,
    ),
    "no snapshot: it goes on from the file before": ([diff(1, 2), diff(3, 4)], [(2, 0), (4, 2)], 0),
    "a missing diff is a gap": ([diff(1, 2), diff(5, 6)], [(2, 0), (6, 4)], 1),
    "a snapshot amid a whole chain is of no use": (
        [snapshot(2), diff(3, 4), snapshot(3), diff(5, 6)],
        [(2, -1), (4, 2), (6, 4)],
        0,
    ),
    "a snapshot after a gap mends the book": (
        [snapshot(2), diff(3, 4), diff(7, 8), snapshot(7), diff(9, 10)],
        [(2, -1), (4, 2), (8, 6), (7, -1), (8, 6), (10, 8)],
        1,
    ),
    "a diff that comes twice says nothing new": (
        [snapshot(2), diff(3, 4), diff(3, 4)],
        [(2, -1), (4, 2)],
        0,
    ),
    "of futures, the chain is by pu": (
        [diff(11, 12, 7), diff(15, 19, 12), diff(25, 29, 20)],
        [(12, 7), (19, 12), (29, 20)],
        1,
    ),
}


@pytest.mark.parametrize("name", RAW)
def test_binance_s_diffs_and_snapshots_make_one_chain(name: str, tmp_path: Path) -> None:
    lines, chain, gaps = RAW[name]
    path = tmp_path / "btcusdt_20250701.dat"
    path.write_text("".join(lines), "utf-8")
    outcome = import_file(path, tmp_path / "out")
    found = book(tmp_path / "out")
    assert ([row[4:] for row in found], outcome.gaps) == (chain, gaps)
    assert outcome.is_whole


def test_binance_s_rows_have_the_exchange_s_time_and_never_go_back(tmp_path: Path) -> None:
    path = tmp_path / "btcusdt_20250701.dat"
    path.write_text(diff(1, 2, 0, 50) + diff(3, 4, 2, 20) + diff(5, 6, 4, 90), "utf-8")
    import_file(path, tmp_path / "out")
    assert [int(row[2]) - MIDNIGHT_MS for row in book(tmp_path / "out")] == [42, 42, 82]


def test_trades_that_are_none_of_the_market_are_left_out(tmp_path: Path) -> None:
    lines = [
        {"e": event, "E": MIDNIGHT_MS, "T": MIDNIGHT_MS, "s": "BTCUSDT", "t": 7, "a": 8}
        | {"p": "1", "q": "2", "m": True, "X": how}
        for event, how in (
            ("trade", "MARKET"),
            ("trade", "INSURANCE_FUND"),
            ("aggTrade", "MARKET"),
            ("bookTicker", ""),
        )
    ]
    path = tmp_path / "btcusdt_20250701.gz.txt"
    path.write_text("".join(f"{MIDNIGHT_MS}000000 {json.dumps(one)}\n" for one in lines), "utf-8")
    outcome = import_file(path, tmp_path / "out")
    assert {why: s.first_line for why, s in outcome.skipped.items()} == {
        Reason.NOT_OF_MARKET: 2,
        Reason.OTHER_MESSAGE: 3,
    }
    assert outcome.rows_written == 1
    assert outcome.is_whole


TARDIS = "exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount\n"


def change(local_us: int, time_us: int, flag: str, side: str, price: str, amount: str) -> str:
    base = MIDNIGHT_MS * 1000
    return f"binance,BTCUSDT,{base + time_us},{base + local_us},{flag},{side},{price},{amount}\n"


def test_tardis_s_changes_of_one_local_time_are_one_row_and_time_stands_still(
    tmp_path: Path,
) -> None:
    text = TARDIS + "".join(
        (
            change(1000, 900, "false", "bid", "1", "1"),
            change(9000, 9000, "true", "bid", "10", "1"),
            change(9000, 9000, "true", "ask", "11", "2"),
            change(9500, 7000, "false", "bid", "10", "0"),
            change(9500, 7000, "false", "ask", "11", "3"),
            change(12000, 11000, "false", "ask", "12", "4"),
            change(20000, 20000, "true", "ask", "13", "5"),
        )
    )
    path = tmp_path / "incremental.csv"
    path.write_text(text, "utf-8")
    outcome = import_file(path, tmp_path / "out")
    assert book(tmp_path / "out") == [
        ('[["10","1"]]', '[["11","2"]]', str(MIDNIGHT_MS + 9), "snapshot", None, None),
        ('[["10","0"]]', '[["11","3"]]', str(MIDNIGHT_MS + 9), "update", None, None),
        ("[]", '[["12","4"]]', str(MIDNIGHT_MS + 11), "update", None, None),
        ("[]", '[["13","5"]]', str(MIDNIGHT_MS + 20), "snapshot", None, None),
    ]
    assert outcome.skipped[Reason.BEFORE_SNAPSHOT].first_line == 2


def okx_push(seq: int, previous: int, action: str = "update", sides: bool = True) -> str:
    levels = [["100.5", "1", "0", "1"]] if sides else []
    data = {"asks": levels, "bids": [], "ts": str(MIDNIGHT_MS), "checksum": 0}
    message = {
        "arg": {"channel": "books", "instId": "BTC-USDT"},
        "action": action,
        "data": [data | {"seqId": seq, "prevSeqId": previous}],
    }
    return f"1751328000.5: {json.dumps(message, separators=(',', ':'))}\n"


def test_a_capture_with_numbers_shows_its_gaps_and_leaves_heartbeats_out(tmp_path: Path) -> None:
    path = tmp_path / "OKX.ws.raw"
    path.write_text(
        "wss://ws.okx.com:8443/ws/v5/public <-> 1751328000.1\n"
        'wss://ws.okx.com:8443/ws/v5/public <- 1751328000.2: {"op":"subscribe"}\n'
        + okx_push(10, -1, "snapshot")
        + okx_push(12, 10)
        + okx_push(12, 12, sides=False)
        + okx_push(20, 15),
        "utf-8",
    )
    outcome = import_file(path, tmp_path / "out")
    assert outcome.gaps == 1
    assert outcome.skipped[Reason.NOTHING_NEW].rows == 1
    assert [row[3:] for row in book(tmp_path / "out")] == [
        ("snapshot", 10, -1),
        ("update", 12, 10),
        ("update", 20, 15),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_an_imported_book_is_the_one_that_its_lines_describe(seed: int, tmp_path: Path) -> None:
    lines = okx_book_lines(random.Random(seed), 400, MIDNIGHT_MS - HOUR_MS // 3600)
    path = tmp_path / "book.data"
    path.write_bytes(json_lines(lines))
    import_file(path, tmp_path / "out")
    assert len(content(tmp_path / "out")) == 2, f"seed {seed}: over midnight"
    plain: dict[str, dict[float, float]] = {"bids": {}, "asks": {}}
    ours = OrderbookManager()
    for line, row in zip(lines, book(tmp_path / "out"), strict=True):
        update = parse_book_row(1, int(row[2]), row[0], row[1], row[3])
        ours.apply(update.bids, update.asks, update.change)
        for name, side in plain.items():
            if line["action"] == "snapshot":
                side.clear()
            for price, size, _ in line[name]:  # type: ignore[attr-defined]
                side[float(price)] = float(size)
    best = [(price, size) for price, size in sorted(plain["bids"].items(), reverse=True) if size]
    assert [tuple(level) for level in ours.best(50).bids] == best[:50], f"seed {seed}"
