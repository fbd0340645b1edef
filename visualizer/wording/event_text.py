"""Turn an event of the process status log into the row that the page's process log shows."""

from datetime import datetime
from typing import Any

from shared.clock import to_epoch_ms
from shared.run_files.event_lines import Event
from shared.run_files.event_wording import level_of, subject_of, text_of

EventRow = list[Any]
"""`[key, epoch ms or None, level, worker, event, text]`; level is info, warn or error."""


def event_row(key: int, event: Event) -> EventRow:
    """Return the row of that key for an event."""
    moment_ms = _epoch_ms(event.record.ts)
    return [
        key,
        moment_ms,
        str(level_of(event)),
        subject_of(event),
        event.kind.name,
        text_of(event),
    ]


def _epoch_ms(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return to_epoch_ms(datetime.fromisoformat(text))
    except (ValueError, OverflowError):  # no moment, or one beyond the calendar
        return None
