"""The process status log `events.jsonl`: one JSON object a line, one line an event."""

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from shared.clock import utc_now_text
from supervisor.logs.rotating_file import RotatingFile


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, to whom, and all that a reader needs to follow the story.

    `from_state` and `to_state` are written as `from` and `to`, `size_bytes` as `bytes`; a field
    that does not apply is left out of the line.
    """

    event: str
    worker: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    pid: int | None = None
    create_time: float | None = None
    attempt: int | None = None
    exit_code: int | None = None
    signal: str | None = None
    reason: str | None = None
    uptime_s: float | None = None
    next_delay_s: float | None = None
    rss: int | None = None
    file: str | None = None
    size_bytes: int | None = None
    age_s: float | None = None
    bars: int | None = None
    newest_ms: int | None = None
    detail: str | None = None


_WRITTEN_AS = {"from_state": "from", "to_state": "to", "size_bytes": "bytes"}


class EventLog:
    """Appends events with time, sequence number, supervisor pid and boot id."""

    def __init__(self, file: RotatingFile, boot_id: str, clock: Callable[[], float]) -> None:
        self.file = file
        self._boot_id = boot_id
        self._clock = clock
        self._seq = 0

    def write(self, event: Event) -> None:
        """Append `event`; a line that cannot be written is counted in `file.lost_lines`."""
        now = self._clock()
        self._seq += 1
        line: dict[str, Any] = {
            "ts": utc_now_text(),
            "mono": round(now, 4),
            "seq": self._seq,
            "supervisor_pid": os.getpid(),
            "boot_id": self._boot_id,
        }
        for name, value in asdict(event).items():
            if value is not None:
                line[_WRITTEN_AS.get(name, name)] = value
        self.file.write(orjson.dumps(line) + b"\n", now)
