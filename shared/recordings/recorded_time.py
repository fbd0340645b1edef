"""Read recorded timestamps, whatever unambiguous form they have, as epoch milliseconds."""

import re
from datetime import datetime
from decimal import Decimal

from shared.clock import FIRST_MS, LAST_MS, to_epoch_ms
from shared.recordings.problems import BadRowError, RowProblem

# Each unit has three decades to itself, so one magnitude has one meaning from 1973 to 5138.
_EARLIEST_MS = 10**11
_LATEST_MS = 10**14

_PLAIN_MS = range(10**12, 10**13)
"""Of thirteen digits, which no way of writing dates has."""

# Digits of a date, and of a time of day as far as it goes: 2025070113, 20250701130509250.
_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(?:(\d\d)(?:(\d\d)(\d{0,9}))?)?", re.ASCII)
_YEARS_OF_DATES = range(1970, 2101)
_DIGITS_OF_EPOCHS = (10, 16, 19)
"""How many an epoch of our time has in seconds, microseconds and nanoseconds: from the year 2032 on
some show a date as well."""

# Decimal() alone would also take "1_0" and digits of other scripts, and overflow on "1e9999999".
_EPOCH = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,3})?")


def parse_timestamp_ms(value: object) -> int:
    """Return the epoch milliseconds of a recorded timestamp, rounded down.

    Accepts epochs in seconds, milliseconds, microseconds and nanoseconds, as a number or text,
    ISO 8601 date-times (UTC where no offset is given), and date-times of digits alone, such as
    20250701130509, whose other meaning would be a day in the year 1976 or 2611.
    Raises BadRowError when there is none or its meaning is not certain.
    """
    if isinstance(value, int) and value in _PLAIN_MS:
        return value
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str) and _is_usual(value):
        return int(value)
    if value is None or value == "" or isinstance(value, bool):
        raise BadRowError(RowProblem.BAD_TIMESTAMP, f"expected a timestamp, found {value!r}")
    text = str(value).strip()
    return _from_number(Decimal(text)) if _EPOCH.fullmatch(text) else _from_iso(text)


def _is_usual(text: str) -> bool:
    return len(text) == 13 and text.isascii() and text.isdigit() and text[0] != "0"


def _from_number(number: Decimal) -> int:
    dated_ms = _from_digits(number)
    if dated_ms is not None:
        return dated_ms
    for ms_per_unit in (Decimal(1), Decimal(1000), Decimal("1e-3"), Decimal("1e-6")):
        timestamp_ms = number * ms_per_unit
        if _EARLIEST_MS <= timestamp_ms < _LATEST_MS:
            return int(timestamp_ms)
    raise BadRowError(
        RowProblem.BAD_TIMESTAMP, f"expected an epoch between 1973 and 5138, found {number}"
    )


def _from_digits(number: Decimal) -> int | None:
    """Return the moment that the digits of `number` show, None where they show none.

    Raises BadRowError when it may as well be an epoch of our time.
    """
    digits, _, fraction = format(number, "f").partition(".")
    match = _DATE.fullmatch(digits)
    if match is None:
        return None
    *parts, second_fraction = match.groups(default="")
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    if year not in _YEARS_OF_DATES:
        return None
    try:
        moment = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - taken as UTC
    except ValueError:
        return None
    if len(digits) in _DIGITS_OF_EPOCHS or (fraction.strip("0") and not parts[-1]):
        raise BadRowError(
            RowProblem.BAD_TIMESTAMP, f"expected an epoch or a date, found either in {number}"
        )
    thousandths = (second_fraction + fraction + "000")[:3]
    return to_epoch_ms(moment) + int(thousandths)


def _from_iso(text: str) -> int:
    try:
        timestamp_ms = to_epoch_ms(datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise BadRowError(
            RowProblem.BAD_TIMESTAMP, f"expected epoch milliseconds or ISO 8601, found {text!r}"
        ) from error
    if not FIRST_MS <= timestamp_ms <= LAST_MS:
        raise BadRowError(
            RowProblem.BAD_TIMESTAMP, f"expected a time in the years 1 to 9999, found {text!r}"
        )
    return timestamp_ms
