"""Hints that files of a folder changed: watchdog while it delivers, polling when it does not."""

import logging
import os
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from watchdog.events import (
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from shared import events
from shared.run_files.event_lines import EventRecord

logger = logging.getLogger(__name__)

CANARY = ".canary"
CANARY_SECONDS = 1.0
RESCAN_SECONDS = 1.0
POLL_SECONDS = 0.25
RETRY_SECONDS = 30.0
_HINTS: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    FileClosedEvent,
]
"""Not opened, nor closed without a write: else every reader of the files, we among them, would
wake the loop."""


class WatchMode(StrEnum):
    """How changes are noticed."""

    EVENTS = "inotify"
    POLLING = "polling"


class ChangeHints:
    """Watches one folder, not its subfolders, and keeps the watching itself alive.

    Events are hints: the handler only calls `wake`, from watchdog's thread. `check`, called from
    the loop, proves delivery with a canary file, rebuilds an observer whose threads died or whose
    folder was replaced, and falls back to polling, trying events again each 30 s. Every turn of
    that story goes to `on_turn`, as the record of an event.
    """

    def __init__(
        self,
        folder: Path,
        wake: Callable[[], None],
        on_turn: Callable[[EventRecord], None],
        make_observer: Callable[[], BaseObserver] = Observer,
    ) -> None:
        self.mode = WatchMode.POLLING
        self.is_hinted = False
        self._folder = folder
        self._wake = wake
        self._on_turn = on_turn
        self._make_observer = make_observer
        self._observer: BaseObserver | None = None
        self._inode: int | None = None
        self._canary: _Canary | None = None
        self._retry_at = 0.0

    @property
    def rescan_seconds(self) -> float:
        """How often the folder must be looked at even without a hint."""
        return RESCAN_SECONDS if self.mode is WatchMode.EVENTS else POLL_SECONDS

    @property
    def next_deadline(self) -> float | None:
        """When a canary must have been heard, or None while none is out."""
        return self._canary.deadline if self._canary else None

    def start(self, now: float) -> None:
        """Begin to watch; without inotify that is polling, and said so."""
        self._build(now)

    def check(self, now: float) -> None:
        """Look after the watching itself; call it each second and at `next_deadline`."""
        if self._observer is None:
            if now >= self._retry_at:
                self._build(now)
            return
        fault = self._fault()
        if fault is not None:
            self._drop()
            self._on_turn(EventRecord(event=events.FILE_WATCH_REBUILT.name, reason=fault))
            self._build(now)
        elif self._canary is not None:
            self._judge_canary(self._canary, now)

    def close(self) -> None:
        """End the watching; the threads finish by themselves."""
        self._drop()

    def _build(self, now: float) -> None:
        try:
            self._folder.mkdir(exist_ok=True)  # not those above: they may be moved back
            self._inode = self._folder.stat().st_ino
            # Opens its inotify instance at once, so that this fails where there is none left.
            self._observer = self._make_observer()
            self._observer.schedule(
                _Handler(self._take_hint), str(self._folder), recursive=False, event_filter=_HINTS
            )
            self._observer.start()
            # Known before it sings: its event may come back before the next statement.
            self._canary = _Canary(self._folder, now + CANARY_SECONDS)
            self._canary.sing()
        except OSError as error:
            self._drop()
            reason = error.strerror or str(error)
            self._fall_back(now, f"cannot watch {self._folder.name}/: {reason}")

    def _judge_canary(self, canary: "_Canary", now: float) -> None:
        if canary.is_heard:
            canary.remove()
            self._canary = None
            if self.mode is not WatchMode.EVENTS:
                self.mode = WatchMode.EVENTS
                self._on_turn(EventRecord(event=events.FILE_WATCH_EVENTS.name))
        elif now >= canary.deadline:
            self._drop()
            self._fall_back(now, f"a test file was not noticed within {CANARY_SECONDS:g} s")

    def _fall_back(self, now: float, reason: str) -> None:
        self.mode = WatchMode.POLLING
        self._retry_at = now + RETRY_SECONDS
        self._on_turn(EventRecord(event=events.FILE_WATCH_POLLING.name, reason=reason))

    def _fault(self) -> str | None:
        observer = self._observer
        if observer is None or not observer.is_alive():
            return "the thread that takes the system's events died"
        if not observer.emitters or not all(emitter.is_alive() for emitter in observer.emitters):
            return "the thread that reads the system's events died"
        try:
            inode = self._folder.stat().st_ino
        except OSError:
            return f"the folder {self._folder.name}/ is gone"
        return None if inode == self._inode else f"the folder {self._folder.name}/ was replaced"

    def _drop(self) -> None:
        if self._canary is not None:
            self._canary.remove()
            self._canary = None
        if self._observer is not None:
            # The emitters and the observer are not joined: they end by themselves within a second.
            for emitter in self._observer.emitters:
                emitter.stop()
            self._observer.stop()
            self._observer = None

    def _take_hint(self, path: str) -> None:
        canary = self._canary
        if canary is not None and path.endswith(canary.path.name):
            canary.is_heard = True
        self.is_hinted = True
        self._wake()


class _Canary:
    """A hidden file whose creation must come back as an event."""

    def __init__(self, folder: Path, deadline: float) -> None:
        self.path = folder / f"{CANARY}.{os.getpid()}.{time.monotonic_ns()}"
        self.deadline = deadline
        self.is_heard = False

    def sing(self) -> None:
        """Create the file."""
        self.path.touch()

    def remove(self) -> None:
        """Delete the file; that it is gone already is fine."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            logger.warning("%s: cannot be deleted: %s", self.path, error.strerror)


class _Handler(FileSystemEventHandler):
    """Passes the path of every event on."""

    def __init__(self, take: Callable[[str], None]) -> None:
        self._take = take

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Take the event as a hint, whatever it says."""
        self._take(os.fsdecode(event.dest_path or event.src_path))
