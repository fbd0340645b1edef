"""Choose what of the processes' records travels to a browser: what it shows, no more."""

from dataclasses import dataclass

from shared.job import Job
from shared.run_files.processor_status import HistoryStatus, Phase, ProcessorStatus
from shared.run_files.supervisor_status import SupervisorStatus, WorkerState, WorkerStatus
from visualizer.wording.worker_words import title_of


@dataclass(frozen=True, slots=True)
class ShownJob:
    """Whose bars and book a browser is shown; times are epoch ms UTC, `to_ms` is exclusive."""

    instrument: str
    from_ms: int
    to_ms: int
    window_seconds: int


@dataclass(frozen=True, slots=True)
class ShownProcessor:
    """How far the processor is; fields as in ProcessorStatus."""

    pid: int
    phase: Phase
    data_time_ms: int | None
    book_time_ms: int | None
    share_done: float
    rows_per_s: float
    eta_s: float | None
    history: HistoryStatus | None
    waiting_for: str | None
    late_rows: int
    rows_came_at_ms: int | None
    simulated: bool


@dataclass(frozen=True, slots=True)
class ShownWorker:
    """One worker in the header; `title` is the word for it, the rest is as in WorkerStatus."""

    name: str
    title: str
    state: WorkerState
    pid: int | None
    uptime_s: float | None
    restarts: int
    rss_bytes: int | None
    exit_code: int | None


@dataclass(frozen=True, slots=True)
class ShownSupervisor:
    """The supervisor in the header; its boot id and the page's link stay on the server."""

    pid: int
    started_at_ms: int
    updated_at_ms: int
    is_stopping: bool
    rss_bytes: int | None
    workers: tuple[ShownWorker, ...]


def shown_job(status: ProcessorStatus | None, own: Job) -> ShownJob:
    """Return the job that the processor's record names; before there is one the page's own."""
    if status is None:
        span = own.time_range
        return ShownJob(own.instrument, span.from_ms, span.to_ms, own.window_seconds)
    return ShownJob(status.instrument, status.from_ms, status.to_ms, status.window_seconds)


def shown_processor(status: ProcessorStatus | None) -> ShownProcessor | None:
    """Return what a browser is shown of the processor's own record."""
    if status is None:
        return None
    return ShownProcessor(
        pid=status.pid,
        phase=status.phase,
        data_time_ms=status.data_time_ms,
        book_time_ms=status.book_time_ms,
        share_done=status.share_done,
        rows_per_s=status.rows_per_s,
        eta_s=status.eta_s,
        history=status.history,
        waiting_for=status.waiting_for,
        late_rows=status.late_rows,
        rows_came_at_ms=status.rows_came_at_ms,
        simulated=status.simulated,
    )


def shown_supervisor(status: SupervisorStatus | None) -> ShownSupervisor | None:
    """Return what a browser is shown of the supervisor's record."""
    if status is None:
        return None
    return ShownSupervisor(
        pid=status.pid,
        started_at_ms=status.started_at_ms,
        updated_at_ms=status.updated_at_ms,
        is_stopping=status.is_stopping,
        rss_bytes=status.rss_bytes,
        workers=tuple(_shown_worker(worker) for worker in status.workers),
    )


def _shown_worker(worker: WorkerStatus) -> ShownWorker:
    return ShownWorker(
        name=worker.name,
        title=title_of(worker.name),
        state=worker.state,
        pid=worker.pid,
        uptime_s=worker.uptime_s,
        restarts=worker.restarts,
        rss_bytes=worker.rss_bytes,
        exit_code=worker.exit_code,
    )
