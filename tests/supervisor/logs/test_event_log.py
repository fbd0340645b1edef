"""The process status log: what is written, what is said, and how a reader is told of it."""

import os
from pathlib import Path

import pytest

from shared import events
from shared.run_files.event_lines import EventRecord, decode_event
from supervisor.logs.console import Console
from supervisor.logs.event_log import EventLog
from supervisor.logs.rotating_file import RotatingFile
from supervisor.logs.story import told

CLOSED = 999_999
"""The descriptor of a terminal that is not there."""


def test_an_event_is_stamped_and_counted(tmp_path: Path) -> None:
    log = EventLog(RotatingFile(tmp_path / "events.jsonl"), Console(CLOSED), "b1", lambda: 1.23456)
    for name in ("ohlc_data.json", "cvd_data.json"):
        log.write(EventRecord(event=events.FILE_GONE.name, file=name))
    log.file.close()
    first, second = (tmp_path / "events.jsonl").read_bytes().splitlines()
    record = decode_event(first).record
    assert (record.seq, decode_event(second).record.seq) == (1, 2)
    assert (record.mono, record.supervisor_pid, record.boot_id) == (1.2346, os.getpid(), "b1")
    assert (record.file, len(record.ts or "")) == ("ohlc_data.json", 24)


def test_what_is_told_is_written_and_said_in_the_words_of_the_vocabulary(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    log = EventLog(RotatingFile(tmp_path / "events.jsonl"), Console(writing), "b1", lambda: 0.0)
    log.tell(EventRecord(event=events.SUPERVISOR_STOPPING.name, reason="SIGTERM"))
    log.file.close()
    said = os.read(reading, 1000).decode()
    os.close(reading)
    os.close(writing)
    assert said[8:] == " the run is being stopped · SIGTERM\n"
    assert b'"event":"supervisor_stopping"' in (tmp_path / "events.jsonl").read_bytes()


def test_a_log_that_cannot_be_written_counts_and_raises_nothing(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").mkdir()
    log = EventLog(RotatingFile(tmp_path / "events.jsonl"), Console(CLOSED), "b1", lambda: 0.0)
    log.write(EventRecord(event=events.FILE_WATCH_EVENTS.name))
    assert log.file.lost_lines == 1


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (
            '{"ts":"2025-07-01T13:05:09.250Z","event":"hung","worker":"recorder","reason":"silent"}',
            "2025-07-01T13:05:09.250Z error recorder hangs and is being ended · silent",
        ),
        (
            '{"ts":"2025-07-01T13:05:09.250Z","event":"upgraded"}',
            "2025-07-01T13:05:09.250Z info  upgraded",
        ),
        (
            '{"ts":"2025-07-01T13:05',
            "                         info  this line of the status log is damaged",
        ),
    ],
    ids=["known", "of a later version", "damaged"],
)
def test_a_line_reads_as_moment_level_and_what_happened(line: str, text: str) -> None:
    assert told(line) == text
