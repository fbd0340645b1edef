"""Every real sample is imported or refused as it ought to be, its sums made by other means."""

import csv
import gzip
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from recorder.importers.placing.contracts import Contracts, read_instruments
from recorder.importers.placing.outcome import Reason
from tests.support.imports import DOWNLOADS, book, import_file, sums, trades
from tests.support.real_recordings import REAL_DATA, needs_real_data

pytestmark = needs_real_data


def lines(name: str) -> list[str]:
    path = DOWNLOADS / name
    opener: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        return list(file)


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(lines(name)))


def summed(found: Iterable[tuple[float, bool]]) -> tuple[int, float, float]:
    """Return count, volume and delta of (size, whether the taker bought)."""
    signed = [size if is_buy else -size for size, is_buy in found]
    return len(signed), sum(map(abs, signed)), sum(signed)


def of_okx_layout() -> Iterable[tuple[float, bool]]:
    for line in lines("bbgo/FXSUSDT-2023-11-17.csv"):
        _, side, size, _, _ = line.split(",")
        yield float(size), side == "buy"


def of_raw(name: str) -> Iterable[tuple[float, bool]]:
    for line in lines(name):
        data = json.loads(line.partition(" ")[2]).get("data", {})
        if data.get("e") == "trade" and data.get("X", "MARKET") == "MARKET":
            yield float(data["q"]), not data["m"]


TRADES: dict[str, Callable[[], Iterable[tuple[float, bool]]]] = {
    "bbgo/FXSUSDT-2023-11-17.csv": of_okx_layout,
    "bbgo/FXSUSDT-ticks-2023-10-10.csv": lambda: (
        (float(row["size"]), row["side"] == "Buy")
        for row in rows("bbgo/FXSUSDT-ticks-2023-10-10.csv")
    ),
    "bbgo/FXSUSDT-ticks-2023-10-29.csv": lambda: (
        (float(line.split(",")[2]), line.split(",")[6] == "False")
        for line in lines("bbgo/FXSUSDT-ticks-2023-10-29.csv")
    ),
    "qubx/ETHUSDT.trades.csv.gz": lambda: (
        (float(row["qty"]), row["is_buyer_maker"] == "false")
        for row in rows("qubx/ETHUSDT.trades.csv.gz")
    ),
    "tardis-nautilus/tardis_trades.csv": lambda: (
        (float(row["amount"]), row["side"] == "buy")
        for row in rows("tardis-nautilus/tardis_trades.csv")
    ),
    "collect-binancefutures/btcusdt_20220811.dat": lambda: of_raw(
        "collect-binancefutures/btcusdt_20220811.dat"
    ),
    "hftbacktest-playground/nexousdt_20240723.dat.gz": lambda: of_raw(
        "hftbacktest-playground/nexousdt_20240723.dat.gz"
    ),
    "hftbacktest-playground/nexousdt_20240724.dat.gz": lambda: of_raw(
        "hftbacktest-playground/nexousdt_20240724.dat.gz"
    ),
    "deep_orderbook/ETHBTC/2020-11-01T09-00-00_trades.json": lambda: (
        (float(one["q"]), not one["m"])
        for one in json.loads(lines("deep_orderbook/ETHBTC/2020-11-01T09-00-00_trades.json")[0])
    ),
}


@pytest.mark.parametrize("name", TRADES)
def test_trades_of_a_sample_have_its_sums(name: str, tmp_path: Path) -> None:
    outcome = import_file(DOWNLOADS / name, tmp_path)
    count, volume, delta = summed(TRADES[name]())
    assert outcome.is_whole
    assert sums(tmp_path) == (count, pytest.approx(volume), pytest.approx(delta))
    assert count > 0


def test_an_export_of_freqtrade_needs_its_instrument_told(tmp_path: Path) -> None:
    name = "freqtrade/orderflow_public_trades_list.csv"
    untold = import_file(DOWNLOADS / name, tmp_path)
    assert untold.skipped[Reason.NO_INSTRUMENT].rows == 1000
    assert list(tmp_path.iterdir()) == []
    import_file(DOWNLOADS / name, tmp_path, instrument="ETH-USDT")
    count, volume, delta = summed((float(r["amount"]), r["side"] == "buy") for r in rows(name))
    assert sums(tmp_path) == (count, pytest.approx(volume), pytest.approx(delta))


