"""Rows on their way to disk: what comes faster than a disk takes waits at the exchange."""

import asyncio
import sqlite3
from contextlib import closing

from recorder.live.adapter.counts import Counts
from recorder.live.intake import MOST_WAITING_BYTES, Intake
from recorder.live.lag import Lag
from shared.recordings.writing.recording_writer import RecordingWriter
from shared.recordings.writing.rows import Gap, NewBookRow, NewTrade

NOON = 1_751_371_200_000  # 2025-07-01
MEGABYTE = "[" + " " * 2**20 + "]"


def test_rows_and_gaps_are_counted(tmp_path, caplog):
    counts = Counts()
    with RecordingWriter(tmp_path, "test") as writer:
        intake = Intake(writer, counts, Lag())
        intake.put("BTC-USDT", NewBookRow(NOON, "[]", "[]"))
        intake.put("BTC-USDT", NewTrade(NOON, "1", 1.0, 1.0, "buy"))
        intake.put("BTC-USDT", Gap(NOON, NOON, "book", None, "a reason"))
    assert (counts.rows, counts.book_rows, counts.trades, counts.gaps) == (2, 1, 1, 1)
    assert "BTC-USDT: a gap in book" in caplog.text


def test_reading_waits_for_a_slow_disk_and_goes_on(tmp_path):
    async def record() -> None:
        with RecordingWriter(tmp_path, "test") as writer:
            intake = Intake(writer, Counts(), Lag())
            intake.put("BTC-USDT", NewBookRow(NOON, "[]", "[]"))
            writer.wait_for(1, 10)
            with closing(sqlite3.connect(tmp_path / "BTC-USDT-25-07-01.db")) as slow:
                slow.execute("BEGIN IMMEDIATE")
                for number in range(40):
                    intake.put("BTC-USDT", NewBookRow(NOON + number, MEGABYTE, "[]"))
                waiting = asyncio.create_task(intake.make_room())
                done, _ = await asyncio.wait([waiting], timeout=0.5)
                assert not done
            await asyncio.wait_for(waiting, 10)
            assert writer.waiting_bytes <= MOST_WAITING_BYTES
            assert writer.lost_rows == 0

    asyncio.run(record())
