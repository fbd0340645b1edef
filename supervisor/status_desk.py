"""Write `status.json`: at every change of a worker, and each second."""

import os
import time
from collections.abc import Sequence

import psutil

from shared.errors import RunDirectoryError
from shared.run_files.supervisor_status import SupervisorStatus, write_supervisor_status
from supervisor.files.file_watch import FileWatch
from supervisor.logs.console import Console
from supervisor.logs.event_log import EventLog
from supervisor.processes.memory import own_rss_bytes
from supervisor.processes.worker import SupervisedWorker
from supervisor.run_setup import RunSetup

STATUS_SECONDS = 1.0


class StatusDesk:
    """Knows how to tell the whole state; set `is_due` when it has changed."""

    def __init__(
        self,
        setup: RunSetup,
        events: EventLog,
        console: Console,
        files: FileWatch,
        workers: Sequence[SupervisedWorker],
    ) -> None:
        self.is_due = True
        self.lost_writes = 0
        self._setup = setup
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
                self._setup.run_dir.supervisor_status, self.status(is_stopping=is_stopping)
            )
        except RunDirectoryError:
            self.lost_writes += 1

    def status(self, *, is_stopping: bool) -> SupervisorStatus:
        """Return the content of `status.json` as it would be written now."""
        return SupervisorStatus(
            pid=os.getpid(),
            create_time=self._create_time,
            boot_id=self._setup.boot_id,
            started_at_ms=self._started_at_ms,
            updated_at_ms=_now_ms(),
            instrument=self._setup.assignment.job.instrument,
            page_url=self._setup.page.url,
            is_stopping=is_stopping,
            rss_bytes=own_rss_bytes(),
            lost_log_lines=sum(worker.output.file.lost_lines for worker in self._workers),
            lost_events=self._events.file.lost_lines,
            lost_status_writes=self.lost_writes,
            lost_console_lines=self._console.lost_lines,
            file_watch=str(self._files.mode),
            workers=tuple(worker.status() for worker in self._workers),
        )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
