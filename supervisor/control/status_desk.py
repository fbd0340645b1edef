"""Write `status.json`: at every change of a worker, and each second."""

import os
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import psutil

from shared.errors import RunDirectoryError
from shared.run_files.supervisor_status import SupervisorStatus, write_supervisor_status
from supervisor.files.news import FileNews
from supervisor.logs.console import Console
from supervisor.logs.event_log import EventLog
from supervisor.processes.memory import own_rss_bytes
from supervisor.processes.worker import SupervisedWorker

if TYPE_CHECKING:
    from supervisor.supervisor import Options

STATUS_SECONDS = 1.0


class StatusDesk:
    """Knows how to tell the whole state; set `is_due` when it has changed."""

    def __init__(
        self,
        options: "Options",
        events: EventLog,
        console: Console,
        files: FileNews,
        workers: Sequence[SupervisedWorker],
    ) -> None:
        self.is_due = True
        self.lost_writes = 0
        self._options = options
        self._events = events
        self._console = console
        self._files = files
        self._workers = workers
        self._next_at = 0.0
        self._started_at_ms = _now_ms()
        self._create_time = psutil.Process().create_time()

    def tick(self, now: float, *, is_stopping: bool) -> None:
        """Write the status if it changed or a second went by."""
        if self.is_due or now >= self._next_at:
            self.write(now, is_stopping=is_stopping)

    def write(self, now: float, *, is_stopping: bool) -> None:
        """Write the status; a failure is counted and tried again a second later."""
        self.is_due = False
        self._next_at = now + STATUS_SECONDS
        try:
            write_supervisor_status(
                self._options.run_dir.supervisor_status, self._status(is_stopping)
            )
        except RunDirectoryError:
            self.lost_writes += 1

    def document(self, is_stopping: bool) -> dict[str, Any]:
        """Return the content of `status.json` as it would be written now."""
        return asdict(self._status(is_stopping))

    def _status(self, is_stopping: bool) -> SupervisorStatus:
        return SupervisorStatus(
            pid=os.getpid(),
            create_time=self._create_time,
            boot_id=self._options.boot_id,
            started_at_ms=self._started_at_ms,
            updated_at_ms=_now_ms(),
            instrument=self._options.instrument,
            page_url=self._options.page.url,
            is_stopping=is_stopping,
            rss_bytes=own_rss_bytes(),
            lost_log_lines=sum(worker.output.file.lost_lines for worker in self._workers),
            lost_events=self._events.file.lost_lines,
            lost_status_writes=self.lost_writes,
            lost_console_lines=self._console.lost_lines,
            file_watch=str(self._files.watch.mode),
            workers=tuple(worker.status() for worker in self._workers),
        )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
