"""Tell the status log of every new version of a published file, and the console now and then."""

from shared import events
from shared.run_files.event_lines import EventRecord
from supervisor.files.versions import FileVersion
from supervisor.logs.event_log import EventLog

CONSOLE_SECONDS = 5.0
"""A file's changes reach the console at most this often; the status log has each."""


class FileNews:
    """Tells of files in the order in which they changed; what it kept back is said later."""

    def __init__(self, event_log: EventLog) -> None:
        self._log = event_log
        self._next_said: dict[str, float] = {}
        self._unsaid: dict[str, EventRecord] = {}
        self._broken: set[str] = set()

    def tell(self, version: FileVersion, now: float) -> None:
        """Write what became of a file, and say it unless that file was just spoken of."""
        if version.is_gone:
            self._log.tell(EventRecord(event=events.FILE_GONE.name, file=version.name))
            self._broken.discard(version.name)
            self._unsaid.pop(version.name, None)
            return
        record = EventRecord(
            event=(events.FILE_BROKEN if version.fault else events.FILE_CHANGED).name,
            file=version.name,
            size_bytes=version.size_bytes,
            age_s=version.age_s,
            bars=version.bars,
            newest_ms=version.newest_ms,
            reason=version.fault,
        )
        self._log.write(record)
        was_broken = version.name in self._broken
        if version.fault:
            self._broken.add(version.name)
        else:
            self._broken.discard(version.name)
        is_turn = bool(version.fault) != was_broken
        if is_turn or now >= self._next_said.get(version.name, 0.0):
            self._say(version.name, record, now)
        else:
            self._unsaid[version.name] = record

    def say_what_waited(self, now: float) -> None:
        """Say what was kept back long enough, so that a file's last version is said as well."""
        for name, record in list(self._unsaid.items()):
            if now >= self._next_said[name]:
                self._say(name, record, now)

    def _say(self, name: str, record: EventRecord, now: float) -> None:
        self._unsaid.pop(name, None)
        self._next_said[name] = now + CONSOLE_SECONDS
        self._log.say(record)
