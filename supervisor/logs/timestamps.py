"""The wall clock as the supervisor writes it."""

from datetime import UTC, datetime


def utc_now_text() -> str:
    """Return now as `2025-07-01T13:05:09.250Z`."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
