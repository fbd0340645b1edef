"""The records in `status.json`: the supervisor's view of itself and of its workers."""

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from shared.errors import BrokenFileError
from shared.run_files.atomic_file import read_json, write_json


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
    pid: int | None = None
    create_time: float | None = None
    uptime_s: float | None = None
    restarts: int = 0
    attempt: int = 0
    rss_bytes: int | None = None
    exit_code: int | None = None
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

    pid: int
    create_time: float
    boot_id: str
    started_at_ms: int
    updated_at_ms: int
    instrument: str
    page_url: str
    is_stopping: bool = False
    rss_bytes: int | None = None
    lost_log_lines: int = 0
    lost_events: int = 0
    lost_status_writes: int = 0
    lost_console_lines: int = 0
    file_watch: str = "inotify"
    workers: tuple[WorkerStatus, ...] = ()


def write_supervisor_status(path: Path, status: SupervisorStatus) -> None:
    """Replace `path` by `status`."""
    write_json(path, asdict(status))


def read_supervisor_status(path: Path) -> SupervisorStatus:
    """Return the status in `path`; fields this version does not know are passed over.

    Raises FileNotFoundError, or BrokenFileError when it is no supervisor status.
    """
    document = read_json(path)
    try:
        workers = tuple(_worker_from(worker) for worker in document["workers"])
        return SupervisorStatus(**{**_known(SupervisorStatus, document), "workers": workers})
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BrokenFileError(path, f"expected a supervisor status, found {error!r}") from error


def _worker_from(document: dict[str, Any]) -> WorkerStatus:
    return WorkerStatus(
        **{**_known(WorkerStatus, document), "state": WorkerState(document["state"])}
    )


def _known(
    record: type[SupervisorStatus] | type[WorkerStatus], document: dict[str, Any]
) -> dict[str, Any]:
    names = {field.name for field in fields(record)}
    return {name: value for name, value in document.items() if name in names}
