"""What one run is to process: dates as the user writes them, and the half-open range."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import UsageError
from shared.job import TimeRange, parse_moment

T0 = 1_751_328_000_000
HOUR = 3_600_000
DAY = 24 * HOUR


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-07-01", T0),
        ("20250701", T0),
        ("2025-07-01T00:00", T0),
        ("2025-07-01 00:00:00", T0),
        ("2025-07-01T13:30", T0 + 13 * HOUR + HOUR // 2),
        ("2025-07-01T13:30:05.250", T0 + 13 * HOUR + HOUR // 2 + 5_250),
        ("2025-07-01T00:00:00.0019", T0 + 1),
        ("2025-07-01T00:00Z", T0),
        ("2025-07-01T02:00+02:00", T0),
        ("2025-06-30T18:30-05:30", T0),
        ("1970-01-01", 0),
    ],
)
def test_a_date_or_time_is_read_as_utc(text: str, expected: int) -> None:
    assert parse_moment(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", " ", "today", "2025-13-01", "2025-02-29", "01.07.2025", "25-07-01", "1751328000000"],
)
def test_what_is_no_date_is_a_usage_error_that_shows_both(text: str) -> None:
    with pytest.raises(UsageError, match="expected a date like 2025-07-01 or a time") as caught:
        parse_moment(text)
    assert str(caught.value).endswith(f"found {text!r}")


@given(st.text())
def test_arbitrary_text_is_a_moment_or_a_usage_error(text: str) -> None:
    try:
        moment = parse_moment(text)
    except UsageError:
        return
    assert isinstance(moment, int)


@pytest.mark.parametrize("to_ms", [T0, T0 - 1], ids=["empty", "backwards"])
def test_a_range_that_does_not_go_forward_is_a_usage_error(to_ms: int) -> None:
    with pytest.raises(UsageError, match="expected --from before --to, found 2025-07-01 00:00:00"):
        TimeRange(T0, to_ms)


def test_a_range_has_its_start_but_not_its_end() -> None:
    span = TimeRange(10, 20)
    assert [moment in span for moment in (9, 10, 19, 20)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("from_ms", "to_ms", "days"),
    [
        (T0, T0 + DAY, [20270]),
        (T0, T0 + DAY + 1, [20270, 20271]),
        (T0 - 1, T0, [20269]),
        (T0 - 1, T0 + 1, [20269, 20270]),
        (-1, 1, [-1, 0]),
    ],
    ids=["one-day", "one-ms-more", "last-ms-of-a-day", "over-midnight", "over-the-epoch"],
)
def test_the_days_of_a_range_are_those_it_touches(
    from_ms: int, to_ms: int, days: list[int]
) -> None:
    assert list(TimeRange(from_ms, to_ms).days) == days


def test_a_range_reads_as_two_utc_moments() -> None:
    assert str(TimeRange(T0, T0 + 250)) == "2025-07-01 00:00:00 UTC – 2025-07-01 00:00:00.250 UTC"
