from typing import Any

import pytest

from visualizer.wording.event_text import event_row

EIGHT_MS = 1_795_334_400_000  # 2026-11-22 08:00:00 UTC


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-22T08:00:00Z",
        "2026-11-22T08:00:00.000+00:00",
        1_795_334_400,
        1_795_334_400.0,
        EIGHT_MS,
    ],
    ids=["ISO with Z", "ISO with offset", "seconds", "float seconds", "milliseconds"],
)
def test_time_is_understood_in_the_forms_found(moment: Any) -> None:
    assert event_row(1, {"ts": moment, "event": "started"})[1] == EIGHT_MS


@pytest.mark.parametrize("moment", [None, "soon", True, [], {}, float("nan"), 1e300])
def test_a_time_that_is_none_is_left_out(moment: Any) -> None:
    assert event_row(1, {"ts": moment, "event": "started"})[1] is None


def test_a_change_of_state_reads_like_a_sentence() -> None:
    row = event_row(
        3,
        {
            "ts": EIGHT_MS,
            "event": "exited",
            "worker": "processor",
            "from": "RUNNING",
            "to": "BACKOFF",
            "pid": 41,
            "exit_code": 1,
            "uptime_s": 1234.56,
            "next_delay_s": 0.5,
            "detail": "Traceback\n  ...\nValueError: no\n",
        },
    )
    assert row == [
        3,
        EIGHT_MS,
        "warn",
        "processor",
        "exited",
        (
            "RUNNING → BACKOFF · pid 41 · exit code 1 · after 1,234.6 s · next start in 0.5 s"
            " · ValueError: no"
        ),
    ]


def test_a_changed_file_reads_like_a_sentence() -> None:
    row = event_row(
        1, {"event": "file_replaced", "file": "data/cvd_data.json", "bytes": 2048, "age_s": 0.04}
    )
    assert row[3:] == ["files", "file_replaced", "cvd_data.json · 2,048 bytes · 0.0 s old"]


@pytest.mark.parametrize(
    ("record", "level"),
    [
        ({"event": "started"}, "info"),
        ({"event": "exited", "exit_code": 0}, "info"),
        ({"event": "exited", "exit_code": 1}, "warn"),
        ({"event": "exited", "signal": "SIGKILL"}, "warn"),
        ({"event": "state", "to": "BACKOFF"}, "warn"),
        ({"event": "state", "to": "FATAL"}, "error"),
        ({"event": "hung"}, "error"),
    ],
)
def test_how_alarming_an_event_is(record: dict[str, Any], level: str) -> None:
    assert event_row(1, record)[2] == level


def test_an_empty_record_is_still_a_line() -> None:
    assert event_row(1, {}) == [1, None, "info", "supervisor", "event", ""]
