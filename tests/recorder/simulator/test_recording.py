import pytest

from recorder.simulator import Recording
from shared.clock import MS_PER_DAY
from shared.errors import UsageError
from shared.job import parse_moment

FIRST_OF_JULY = 20_270  # days from 1970-01-01 to 2025-07-01


def test_default_is_two_hours_of_the_first_of_july():
    recording = Recording()
    assert recording.start_ms == FIRST_OF_JULY * MS_PER_DAY
    assert recording.end_ms - recording.start_ms == 7_200_000
    assert [recording.file_name(day) for day in recording.days] == ["BTC-USDT-25-07-01.db"]


def test_a_recording_up_to_midnight_does_not_touch_the_next_day():
    assert Recording(hours=24).days == range(FIRST_OF_JULY, FIRST_OF_JULY + 1)


def test_a_recording_over_midnight_touches_both_days():
    recording = Recording(start_ms=parse_moment("2025-07-01T23:00"), hours=2)
    assert recording.days == range(FIRST_OF_JULY, FIRST_OF_JULY + 2)


@pytest.mark.parametrize("hours", [0, -1, 8785, float("inf"), float("nan")])
def test_hours_must_be_positive_and_at_most_a_year(hours):
    with pytest.raises(UsageError, match="expected 0 < hours <= 8784"):
        Recording(hours=hours)


@pytest.mark.parametrize("instrument", ["", "  ", "../BTC-USDT", "BTC\\USDT"])
def test_an_instrument_must_fit_into_a_file_name(instrument):
    with pytest.raises(UsageError, match="expected an instrument like BTC-USDT"):
        Recording(instrument)
