"""Watch the published files: the one way into this folder for the supervisor."""

from collections.abc import Callable
from pathlib import Path

from shared import events
from shared.run_files.event_lines import EventRecord
from supervisor.files.freshness import STALE_SECONDS, Freshness
from supervisor.files.hints import ChangeHints, WatchMode
from supervisor.files.news import FileNews
from supervisor.files.versions import PublishedFiles
from supervisor.logs.event_log import EventLog

__all__ = ["FileWatch", "WatchMode"]


class FileWatch:
    """Looks at the folder after a hint and each second, and tells what is new.

    `wake` is called from another thread when `tick` should be.
    """

    def __init__(
        self, folder: Path, wake: Callable[[], None], event_log: EventLog, now: float
    ) -> None:
        self._log = event_log
        self._hints = ChangeHints(folder, wake, event_log.tell)
        self._files = PublishedFiles(folder)
        self._news = FileNews(event_log)
        self._freshness = Freshness(now)
        self._next_look = now

    @property
    def mode(self) -> WatchMode:
        """How changes are noticed now."""
        return self._hints.mode

    @property
    def next_deadline(self) -> float:
        """When `tick` must be called, hint or not."""
        canary = self._hints.next_deadline
        return self._next_look if canary is None else min(canary, self._next_look)

    def start(self, now: float) -> None:
        """Begin to watch; a system that does not tell of changes is polled."""
        self._hints.start(now)

    def tick(self, now: float, progress: float) -> None:
        """Look at the folder if it is time; `progress` is what the publishing workers claim."""
        is_due = now >= self.next_deadline
        if is_due:
            self._hints.check(now)
            self._news.say_what_waited(now)
            self._look_for_staleness(now, progress)
        if not (is_due or self._hints.is_hinted):
            return
        self._hints.is_hinted = False
        self._next_look = now + self._hints.rescan_seconds
        for version in self._files.changes():
            self._freshness = self._freshness.changed(now, progress)
            self._news.tell(version, now)

    def close(self) -> None:
        """End the watching; its threads finish by themselves."""
        self._hints.close()

    def _look_for_staleness(self, now: float, progress: float) -> None:
        before = self._freshness
        self._freshness = before.seen(now, progress)
        if self._freshness.is_stale and not before.is_stale:
            reason = f"no file changed for {STALE_SECONDS:g} s while a worker claims progress"
            self._log.tell(EventRecord(event=events.FILES_STALE.name, reason=reason))
