"""What callers ask for: moments, windows of time and ranges, in the forms they have them in."""

import re
from datetime import datetime
from numbers import Integral, Real

from shared.clock import END_OF_TIME_MS, FIRST_MS, LAST_MS, format_utc, to_epoch_ms
from shared.errors import UsageError
from shared.job import parse_moment

Moment = int | str | datetime
"""Epoch ms, ISO 8601 text, or a `datetime`; a date is its midnight, and without an offset a time
is UTC."""

Window = int | float | str
"""A number of seconds, or text like `1s`, `5m`, `1h`, `1d`."""

LONGEST_WINDOW_MS = 10**13
"""Three centuries: such a bar still begins at a date."""

_UNITS_MS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_WINDOW = re.compile(r"([1-9][0-9]{0,12})([smhd])")


def moment_ms(moment: Moment) -> int:
    """Return a moment as epoch ms.

    Raises UsageError when it is none, or beyond the years 1 to 9999.

    >>> moment_ms("2025-07-01"), moment_ms("2025-07-01T02:00+02:00"), moment_ms(1751328000000)
    (1751328000000, 1751328000000, 1751328000000)
    """
    if isinstance(moment, str):
        return parse_moment(moment)
    if isinstance(moment, datetime):
        return to_epoch_ms(moment)
    if isinstance(moment, Integral) and not isinstance(moment, bool):
        timestamp_ms = int(moment)
        if FIRST_MS <= timestamp_ms <= LAST_MS:
            return timestamp_ms
    raise UsageError(
        f"expected epoch ms, text like 2025-07-01T13:30 or a datetime, found {moment!r}"
    )


def window_ms(window: Window) -> int:
    """Return a window's length in ms, a multiple of 1000.

    Raises UsageError when it is not of whole seconds, or longer than three centuries.

    >>> window_ms("5m"), window_ms("1d"), window_ms(90)
    (300000, 86400000, 90000)
    """
    length_ms: float | None = None
    if isinstance(window, str):
        match = _WINDOW.fullmatch(window)
        length_ms = int(match[1]) * _UNITS_MS[match[2]] if match else None
    elif isinstance(window, Real) and not isinstance(window, bool):
        length_ms = float(window) * 1000
    if length_ms is None or not 1000 <= length_ms <= LONGEST_WINDOW_MS or length_ms % 1000:
        raise UsageError(
            f"expected a window of whole seconds, like 1s, 5m, 1h, 1d or 300, found {window!r}"
        )
    return int(length_ms)


def range_ms(start: Moment | None, end: Moment | None) -> tuple[int, int]:
    """Return a range `[start, end)` in epoch ms; None is without bound.

    Raises UsageError when a bound is no moment, or the first is not before the second.
    """
    from_ms = FIRST_MS if start is None else moment_ms(start)
    to_ms = END_OF_TIME_MS if end is None else moment_ms(end)
    if from_ms >= to_ms:
        raise UsageError(
            f"expected a start before the end, found {format_utc(from_ms)} and {format_utc(to_ms)}"
        )
    return from_ms, to_ms
