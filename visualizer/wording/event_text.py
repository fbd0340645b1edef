"""Turn a record of the process status log into a line that a person reads."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.clock import to_epoch_ms

EventRow = list[Any]
"""`[key, epoch ms or None, level, worker, event, text]`; level is info, warn or error."""

FILE_EVENT_NAMES = frozenset({"file", "file_changed", "file_change", "changed", "replaced"})

_ERROR_WORDS = ("fatal", "gave_up", "give_up", "hung", "error", "lost", "broken")
_WARNING_WORDS = ("backoff", "restart", "killed", "kill", "stale", "missing", "warning", "timeout")
MAX_DETAIL = 200
_NO_TIME_FROM = 1e15
_SECONDS_TO_MS_BELOW = 1e11  # as seconds this is the year 5138, as milliseconds 1973


def event_row(key: int, record: Mapping[str, Any]) -> EventRow:
    """Return the row of that key for a record; what the record lacks is left out."""
    name = _text(record.get("event")) or "event"
    worker = _text(record.get("worker")) or ("files" if is_file_event(record) else "supervisor")
    return [key, _epoch_ms(record.get("ts")), _level(record), worker, name, _sentence(record)]


def is_file_event(record: Mapping[str, Any]) -> bool:
    """Say whether `record` tells of a published file, rather than of a process."""
    return "file" in record and (
        "bytes" in record or _text(record.get("event")).lower() in FILE_EVENT_NAMES
    )


def _sentence(record: Mapping[str, Any]) -> str:
    if is_file_event(record):
        return " · ".join(
            part
            for part in (
                _text(record.get("file")).rpartition("/")[2],
                _amount(record.get("bytes"), "{:,.0f} bytes"),
                _amount(record.get("age_s", record.get("age")), "{:.1f} s old"),
                _last_line(record.get("detail")),
            )
            if part
        )
    old, new = _text(record.get("from")), _text(record.get("to"))
    exit_code = _amount(record.get("exit_code"), "exit code {:.0f}")
    reason = _text(record.get("reason"))
    parts = [
        f"{old} → {new}" if old and new else new or old,
        _amount(record.get("pid"), "pid {:.0f}"),
        exit_code,
        _text(record.get("signal")),
        "" if reason == exit_code else reason,
        _amount(record.get("uptime_s"), "after {:,.1f} s"),
        _amount(record.get("next_delay_s"), "next start in {:.1f} s"),
        _text(record.get("file")),
        _last_line(record.get("detail")) if record.get("exit_code") != 0 else "",
    ]
    return " · ".join(part for part in parts if part)


def _level(record: Mapping[str, Any]) -> str:
    words = f"{_text(record.get('event'))} {_text(record.get('to'))}".lower()
    exit_code = record.get("exit_code")
    if any(word in words for word in _ERROR_WORDS):
        return "error"
    if any(word in words for word in _WARNING_WORDS) or record.get("signal"):
        return "warn"
    return "warn" if isinstance(exit_code, int) and exit_code != 0 else "info"


def _epoch_ms(value: Any) -> int | None:
    if isinstance(value, str):
        try:
            return to_epoch_ms(datetime.fromisoformat(value))
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value < _NO_TIME_FROM:  # not a number is none of both
        return None
    return int(value * 1000 if value < _SECONDS_TO_MS_BELOW else value)


def _amount(value: Any, pattern: str) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return pattern.format(value) if is_number else ""


def _last_line(value: Any) -> str:
    """Return the end of what may be a whole traceback: that is where the error stands."""
    lines = _text(value).split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")[:MAX_DETAIL]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value)
