"""Moments, windows and ranges in every form that they are taken in, and what is refused."""

from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from orderflow.asked import moment_ms, range_ms, window_ms
from shared.errors import UsageError

JULY = 1_751_328_000_000


@pytest.mark.parametrize(
    "moment",
    [
        JULY,
        np.int64(JULY),
        "2025-07-01",
        "2025-07-01T00:00:00Z",
        "2025-07-01T05:30+05:30",
        datetime(2025, 7, 1),  # noqa: DTZ001 - a naive one is what this is about
        datetime(2025, 7, 1, 2, tzinfo=timezone(timedelta(hours=2))),
    ],
    ids=repr,
)
def test_a_moment_is_taken_in_every_form(moment: object) -> None:
    assert moment_ms(moment) == JULY


@pytest.mark.parametrize("moment", ["July", "", 1.5, True, None, 10**18, float("nan")], ids=repr)
def test_what_is_no_moment_is_refused(moment: object) -> None:
    with pytest.raises(UsageError, match="expected"):
        moment_ms(moment)


@pytest.mark.parametrize(
    ("window", "ms"),
    [
        ("1s", 1_000),
        ("5m", 300_000),
        ("4h", 14_400_000),
        ("1d", 86_400_000),
        (90, 90_000),
        (60.0, 60_000),
        (np.int64(3), 3_000),
    ],
)
def test_a_window_is_text_or_seconds(window: object, ms: int) -> None:
    assert window_ms(window) == ms


@pytest.mark.parametrize(
    "window",
    [
        "5",
        "0m",
        "-1m",
        "1.5m",
        "5 m",
        "1w",
        "",
        0,
        -60,
        0.5,
        1.0005,
        True,
        None,
        float("nan"),
        float("inf"),
        "9999999999999d",
    ],
    ids=repr,
)
def test_what_is_no_window_of_whole_seconds_is_refused(window: object) -> None:
    with pytest.raises(UsageError, match="expected a window of whole seconds"):
        window_ms(window)


@pytest.mark.parametrize(("start", "end"), [("2025-07-02", "2025-07-01"), (JULY, JULY)])
def test_a_range_begins_before_it_ends(start: object, end: object) -> None:
    with pytest.raises(UsageError, match="expected a start before the end, found 2025-07-0"):
        range_ms(start, end)
