"""Tell an event in one line that a trader reads, the same on the terminal and on the page."""

from collections.abc import Callable, Mapping
from typing import Any

from shared.clock import format_utc
from shared.event_kind import Level, Subject, Unusual
from shared.run_files.event_lines import Event

MAX_PHRASE = 200
"""Characters of a reason, or of last words, that a line has room for."""

PHRASES: Mapping[str, Callable[[Any], str]] = {
    "from": "from {}".format,
    "to": "to {}".format,
    "pid": "pid {}".format,
    "attempt": "failure {} in a row".format,
    "exit_code": "exit code {}".format,
    "signal": "ended by {}".format,
    "reason": str,
    "uptime_s": "after {:,.1f} s".format,
    "next_delay_s": "next start in {:.1f} s".format,
    "rss": lambda size: f"{size / 1e6:,.0f} MB",
    "bytes": lambda size: f"{size / 1e3:,.1f} KB",
    "age_s": "{:.1f} s old".format,
    "bars": "{:,} bars".format,
    "newest_ms": lambda moment_ms: f"newest {format_utc(moment_ms)}",
    "detail": lambda text: _last_line(text),
}
"""How a field is told behind an event's sentence; one that is not here is not told."""


def level_of(event: Event) -> Level:
    """Return how much the event matters, which for some kinds its fields decide."""
    unusual = _unusual(event)
    return unusual.level if unusual else event.kind.level


def subject_of(event: Event) -> str:
    """Return whom the event is about: a worker's name, `files` or `supervisor`."""
    if event.kind.subject is Subject.WORKER and event.record.worker:
        return _shortened(event.record.worker)
    return str(event.kind.subject)


def text_of(event: Event) -> str:
    """Return what happened: `failed and will be started again · exit code 1 · after 5.0 s`."""
    unusual = _unusual(event)
    sentence = unusual.sentence if unusual else event.kind.sentence
    if event.record.file is not None:
        sentence = f"{event.record.file.rpartition('/')[2]} {sentence}"
    fields = event.record.written()
    shown = [name for name in event.kind.shown if name in fields and name in PHRASES]
    told = [PHRASES[name](fields[name]) for name in shown]
    parts = (_shortened(part) for part in (sentence, *told))
    return " · ".join(part for part in parts if part)


def line_of(event: Event) -> str:
    """Return the event as the terminal shows it, whom it is about included."""
    text = text_of(event) or event.kind.name.replace("_", " ")
    return f"{subject_of(event)} {text}" if event.kind.subject is Subject.WORKER else text


def _unusual(event: Event) -> Unusual | None:
    unusual = event.kind.unusual
    value = event.record.written().get(unusual.field) if unusual else None
    return None if unusual is None or value is None or value in unusual.usual else unusual


def _last_line(text: str) -> str:
    """Return the end of what may be a whole traceback: that is where the error stands."""
    lines = (line.strip() for line in reversed(text.split("\n")))
    return next((line for line in lines if line), "")


def _shortened(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= MAX_PHRASE else one_line[: MAX_PHRASE - 1] + "…"
