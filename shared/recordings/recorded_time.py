"""Read recorded timestamps, whatever unambiguous form they have, as epoch milliseconds."""

import re
from datetime import datetime
from decimal import Decimal

from shared.clock import to_epoch_ms
from shared.recordings.problems import BadRowError, RowProblem

# Each unit has three decades to itself, so one magnitude has one meaning from 1973 to 5138.
_EARLIEST_MS = 10**11
_LATEST_MS = 10**14

# Decimal() alone would also take "1_0" and digits of other scripts, and overflow on "1e9999999".
_EPOCH = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,3})?")


def parse_timestamp_ms(value: object) -> int:
    """Return the epoch milliseconds of a recorded timestamp, rounded down.

    Accepts epochs in seconds, milliseconds, microseconds and nanoseconds, as a number or text,
    and ISO 8601 date-times (UTC where no offset is given).
    Raises BadRowError when there is none or its meaning is not certain.
    """
    if isinstance(value, int) and _EARLIEST_MS <= value < _LATEST_MS:
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
    for ms_per_unit in (Decimal(1), Decimal(1000), Decimal("1e-3"), Decimal("1e-6")):
        timestamp_ms = number * ms_per_unit
        if _EARLIEST_MS <= timestamp_ms < _LATEST_MS:
            return int(timestamp_ms)
    raise BadRowError(
        RowProblem.BAD_TIMESTAMP, f"expected an epoch between 1973 and 5138, found {number}"
    )


def _from_iso(text: str) -> int:
    try:
        return to_epoch_ms(datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise BadRowError(
            RowProblem.BAD_TIMESTAMP, f"expected epoch milliseconds or ISO 8601, found {text!r}"
        ) from error