def test_parquet_of_trades_has_its_sums(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = DOWNLOADS / "salzer-parquet/trades_btc_spot_2026-02-16_04.parquet"
    outcome = import_file(path, tmp_path)
    table = parquet.read_table(path).to_pydict()
    pairs = zip(table["qty"], table["side"], strict=True)
    count, volume, delta = summed((size, side == "buy") for size, side in pairs)
    assert outcome.rows_written == count == 10_215
    assert sums(tmp_path) == (count, pytest.approx(volume), pytest.approx(delta))
    assert sorted(int(row[4]) for row in trades(tmp_path)) == sorted(table["exch_ts_ms"])


def test_whole_books_in_parquet_are_snapshots(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = DOWNLOADS / "salzer-parquet/lobdeep_btc_spot_2026-02-16_04.parquet"
    outcome = import_file(path, tmp_path)
    assert outcome.rows_written == 2559
    table = parquet.read_table(path).slice(0, 40).to_pydict()
    with closing(sqlite3.connect(tmp_path / "BTCUSDT-26-02-16.db")) as connection:
        found = connection.execute(
            "SELECT bids, asks, CAST(timestamp AS INTEGER), action FROM book ORDER BY id LIMIT 40"
        ).fetchall()
    for place, (bids, asks, time_ms, action) in enumerate(found):
        assert (time_ms, action) == (table["exch_ts_ms"][place], "snapshot")
        for text, side in ((bids, "bids"), (asks, "asks")):
            pairs = zip(table[f"{side}_px"][place], table[f"{side}_qty"][place], strict=True)
            assert json.loads(text) == [list(pair) for pair in pairs]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("cryptofeed/OKX.0", "give it as --instruments"),
        ("freqtrade/XRP_ETH-trades.json.gz", "one JSON array"),
        ("freqtrade/kraken_BCHEUR.csv", "no side and no id"),
        ("deep_orderbook/ETHBTC/2020-11-01T09-00-00_snapshot.json", "without a time"),
    ],
)
def test_a_sample_that_is_no_recording_is_refused_with_the_reason(
    name: str, why: str, tmp_path: Path
) -> None:
    outcome = import_file(DOWNLOADS / name, tmp_path)
    assert outcome.refusal is not None
    assert why in outcome.refusal
    assert list(tmp_path.iterdir()) == []


def test_kraken_s_file_is_loaded_only_if_asked_for_and_gets_no_sides(tmp_path: Path) -> None:
    import_file(DOWNLOADS / "freqtrade/kraken_BCHEUR.csv", tmp_path, format_name="kraken")
    found = trades(tmp_path)
    sizes = [float(line.split(",")[2]) for line in lines("freqtrade/kraken_BCHEUR.csv")]
    assert len(found) == 148
    assert sum(row[2] for row in found) == pytest.approx(sum(sizes))
    assert {row[3] for row in found} == {"unknown"}
    assert {row[0] for row in found} == {None}


CONTRACTS = {
    "cuts/OKX.ws.2022-05-13.no-UNI.raw": 103,
    "hftbacktest/cm_btcusd_perp_20240808.gz": 29_134,
    "hftbacktest/cm_btcusd_perp_20240809.gz": 20_897,
    "tardis-nautilus/bitmex_trades_XBTUSD.csv": 10,
    "tardis-nautilus/deribit_incremental_book_L2_BTC-PERPETUAL.csv": 15,
}


@pytest.mark.parametrize("name", CONTRACTS)
def test_rows_in_contracts_of_unknown_size_are_left_out(name: str, tmp_path: Path) -> None:
    outcome = import_file(DOWNLOADS / name, tmp_path)
    assert outcome.skipped[Reason.CONTRACTS].rows == CONTRACTS[name]
    assert not outcome.is_whole


def test_inverse_contracts_become_base_units(tmp_path: Path) -> None:
    name = "hftbacktest/cm_btcusd_perp_20240808.gz"
    import_file(DOWNLOADS / name, tmp_path, contract_size="100")
    found = []
    for line in lines(name):
        data = json.loads(line.partition(" ")[2]).get("data", {})
        if data.get("e") == "trade" and data.get("X", "MARKET") == "MARKET":
            found.append((float(data["q"]) * 100 / float(data["p"]), not data["m"]))
    count, volume, delta = summed(found)
    assert sums(tmp_path) == (count, pytest.approx(volume), pytest.approx(delta))
    assert count > 100


def test_sizes_of_contracts_come_from_okx_s_own_list(tmp_path: Path) -> None:
    listed = read_instruments(DOWNLOADS / "cryptofeed/OKX.0")
    path = DOWNLOADS / "cuts/OKX.ws.2022-05-13.no-UNI.raw"
    outcome = import_file(path, tmp_path, contracts=Contracts(listed=listed))
    assert outcome.is_whole
    recorded = REAL_DATA / "okx/BTC-USD-220527-22-05-13.db"
    with closing(sqlite3.connect(f"file:{recorded}?immutable=1", uri=True)) as connection:
        in_contracts = connection.execute("SELECT price, size FROM trades").fetchall()
    with closing(sqlite3.connect(tmp_path / recorded.name)) as connection:
        in_base = connection.execute("SELECT price, size FROM trades").fetchall()
    expected = sorted(size * 100 / price for price, size in in_contracts)
    assert sorted(size for _, size in in_base) == pytest.approx(expected)


