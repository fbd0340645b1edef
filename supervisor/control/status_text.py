"""Say in a few lines how a run is."""

from shared import events
from shared.run_files.event_wording import PHRASES
from shared.run_files.processor_status import HistoryStatus
from shared.run_files.supervisor_status import SupervisorStatus, WorkerState, WorkerStatus
from supervisor.files.file_watch import WatchMode

_NOTICED = {
    WatchMode.EVENTS: events.FILE_WATCH_EVENTS,
    WatchMode.POLLING: events.FILE_WATCH_POLLING,
}


def is_healthy(status: SupervisorStatus) -> bool:
    """Say whether every worker is ready or has ended as it should."""
    return all(
        worker.state is WorkerState.EXITED
        or (worker.state is WorkerState.RUNNING and worker.is_ready)
        for worker in status.workers
    )


def status_text(status: SupervisorStatus, history: HistoryStatus | None = None) -> str:
    """Return the run, each worker, the watch on the files and the history as a line each."""
    lines = [f"supervisor  pid {status.pid}  {status.instrument}  {status.page_url}"]
    lines += [_worker_line(worker) for worker in status.workers]
    noticed = {str(mode): kind.sentence for mode, kind in _NOTICED.items()}
    lines.append(f"{'files':<11} {noticed.get(status.file_watch, status.file_watch)}")
    if history is not None:
        lines.append(f"{'history':<11} {_history_text(history)}")
    return "\n".join(lines)


def _history_text(history: HistoryStatus) -> str:
    size = f"{history.bytes / 1e6:,.1f} MB"
    return size if history.problem is None else f"{size}  ended before the run: {history.problem}"


def _worker_line(worker: WorkerStatus) -> str:
    state = str(worker.state)
    if worker.state is WorkerState.RUNNING and not worker.is_ready:
        state += " (not ready)"
    parts = [f"{worker.name:<11} {state}"]
    if worker.pid is not None:
        parts.append(PHRASES["pid"](worker.pid))
    if worker.pid is not None and worker.uptime_s is not None:
        parts.append(f"up {worker.uptime_s:,.0f} s")
    if worker.rss_bytes:
        parts.append(PHRASES["rss"](worker.rss_bytes))
    parts.append(f"{worker.restarts} {'restart' if worker.restarts == 1 else 'restarts'}")
    if worker.reason:
        parts.append(worker.reason)
    if worker.next_delay_s is not None:
        parts.append(PHRASES["next_delay_s"](worker.next_delay_s))
    return "  ".join(parts)
