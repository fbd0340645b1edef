import sqlite3
import sys

import pytest

from benchmarks import recordings
from benchmarks.bare_scan import scan
from benchmarks.measure import Measurement, measure_command, median_of
from recorder.simulator import Recording, write_recording


@pytest.fixture
def made(monkeypatch):
    """Names of the recordings made, instead of hours of market a line of text."""
    calls = []

    def make(folder):
        calls.append(folder.name)
        (folder / "BTC-USDT-25-07-01.db").write_text("a recording")

    monkeypatch.setitem(recordings.RECORDINGS, "1h", make)
    return calls


def test_a_recording_is_made_once(tmp_path, made):
    first = recordings.make_recording(tmp_path, "1h")
    assert recordings.make_recording(tmp_path, "1h") == first
    assert first == [tmp_path / "1h" / "BTC-USDT-25-07-01.db"]
    assert made == ["1h"]


def test_a_recording_is_made_anew_when_the_simulator_has_changed(tmp_path, made):
    recordings.make_recording(tmp_path, "1h")
    (tmp_path / "1h" / "made-by").write_text("another simulator")
    recordings.make_recording(tmp_path, "1h")
    assert made == ["1h", "1h"]


def test_the_trades_only_file_has_trades_in_time_order_and_no_book(tmp_path):
    path = recordings.write_trades_only(tmp_path, trades=20_000)
    connection = sqlite3.connect(path)
    try:
        (book_rows,) = connection.execute("SELECT count(*) FROM book").fetchone()
        times = connection.execute("SELECT CAST(timestamp AS INTEGER) FROM trades").fetchall()
        (worst,) = connection.execute("SELECT min(min(price), min(size)) FROM trades").fetchone()
    finally:
        connection.close()
    assert book_rows == 0
    assert len(times) == 20_000
    assert times == sorted(times)
    assert worst > 0


def test_the_bare_scan_fetches_every_row_of_both_tables(tmp_path):
    paths = write_recording(tmp_path, Recording(hours=0.01))
    connection = sqlite3.connect(paths[0])
    try:
        (rows,) = connection.execute(
            "SELECT (SELECT count(*) FROM book) + (SELECT count(*) FROM trades)"
        ).fetchone()
    finally:
        connection.close()
    assert scan(paths) == scan(paths, batch_rows=7) == rows > 350


def test_a_measured_command_has_its_cost():
    cost = measure_command([sys.executable, "-c", "b = bytearray(40_000_000)"])
    assert cost.wall_seconds > 0
    assert cost.peak_rss_bytes > 40_000_000


def test_the_median_is_taken_figure_by_figure():
    runs = [Measurement(1.0, 9.0, 10), Measurement(2.0, 8.0, 30), Measurement(3.0, 7.0, 20)]
    assert median_of(runs) == Measurement(2.0, 8.0, 20)