@pytest.mark.parametrize("name", ["BTC-USDT-22-05-13.db", "BTC-USD-220527-22-05-13.db"])
def test_a_captured_session_is_the_recording_of_it_row_by_row(name: str, tmp_path: Path) -> None:
    path = DOWNLOADS / "cuts/OKX.ws.2022-05-13.no-UNI.raw"
    import_file(path, tmp_path, contract_size="1:linear")
    queries = (
        "SELECT instrument, bids, asks, timestamp FROM book ORDER BY timestamp, id",
        "SELECT instrument, trade_id, price, size, side FROM trades ORDER BY timestamp, id",
    )
    recorded = f"file:{REAL_DATA / 'okx' / name}?immutable=1"
    with (
        closing(sqlite3.connect(recorded, uri=True)) as theirs,
        closing(sqlite3.connect(tmp_path / name)) as ours,
    ):
        for query in queries:
            assert ours.execute(query).fetchall() == theirs.execute(query).fetchall()


def test_bybit_s_book_is_taken_over_as_it_is(tmp_path: Path) -> None:
    path = DOWNLOADS / "bybit-nautilus/xrpusdt-ob500.data.zip"
    outcome = import_file(path, tmp_path)
    with zipfile.ZipFile(path) as archive:
        [name] = archive.namelist()
        messages = [json.loads(line) for line in archive.read(name).splitlines()]
    expected = [(one["data"]["b"], one["data"]["a"], str(one["cts"])) for one in messages]
    found = book(tmp_path)
    assert [(json.loads(row[0]), json.loads(row[1]), row[2]) for row in found] == expected
    assert [row[3] for row in found] == ["snapshot", *["update"] * 49]
    assert outcome.gaps == 0


def test_binance_s_book_goes_from_file_to_file_without_a_gap(tmp_path: Path) -> None:
    for day in ("23", "24"):
        name = f"hftbacktest-playground/nexousdt_202407{day}.dat.gz"
        outcome = import_file(DOWNLOADS / name, tmp_path)
        assert outcome.gaps == 0
    found = book(tmp_path)
    assert [row[3] for row in found].count("snapshot") == 1
    assert found[0][3] == "snapshot"
    last = found[0][4]
    for _, _, _, _, seq_id, prev_seq_id in found[1:]:
        assert prev_seq_id == last
        last = seq_id


def test_a_sample_s_updates_without_their_snapshot_are_kept_in_their_chain(tmp_path: Path) -> None:
    name = "deep_orderbook/ETHBTC/2020-11-01T09-00-00_update.json"
    outcome = import_file(DOWNLOADS / name, tmp_path)
    expected = json.loads(lines(name)[0])
    assert [row[4] for row in book(tmp_path)] == [one["u"] for one in expected]
    assert outcome.gaps == 0


@pytest.mark.parametrize("levels", [5, 25])
def test_tardis_s_snapshots_have_their_levels(levels: int, tmp_path: Path) -> None:
    name = f"tardis-nautilus/binance-futures_book_snapshot_{levels}_BTCUSDT.csv"
    import_file(DOWNLOADS / name, tmp_path)
    found = book(tmp_path)
    for row, line in zip(found, rows(name), strict=True):
        for side, text in (("bids", row[0]), ("asks", row[1])):
            expected = [
                [line[f"{side}[{n}].price"], line[f"{side}[{n}].amount"]] for n in range(levels)
            ]
            assert json.loads(text) == expected
        assert row[2] == str(int(line["timestamp"]) // 1000)
    assert {row[3] for row in found} == {"snapshot"}


def test_tardis_s_first_snapshot_is_one_row(tmp_path: Path) -> None:
    name = "tardis-nautilus/deribit_incremental_book_L2_BTC-PERPETUAL.csv"
    import_file(DOWNLOADS / name, tmp_path, contract_size="1")
    [(bids, asks, _, action, _, _)] = book(tmp_path)
    expected = {"bid": [], "ask": []}  # type: ignore[var-annotated]
    for row in rows(name):
        price, amount = float(row["price"]), float(row["amount"])
        expected[row["side"]].append((price, pytest.approx(amount / price)))
    found = {
        side: [(float(price), float(size)) for price, size in json.loads(text)]
        for side, text in (("bid", bids), ("ask", asks))
    }
    assert (found, action) == (expected, "snapshot")


def test_okcoin_s_heartbeats_say_nothing_new(tmp_path: Path) -> None:
    outcome = import_file(DOWNLOADS / "okx-ws-raw/OKCOIN.ws.2023-05-27.raw", tmp_path)
    assert outcome.skipped[Reason.NOTHING_NEW].rows == 2
    assert outcome.rows_written == 8
    assert outcome.is_whole
