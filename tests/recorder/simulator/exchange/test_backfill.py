"""The hours before the exchange opened are in day files, and the market goes on after them."""

import json
import shutil
import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from recorder.simulator import Recording, write_recording
from shared.job import parse_moment
from tests.recorder.simulator.exchange.rebuilt import RebuiltBook
from tests.support.local_exchange import local_exchange, run_until_it_ends

MIDNIGHT_MS = parse_moment("2025-07-02")
SHORT = ("--hours", 0.05, "--start", "2025-07-02T00:01:00", "--instrument", "BTC-USDT")
"""Three minutes, two of them before midnight."""


def rows(path: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as file:
        return file.execute(query).fetchall()


def day_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.db"))


def rebuilt(paths: list[Path]) -> RebuiltBook:
    book = RebuiltBook()
    query = "SELECT bids, asks, action, seq_id, prev_seq_id FROM book ORDER BY id"
    for path in paths:
        for bids, asks, action, seq_id, prev_seq_id in rows(path, query):
            levels = {"bids": json.loads(bids), "asks": json.loads(asks)}
            chain = {"seqId": seq_id, "prevSeqId": prev_seq_id}
            book.apply({"action": action, "data": [{**levels, **chain}]})
    return book


@pytest.fixture(scope="module")
def written_once(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    with local_exchange("--backfill", folder, *SHORT):
        return folder


@pytest.fixture
def folder(written_once, tmp_path) -> Path:
    """What a session has left, for each test its own."""
    return shutil.copytree(written_once, tmp_path / "demo")


def test_day_files_are_cut_at_midnight_and_the_market_goes_on_after_them(tmp_path):
    with local_exchange("--backfill", tmp_path, *SHORT, "--speed", 20) as exchange:
        files = day_files(tmp_path)
        assert [file.name for file in files] == ["BTC-USDT-25-07-01.db", "BTC-USDT-25-07-02.db"]
        book = rebuilt(files)
        assert book.breaks == 0
        own = exchange.get("/_control/book", seqId=book.seq_id)
        assert (own["bids"], own["asks"]) == (book.sorted("bids"), book.sorted("asks"))
        last_ms = rows(files[1], "SELECT max(timestamp) FROM book")[0][0]
        assert parse_moment("2025-07-02T00:00:59") < int(last_ms) < parse_moment("2025-07-02T00:01")


def test_each_day_has_the_rows_of_its_own_time_and_says_where_they_are_from(folder):
    for table in ("book", "trades"):
        first, second = (
            [int(ms) for (ms,) in rows(file, f"SELECT timestamp FROM {table}")]
            for file in day_files(folder)
        )
        assert max(first) < MIDNIGHT_MS <= min(second)
    for file in day_files(folder):
        sources = rows(file, "SELECT table_name, source FROM sources ORDER BY 1")
        assert sources == [("book", "simulated market"), ("trades", "simulated market")]


def test_the_trades_before_are_those_that_the_exchange_tells_by_rest(folder):
    options = ("--backfill", folder, "--start", "2025-07-02T00:03:00")
    last_id = rows(day_files(folder)[1], "SELECT max(CAST(trade_id AS INTEGER)) FROM trades")[0][0]
    with local_exchange(*options, "--speed", 20) as exchange:
        kept = exchange.get("/_control/trades")
        written = rows(day_files(folder)[1], "SELECT trade_id, price, size, side FROM trades")
        new = [trade for trade in written if int(trade[0]) > last_id]
        assert len(new) > 10
        told = [(t["tradeId"], float(t["px"]), float(t["sz"]), t["side"]) for t in kept]
        assert told[: len(new)] == new
        assert int(kept[0]["tradeId"]) - int(kept[0]["count"]) == last_id


def test_a_later_session_goes_on_after_the_last_row(folder):
    with local_exchange("--backfill", folder, "--start", "2025-07-02T00:03:00"):
        pass
    times = [int(ms) for (ms,) in rows(day_files(folder)[1], "SELECT timestamp FROM book")]
    assert times == sorted(times)
    assert max(late - early for early, late in pairwise(times)) < 500
    assert rebuilt(day_files(folder)).breaks == 0


def test_a_later_session_goes_on_at_the_last_price(tmp_path):
    with local_exchange("--backfill", tmp_path, *SHORT):
        pass
    file = day_files(tmp_path)[-1]
    with closing(sqlite3.connect(file)) as connection, connection:
        newest = "(SELECT max(id) FROM trades)"
        connection.execute(f"UPDATE trades SET price = 50000.5 WHERE id = {newest}")
    with local_exchange("--backfill", tmp_path, "--start", "2025-07-02T00:01:30") as exchange:
        best_bid = float(exchange.get("/_control/book")["bids"][0][0])
        assert best_bid == pytest.approx(50_000.5, abs=500)


def test_a_market_that_would_begin_before_the_last_row_is_refused(folder):
    start = ("--start", "2025-07-02T00:00:30")
    code, said = run_until_it_ends("--backfill", folder, "--hours", 0.05, *start)
    assert code == 2
    assert "went on until 2025-07-02 00:00:5" in said
    assert len(said.splitlines()) == 1


def test_a_recording_of_another_origin_is_not_mixed_up_with_it(tmp_path):
    recording = Recording(start_ms=parse_moment("2025-07-01"), hours=0.01)
    [path] = write_recording(tmp_path, recording)
    before = path.read_bytes()
    code, said = run_until_it_ends("--backfill", tmp_path, *SHORT)
    assert code == 2
    assert "none of this market's" in said
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    code, said = run_until_it_ends("--backfill", tmp_path / "file" / "demo", *SHORT)
    assert code == 73
    assert said.startswith("Error: ")


def test_without_a_start_the_history_reaches_to_now(tmp_path):
    with local_exchange("--backfill", tmp_path, "--hours", 0.02) as exchange:
        file = day_files(tmp_path)[-1]
        last_ms = int(rows(file, "SELECT max(timestamp) FROM book")[0][0])
        now_ms = exchange.get("/_control/state")["now_ms"]
        assert 0 < now_ms - last_ms < 2_000
        assert exchange.get("/_control/state")["given_up_ms"] == 0
