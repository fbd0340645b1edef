"""Recorded timestamps: every unambiguous form gives the same epoch milliseconds."""

import contextlib
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import EPOCH
from shared.recordings.problems import BadRowError, RowProblem
from shared.recordings.recorded_time import parse_timestamp_ms

# 2024-08-08 23:54:15.308 UTC
MOMENT_MS = 1_723_161_255_308


@pytest.mark.parametrize(
    "value",
    [
        1723161255308,
        "1723161255308",
        b"1723161255308",
        "1723161255308.0",
        1723161255308.0,
        "1723161255.308",
        1723161255.308,
        1723161255308999,
        "1723161255308000",
        1723161255308000000,
        "1723161255308999999",
        "2024-08-08T23:54:15.308Z",
        "2024-08-08T23:54:15.308",
        b"2024-08-08 23:54:15.308",
        "2024-08-08 23:54:15.308999+00:00",
        "2024-08-09T01:54:15.308+02:00",
        "2024-08-08T18:24:15.308-05:30",
        " 2024-08-08T23:54:15.308Z ",
        "20240808T235415.308Z",
    ],
    ids=repr,
)
def test_every_form_of_a_moment_gives_the_same_milliseconds(value: Any) -> None:
    assert parse_timestamp_ms(value) == MOMENT_MS


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1723161255, 1723161255000),
        ("1723161255", 1723161255000),
        ("2024-08-08", 1723075200000),
        ("1969-12-31T23:59:59.999Z", -1),
        (100_000_000_000, 100_000_000_000),
        (99_999_999_999, 99_999_999_999_000),
        (99_999_999_999_999, 99_999_999_999_999),
        ("20250701000100", 1751328060000),
        (20250701000100, 1751328060000),
        (20250701000100.0, 1751328060000),
        ("20250701000100.5", 1751328060500),
        ("202507010001", 1751328060000),
        (20250701000100123, 1751328060123),
        ("20250701000100123456", 1751328060123),
        ("20251301000100", 20251301000100),
        (100_000_000_000_000, 100_000_000_000),
    ],
    ids=[
        "seconds",
        "seconds-as-text",
        "plain-date",
        "before-the-epoch",
        "smallest-ms",
        "largest-seconds",
        "largest-ms",
        "fourteen-digits",
        "fourteen-digits-as-number",
        "fourteen-digits-as-float",
        "fourteen-digits-and-fraction",
        "twelve-digits",
        "seventeen-digits",
        "twenty-digits",
        "fourteen-digits-without-such-a-month",
        "smallest-microseconds",
    ],
)
def test_the_magnitude_tells_the_unit(value: Any, expected: int) -> None:
    assert parse_timestamp_ms(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        b"",
        " ",
        True,
        0,
        -1723161255308,
        20240808,
        "20240808",
        "soon",
        "2025070113",
        2025070113000000,
        "2025070113000000000",
        "202507010001.5",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "nan",
        "inf",
        "sNaN",
        float("nan"),
        float("inf"),
        "1e400",
        "1e9999999",
        "-1e9999999",
        "1e-9999999",
        "0000000000001",
        "1_723_161_255_308",
        "１７２３１６１２５５３０８",
        "2024-13-01",
        "2024-08-08T25:00",
        "08/08/2024",
        b"\xff\xfe",
        "9" * 400,
    ],
    ids=repr,
)
def test_what_is_no_certain_moment_is_bad(value: Any) -> None:
    with pytest.raises(BadRowError) as caught:
        parse_timestamp_ms(value)
    assert caught.value.problem is RowProblem.BAD_TIMESTAMP


@given(st.one_of(st.text(), st.binary(), st.integers(), st.floats(), st.none(), st.booleans()))
def test_arbitrary_values_give_a_moment_or_one_kind_of_error(value: object) -> None:
    with contextlib.suppress(BadRowError):
        assert isinstance(parse_timestamp_ms(value), int)


@given(
    st.integers(min_value=10**11, max_value=10**14 - 1).filter(
        lambda ms: not 1970 <= int(str(ms)[:4]) <= 2100  # or it may show a date
    )
)
def test_a_moment_reads_the_same_in_all_its_forms(moment_ms: int) -> None:
    iso = (EPOCH + timedelta(milliseconds=moment_ms)).isoformat()
    forms = (moment_ms, str(moment_ms), moment_ms * 1000, moment_ms * 10**6, iso)
    assert {parse_timestamp_ms(form) for form in forms} == {moment_ms}
