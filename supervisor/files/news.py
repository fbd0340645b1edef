"""Tell the status log of every change of the published files, and the console now and then."""

from collections.abc import Callable
from pathlib import Path

from shared.clock import format_utc
from supervisor.files.freshness import STALE_SECONDS, Freshness
from supervisor.files.reports import FileReport, PublishedFiles
from supervisor.files.watch import FileWatch
from supervisor.logs.console import Console
from supervisor.logs.event_log import Event, EventLog

CONSOLE_SECONDS = 5.0
"""A file's changes reach the console at most this often; the status log has each."""


class FileNews:
    """Looks at the folder after a hint and each second, and reports what is new."""

    def __init__(
        self, folder: Path, wake: Callable[[], None], events: EventLog, console: Console, now: float
    ) -> None:
        self.watch = FileWatch(folder, wake, self._tell_turn)
        self._files = PublishedFiles(folder)
        self._events = events
        self._console = console
        self._freshness = Freshness(now)
        self._next_scan = now
        self._next_said: dict[str, float] = {}
        self._unsaid: dict[str, FileReport] = {}
        self._broken: set[str] = set()

    @property
    def next_deadline(self) -> float:
        """When `tick` must be called, hint or not."""
        canary = self.watch.next_deadline
        return self._next_scan if canary is None else min(canary, self._next_scan)

    def tick(self, now: float, progress: float) -> None:
        """Look at the folder if it is time; `progress` is what the processor claims."""
        is_due = now >= self.next_deadline
        if is_due:
            self.watch.check(now)
            self._say_what_waited(now)
            self._look_for_staleness(now, progress)
        if not (is_due or self.watch.is_hinted):
            return
        self.watch.is_hinted = False
        self._next_scan = now + self.watch.rescan_seconds
        for report in self._files.changes():
            self._freshness = self._freshness.changed(now, progress)
            self._tell_file(report, now)

    def _look_for_staleness(self, now: float, progress: float) -> None:
        before = self._freshness
        self._freshness = before.seen(now, progress)
        if self._freshness.is_stale and not before.is_stale:
            reason = f"no file changed for {STALE_SECONDS:g} s while the processor claims progress"
            self._events.write(Event("files_stale", reason=reason))
            self._console.say(f"files stale: {reason}")

    def _tell_turn(self, event: str, reason: str) -> None:
        self._events.write(Event(event, reason=reason))
        self._console.say(f"{event.replace('_', ' ')}: {reason}")

    def _tell_file(self, report: FileReport, now: float) -> None:
        if report.is_gone:
            self._events.write(Event("file_gone", file=report.name))
            self._console.say(f"{report.name} is gone")
            self._broken.discard(report.name)
            self._unsaid.pop(report.name, None)
            return
        self._events.write(
            Event(
                event="file_broken" if report.fault else "file_changed",
                file=report.name,
                size_bytes=report.size_bytes,
                age_s=report.age_s,
                bars=report.bars,
                newest_ms=report.newest_ms,
                reason=report.fault,
            )
        )
        was_broken = report.name in self._broken
        if report.fault:
            self._broken.add(report.name)
        else:
            self._broken.discard(report.name)
        is_news = bool(report.fault) != was_broken
        if is_news or now >= self._next_said.get(report.name, 0.0):
            self._say(report, now)
        else:
            self._unsaid[report.name] = report

    def _say_what_waited(self, now: float) -> None:
        # So that the last change of a file, the finished one, is said as well.
        for name, report in list(self._unsaid.items()):
            if now >= self._next_said[name]:
                self._say(report, now)

    def _say(self, report: FileReport, now: float) -> None:
        self._unsaid.pop(report.name, None)
        self._next_said[report.name] = now + CONSOLE_SECONDS
        self._console.say(_in_short(report))


def _in_short(report: FileReport) -> str:
    parts = []
    if report.bars is not None:
        parts.append(f"{report.bars:,} bars")
    if report.newest_ms is not None:
        parts.append(f"newest {format_utc(report.newest_ms)}")
    parts.append(f"{report.size_bytes / 1000:,.1f} KB")
    if report.fault:
        parts.append(f"broken: {report.fault}")
    return f"{report.name} {', '.join(parts)}"
