"""Rows of the page's process log; how each event reads is tested with the vocabulary."""

import pytest

from shared.run_files.event_lines import decode_event
from visualizer.wording.event_text import event_row

EIGHT_MS = 1_795_334_400_000  # 2026-11-22 08:00:00 UTC


def test_a_row_says_when_how_grave_who_and_what() -> None:
    event = decode_event(
        b'{"ts":"2026-11-22T08:00:00.250Z","event":"not_ready","worker":"visualizer","pid":42,'
        b'"reason":"3 health probes failed"}'
    )
    assert event_row(3, event) == [
        3,
        EIGHT_MS + 250,
        "warn",
        "visualizer",
        "not_ready",
        "does not answer · pid 42 · 3 health probes failed",
    ]


def test_a_file_stands_where_others_name_a_worker() -> None:
    event = decode_event(b'{"event":"file_gone","file":"cvd_data.json"}')
    assert event_row(1, event)[2:] == ["warn", "files", "file_gone", "cvd_data.json was deleted"]


def test_an_event_of_a_later_version_is_information_under_its_name() -> None:
    row = event_row(1, decode_event(b'{"event":"fatal_backoff_error","worker":"recorder"}'))
    assert row == [1, None, "info", "recorder", "fatal_backoff_error", ""]


@pytest.mark.parametrize(
    "moment", ["2026-11-22T08:00:00Z", "2026-11-22T08:00:00.000+00:00", "2026-11-22 08:00"]
)
def test_a_moment_is_epoch_milliseconds(moment: str) -> None:
    line = f'{{"ts":"{moment}","event":"running"}}'.encode()
    assert event_row(1, decode_event(line))[1] == EIGHT_MS


@pytest.mark.parametrize("moment", ['"soon"', '""', "5", "null", "[]", '"0001-01-01T00:00+23:59"'])
def test_a_moment_that_is_none_is_left_out(moment: str) -> None:
    row = event_row(1, decode_event(f'{{"ts":{moment},"event":"running"}}'.encode()))
    assert row[1] is None or row[1] < 0
    assert row[4] == "running"
