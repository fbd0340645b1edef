"""The lines of `events.jsonl`: a typed record each, written by the supervisor, read by anybody."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec

from shared.clock import LAST_MS
from shared.errors import BrokenFileError
from shared.event_kind import EventKind, Level, Subject
from shared.events import VOCABULARY
from shared.run_files.documents import decode_document

MAX_NAME = 60
"""Characters of an unknown event's name that a reader is shown."""

_LINE = Path("events.jsonl")
Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
Moment = Annotated[int, msgspec.Meta(ge=0, le=LAST_MS)]


class EventRecord(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    rename={"from_state": "from", "to_state": "to", "size_bytes": "bytes"},
):
    """What happened, when, and all that a reader needs to follow the story.

    A field that does not apply is None here and left out of the line. A Struct, as a dataclass
    cannot have a field called `from`.
    """

    ts: str | None = None
    mono: float | None = None
    seq: Whole | None = None
    supervisor_pid: Whole | None = None
    boot_id: str | None = None
    event: str
    worker: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    pid: Whole | None = None
    create_time: float | None = None
    attempt: Whole | None = None
    exit_code: Whole | None = None
    signal: str | None = None
    reason: str | None = None
    uptime_s: float | None = None
    next_delay_s: float | None = None
    rss: Whole | None = None
    file: str | None = None
    size_bytes: Whole | None = None
    age_s: float | None = None
    bars: Whole | None = None
    newest_ms: Moment | None = None
    detail: str | None = None

    def written(self) -> dict[str, Any]:
        """Return the fields that apply, by their names in the line."""
        fields: dict[str, Any] = msgspec.to_builtins(self)
        return fields


HEADER = ("ts", "mono", "seq", "supervisor_pid", "boot_id", "event")
"""The fields of every line, whatever its kind."""


@dataclass(frozen=True, slots=True)
class Event:
    """What a line records, and the kind of event that says how to tell it."""

    kind: EventKind
    record: EventRecord


class _Remains(msgspec.Struct):
    """What can still be told of a line that is no record of an event."""

    event: Any = None
    ts: Any = None


def encode_event(record: EventRecord) -> bytes:
    """Return the line of `record`, its newline included."""
    return msgspec.json.encode(record) + b"\n"


def decode_event(line: bytes) -> Event:
    """Return the event that is told by `line`, whatever that is.

    An event that this version does not know, and a line that is damaged, become information under
    the name they have.
    """
    try:
        record = decode_document(_LINE, line, EventRecord)
    except BrokenFileError:
        return _decode_remains(line)
    kind = VOCABULARY.get(record.event)
    return Event(kind or _unknown_kind(record), record)


def _decode_remains(line: bytes) -> Event:
    try:
        remains = decode_document(_LINE, line, _Remains)
    except BrokenFileError:
        remains = _Remains()
    name = remains.event[:MAX_NAME] if isinstance(remains.event, str) else ""
    record = EventRecord(
        event=name or "damaged_line", ts=remains.ts if isinstance(remains.ts, str) else None
    )
    sentence = "this line of the status log is damaged"
    return Event(EventKind(record.event, Subject.SUPERVISOR, Level.INFO, sentence), record)


def _unknown_kind(record: EventRecord) -> EventKind:
    if record.worker is not None:
        subject = Subject.WORKER
    else:
        subject = Subject.SUPERVISOR if record.file is None else Subject.FILES
    told = tuple(field for field in record.written() if field not in HEADER)
    return EventKind(
        name=record.event[:MAX_NAME],
        subject=subject,
        level=Level.INFO,
        sentence="",
        always=told,
        shown=told,
    )
