"""The records in `status.json`: the supervisor's view of itself and of its workers."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from shared.run_files.atomic_file import write_json
from shared.run_files.documents import read_document
from shared.run_files.numbers import Count, EpochMs, Integer


class WorkerState(StrEnum):
    """States of a worker, in supervisord's words."""

    STOPPED = "STOPPED"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    STOPPING = "STOPPING"
    BACKOFF = "BACKOFF"
    EXITED = "EXITED"
    FATAL = "FATAL"


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """One worker as the supervisor sees it.

    `create_time` is psutil's, seconds since the epoch; with `pid` it names one process for good.
    `rss_bytes` is that of the worker's whole process tree. `last_words` are the newest lines of
    its output, kept when it fails. Values that do not apply are None.
    """

    name: str
    state: WorkerState
    is_ready: bool = False
    pid: Count | None = None
    create_time: float | None = None
    uptime_s: float | None = None
    restarts: Count = 0
    attempt: Count = 0
    rss_bytes: Count | None = None
    exit_code: Integer | None = None
    signal: str | None = None
    reason: str | None = None
    next_delay_s: float | None = None
    last_words: str | None = None
    log_file: str | None = None


@dataclass(frozen=True, slots=True)
class SupervisorStatus:
    """The supervisor and its workers; times are epoch ms UTC, sizes bytes.

    The `lost_…` numbers count what could not be written since the start: lines of the workers'
    logs, lines of the status log, versions of this record, lines for the terminal.
    """

    pid: Count
    create_time: float
    boot_id: str
    started_at_ms: EpochMs
    updated_at_ms: EpochMs
    instrument: str
    page_url: str
    is_stopping: bool = False
    rss_bytes: Count | None = None
    lost_log_lines: Count = 0
    lost_events: Count = 0
    lost_status_writes: Count = 0
    lost_console_lines: Count = 0
    file_watch: str = "inotify"
    workers: tuple[WorkerStatus, ...] = ()


def write_supervisor_status(path: Path, status: SupervisorStatus) -> None:
    """Replace `path` by `status`."""
    write_json(path, asdict(status))


def read_supervisor_status(path: Path) -> SupervisorStatus:
    """Return the status in `path`; fields this version does not know are passed over.

    Raises FileNotFoundError, or BrokenFileError when it is no supervisor status.
    """
    return read_document(path, SupervisorStatus)
