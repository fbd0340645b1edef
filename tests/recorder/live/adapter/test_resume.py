"""Where a recording goes on is told by its newest rows, whatever files there are."""

import sqlite3
from contextlib import closing

from recorder.live.adapter.resume import Recorded, find_recorded
from shared.recordings.writing.recording_writer import RecordingWriter
from shared.recordings.writing.rows import NewBookRow, NewTrade

NOON = 1_751_371_200_000  # 2025-07-01
DAY = 86_400_000


def put(folder, *rows):
    with RecordingWriter(folder, "test", now_ms=lambda: NOON) as writer:
        for row in rows:
            writer.put("BTC-USDT", row)


def book(time_ms: int, seq_id: int) -> NewBookRow:
    return NewBookRow(time_ms, "[]", "[]", "update", seq_id, seq_id - 1)


def trade(time_ms: int, number: int) -> NewTrade:
    return NewTrade(time_ms, str(number), 1.0, 1.0, "buy")


def test_without_files_there_is_nothing_to_go_on_from(tmp_path):
    assert find_recorded(tmp_path, "BTC-USDT") == Recorded()
    assert find_recorded(tmp_path / "absent", "BTC-USDT") == Recorded()


def test_the_newest_rows_count_also_while_somebody_writes(tmp_path):
    with RecordingWriter(tmp_path, "test") as writer:
        writer.put("BTC-USDT", trade(NOON, 9))
        writer.put("BTC-USDT", trade(NOON + 5, 10))
        writer.wait_for(writer.put("BTC-USDT", book(NOON + 7, 33)), 10)
        assert find_recorded(tmp_path, "BTC-USDT") == Recorded(10, NOON + 5, NOON + 7, 33)


def test_a_new_day_s_file_without_rows_leads_to_the_day_before(tmp_path):
    put(tmp_path, trade(NOON, 10), book(NOON, 33), book(NOON + DAY, 40))
    with RecordingWriter(tmp_path, "test", instruments=["BTC-USDT"]):
        assert find_recorded(tmp_path, "BTC-USDT") == Recorded(10, NOON, NOON + DAY, 40)


def test_files_of_other_instruments_and_damaged_ones_are_looked_past(tmp_path, caplog):
    put(tmp_path, trade(NOON, 10), book(NOON, 33))
    (tmp_path / "BTC-USDT-SWAP-25-07-02.db").write_bytes(b"not looked at")
    (tmp_path / "BTC-USDT-25-07-02.db").write_bytes(b"x" * 5000)
    assert find_recorded(tmp_path, "BTC-USDT") == Recorded(10, NOON, NOON, 33)
    assert "BTC-USDT-25-07-02.db" in caplog.text


def test_a_recording_of_before_has_no_numbers_of_book_rows(tmp_path):
    with closing(sqlite3.connect(tmp_path / "BTC-USDT-25-07-01.db")) as db:
        db.execute("CREATE TABLE book (id INTEGER PRIMARY KEY, bids, asks, timestamp TEXT)")
        db.execute("CREATE TABLE trades (id INTEGER PRIMARY KEY, trade_id, timestamp TEXT)")
        db.execute("INSERT INTO book VALUES (1, '[]', '[]', '500')")
        db.execute("INSERT INTO trades VALUES (1, 'a uuid', '400')")
        db.commit()
    assert find_recorded(tmp_path, "BTC-USDT") == Recorded(None, 0, 500, None)
