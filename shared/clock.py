"""Time as the parts agree to tell it: epoch milliseconds and UTC text."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MS_PER_DAY = 86_400_000
NO_MOMENT = -(2**62)
"""What stands for none among epoch milliseconds. Any other would: 0 is one, and so is -1."""

FIRST_MS = -62_135_596_800_000
"""The first millisecond of the year 1; before it there is no date."""

LAST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999; after it there is no date."""

END_OF_TIME_MS = LAST_MS + 1
"""Later than any row."""


def to_epoch_ms(moment: datetime) -> int:
    """Return `moment` as epoch milliseconds, rounded down; a naive one is taken as UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - EPOCH) // timedelta(milliseconds=1)


def from_epoch_ms(timestamp_ms: int) -> datetime:
    """Return the UTC moment of an epoch in milliseconds.

    Raises OverflowError outside `FIRST_MS` to `LAST_MS`.
    """
    return EPOCH + timedelta(milliseconds=timestamp_ms)


def format_utc(timestamp_ms: int) -> str:
    """Return `timestamp_ms` as `2025-07-01 13:05:09.250 UTC`, without the fraction if it is 0.

    What no calendar has is told as the number it is: a damaged file must be possible to report.
    """
    if not FIRST_MS <= timestamp_ms <= LAST_MS:
        return f"{timestamp_ms} ms"
    moment = from_epoch_ms(timestamp_ms)
    fraction = f".{timestamp_ms % 1000:03d}" if timestamp_ms % 1000 else ""
    return f"{moment:%Y-%m-%d %H:%M:%S}{fraction} UTC"


def utc_now_text() -> str:
    """Return now as `2025-07-01T13:05:09.250Z`, the form of every log line of ours."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
