"""Epoch milliseconds and their UTC text."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import MS_PER_DAY, format_utc, from_epoch_ms, to_epoch_ms, utc_now_text

T0 = 1_751_328_000_000


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2025, 7, 1, tzinfo=UTC), T0),
        (datetime(2025, 7, 1), T0),  # noqa: DTZ001 - the naive one is the subject
        (datetime(2025, 7, 1, 2, tzinfo=timezone(timedelta(hours=2))), T0),
        (datetime(2025, 7, 1, 0, 0, 0, 1999, tzinfo=UTC), T0 + 1),
        (datetime(1969, 12, 31, 23, 59, 59, 999_500, tzinfo=UTC), -1),
    ],
    ids=["utc", "naive", "offset", "rounded-down", "rounded-down-before-the-epoch"],
)
def test_a_moment_becomes_epoch_milliseconds(moment: datetime, expected: int) -> None:
    assert to_epoch_ms(moment) == expected


@pytest.mark.parametrize(
    ("timestamp_ms", "text"),
    [
        (T0, "2025-07-01 00:00:00 UTC"),
        (T0 + 47_109_250, "2025-07-01 13:05:09.250 UTC"),
        (T0 + 7, "2025-07-01 00:00:00.007 UTC"),
        (-1, "1969-12-31 23:59:59.999 UTC"),
    ],
)
def test_the_text_has_a_fraction_only_where_there_is_one(timestamp_ms: int, text: str) -> None:
    assert format_utc(timestamp_ms) == text


@given(st.integers(-(10**13), 10**14))
def test_there_and_back_is_the_same_moment(timestamp_ms: int) -> None:
    assert to_epoch_ms(from_epoch_ms(timestamp_ms)) == timestamp_ms


def test_a_day_has_its_milliseconds() -> None:
    assert to_epoch_ms(datetime(2025, 7, 2, tzinfo=UTC)) - T0 == MS_PER_DAY


def test_now_is_told_in_utc_to_the_millisecond() -> None:
    told = utc_now_text()
    moment = datetime.fromisoformat(told)
    assert (len(told), told[-1], moment.utcoffset()) == (24, "Z", timedelta(0))
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=1)
