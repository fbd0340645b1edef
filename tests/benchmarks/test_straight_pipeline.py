import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.straight_pipeline import run, sort_levels
from shared.recordings.writing.whole_file import DayFileWriter

REAL_RECORDINGS = Path(__file__).parents[2].parent / "shared" / "data"
T0 = 1_751_328_000_000

BOOK = [
    (0, '[["100","2","0","1"],["99","1","0","1"]]', '[["101","1","0","1"],["102","4","0","2"]]'),
    (500, '[["100","0","0","0"]]', "[]"),
    (1000, "[]", '[["101","0","0","0"],["102","0","0","0"]]'),
    (1200, "[]", '[["103","1","0","1"]]'),
    (2000, '[["90","5","0","1"]]', "[]"),
]
TRADES = [
    (100, 101.0, 0.5, "buy"),
    (200, 100.0, 2.0, "SELL"),
    (1500, 103.0, 0.25, "buy"),
    (2000, 50.0, 9.0, "sell"),
]


def write_day(path, book=BOOK, trades=TRADES):
    with DayFileWriter(path) as file:
        for offset_ms, bids, asks in book:
            file.add_book_row(("BTC-USDT", bids, asks, str(T0 + offset_ms)))
        for offset_ms, price, size, side in trades:
            file.add_trade_row(("BTC-USDT", "1", price, size, side, str(T0 + offset_ms)))
    return path


def run_two_seconds(path, from_ms=T0):
    return run([path], from_ms, T0 + 2000, window_seconds=1, depth_levels=2)


def test_a_case_worked_by_hand(tmp_path):
    result = run_two_seconds(write_day(tmp_path / "day.db"))
    assert result.ohlc == [
        [T0, 101.0, 101.0, 100.0, 100.0, 2.5],
        [T0 + 1000, 103.0, 103.0, 103.0, 103.0, 0.25],
    ]
    assert result.cvd == [
        [T0, 0.0, 0.5, -1.5, -1.5],
        [T0 + 1000, -1.5, -1.25, -1.5, -1.25],
    ]
    # (3 − 5) / 8, then (1 − 5) / 6; no sample while there is no ask; (1 − 1) / 2.
    assert result.metrics == [
        [T0, -0.25, -0.25, pytest.approx(-2 / 3), pytest.approx(-2 / 3), 8, 8, 6, 6],
        [T0 + 1000, 0, 0, 0, 0, 2, 2, 2, 2],
    ]
    assert result.depth == {"bids": [[99.0, 1.0]], "asks": [[103.0, 1.0]]}
    assert (result.book_rows, result.levels, result.trades) == (4, 8, 3)


def test_either_sort_gives_the_same(tmp_path):
    path = write_day(tmp_path / "day.db")
    assert run([path], depth_levels=2, best_sizes=sort_levels) == run([path], depth_levels=2)


def test_rows_before_the_range_build_the_book_unsampled(tmp_path):
    result = run_two_seconds(write_day(tmp_path / "day.db"), from_ms=T0 + 1000)
    assert result.metrics == [[T0 + 1000, 0, 0, 0, 0, 2, 2, 2, 2]]
    assert result.ohlc == [[T0 + 1000, 103.0, 103.0, 103.0, 103.0, 0.25]]
    assert result.cvd == [[T0 + 1000, 0.0, 0.25, 0.0, 0.25]]


def test_only_the_displayed_levels_count(tmp_path):
    result = run([write_day(tmp_path / "day.db", BOOK[:1])], depth_levels=1)
    # (2 − 1) / 3
    assert result.metrics[0][1:6] == [pytest.approx(1 / 3)] * 4 + [3]
    assert result.depth == {"bids": [[100.0, 2.0]], "asks": [[101.0, 1.0]]}


def test_book_open_bars_and_cvd_carry_over_to_the_next_file(tmp_path):
    first = write_day(tmp_path / "1.db", BOOK[:1], TRADES[:1])
    second = write_day(tmp_path / "2.db", BOOK[1:], TRADES[1:])
    whole = write_day(tmp_path / "whole.db")
    assert run([first, second], window_seconds=1) == run([whole], window_seconds=1)


def test_storage_order_plays_no_part(tmp_path):
    stored_backwards = write_day(tmp_path / "back.db", BOOK[::-1], TRADES[::-1])
    assert run_two_seconds(stored_backwards) == run_two_seconds(write_day(tmp_path / "day.db"))


def test_python_literals_are_read_too(tmp_path):
    literal = [(t, bids.replace('"', "'"), asks.replace('"', "'")) for t, bids, asks in BOOK]
    result = run_two_seconds(write_day(tmp_path / "literal.db", literal))
    assert result == run_two_seconds(write_day(tmp_path / "day.db"))


def test_only_the_newest_thousand_bars_are_kept(tmp_path):
    trades = [(1000 * second, 100.0, 1.0, "buy") for second in range(1001)]
    result = run([write_day(tmp_path / "day.db", [], trades)], window_seconds=1)
    assert len(result.ohlc) == len(result.cvd) == 1000
    assert result.ohlc[0][0] == T0 + 1000
    assert result.cvd[-1] == [T0 + 1_000_000, 1000.0, 1001.0, 1000.0, 1001.0]


def test_the_script_prints_json(tmp_path):
    path = write_day(tmp_path / "day.db")
    command = [sys.executable, "-m", "benchmarks.straight_pipeline", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert json.loads(done.stdout)["trades"] == 4


def real_day_files():
    return sorted(REAL_RECORDINGS.glob("*/*.db")) or [
        pytest.param(None, marks=pytest.mark.skip(reason=f"no recordings in {REAL_RECORDINGS}"))
    ]


@pytest.mark.parametrize("path", real_day_files(), ids=lambda path: path.name if path else "none")
def test_bars_of_real_recordings_agree_with_sql(path):
    result = run([path])
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        bars = connection.execute("""
            SELECT CAST(timestamp AS INTEGER) / 60000 * 60000 AS label,
                   max(price), min(price), sum(size),
                   sum(CASE lower(side) WHEN 'buy' THEN size ELSE -size END)
            FROM trades GROUP BY label ORDER BY label DESC LIMIT 1000
        """).fetchall()[::-1]
        rows = connection.execute("SELECT count(*) FROM book").fetchone()
    finally:
        connection.close()
    assert (result.book_rows,) == rows
    assert [(bar[0], bar[2], bar[3]) for bar in result.ohlc] == [bar[:3] for bar in bars]
    assert [bar[5] for bar in result.ohlc] == pytest.approx([bar[3] for bar in bars])
    deltas = [bar[4] - bar[1] for bar in result.cvd]
    assert deltas == pytest.approx([bar[4] for bar in bars], abs=1e-6)
