"""The process status log `events.jsonl`, and the same story on the terminal."""

import os
from collections.abc import Callable

import msgspec

from shared.clock import utc_now_text
from shared.events import VOCABULARY
from shared.run_files.event_lines import Event, EventRecord, encode_event
from shared.run_files.event_wording import line_of
from supervisor.logs.console import Console
from supervisor.logs.rotating_file import RotatingFile


class EventLog:
    """Appends events with time, sequence number, supervisor pid and boot id."""

    def __init__(
        self, file: RotatingFile, console: Console, boot_id: str, clock: Callable[[], float]
    ) -> None:
        self.file = file
        self._console = console
        self._boot_id = boot_id
        self._clock = clock
        self._seq = 0

    def write(self, record: EventRecord) -> None:
        """Append `record`; a line that cannot be written is counted in `file.lost_lines`."""
        now = self._clock()
        self._seq += 1
        stamped = msgspec.structs.replace(
            record,
            ts=utc_now_text(),
            mono=round(now, 4),
            seq=self._seq,
            supervisor_pid=os.getpid(),
            boot_id=self._boot_id,
        )
        self.file.write(encode_event(stamped), now)

    def tell(self, record: EventRecord) -> None:
        """Append `record`, and say it on the terminal."""
        self.write(record)
        self.say(record)

    def say(self, record: EventRecord) -> None:
        """Say on the terminal what `record` tells."""
        self._console.say(line_of(Event(VOCABULARY[record.event], record)))
