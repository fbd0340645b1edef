"""Say in a trader's words how the run stands, from what processor and supervisor report."""

from dataclasses import dataclass, replace
from enum import StrEnum

from shared.exit_codes import ExitCode
from shared.recordings.problems import RowProblem, rows_text
from shared.run_files.processor_status import Phase, ProcessorStatus
from shared.run_files.supervisor_status import SupervisorStatus, WorkerState, WorkerStatus
from visualizer.wording.worker_words import PAGE, PROCESSOR, title_of

SUPERVISOR_SILENT_MS = 8_000
"""A supervisor that has not written its status for this long is taken for gone.

So is one whose status is so far in the future: one that lives writes again within a second of the
clock's being set back.
"""

PROCESSOR_SILENT_MS = 10_000
"""A running processor that has not written its status for this long is called stale."""

MAX_TEXT = 2000
"""What a notice quotes may be as long as a file; a reader needs its end, or its beginning."""


class Kind(StrEnum):
    """The states of the page; each has a look of its own."""

    NOTHING = "nothing"
    RUNNING = "running"
    RESTARTING = "restarting"
    STALE = "stale"
    STOPPED = "stopped"
    FAILED = "failed"
    NO_INPUT = "no-input"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class PageState:
    """One state, as the reader is told it.

    `label` is the word in the header. `title` and `detail` are None where no notice is needed.
    `last_words` are the newest lines of the processor that failed, `log_file` is where the rest is.
    """

    kind: Kind
    label: str
    title: str | None = None
    detail: str | None = None
    last_words: str | None = None
    log_file: str | None = None


def derive_state(
    processor: ProcessorStatus | None,
    supervisor: SupervisorStatus | None,
    *,
    has_bars: bool,
    now_ms: int,
) -> PageState:
    """Return the state of the page: the processor's, or that of a worker in worse trouble.

    The supervisor's word on a worker counts before its own.
    """
    workers: tuple[WorkerStatus, ...] = ()
    if supervisor is not None and is_supervisor_alive(supervisor, now_ms):
        workers = tuple(worker for worker in supervisor.workers if worker.name != PAGE)
    states = [_trouble(worker, has_bars=has_bars) for worker in workers if worker.name != PROCESSOR]
    known = next((worker for worker in workers if worker.name == PROCESSOR), None)
    if known is None:
        state = _unsupervised(processor, has_bars=has_bars, now_ms=now_ms)
    else:
        state = _supervised(known, processor, has_bars=has_bars, now_ms=now_ms)
    worst = max((state, *filter(None, states)), key=lambda each: _TROUBLE.get(each.kind, 0))
    return replace(
        worst,
        detail=worst.detail and f"{worst.detail:.{MAX_TEXT}}",
        last_words=worst.last_words and worst.last_words[-MAX_TEXT:],
    )


_TROUBLE = {Kind.STOPPED: 1, Kind.STALE: 2, Kind.RESTARTING: 3, Kind.FAILED: 4, Kind.NO_INPUT: 4}
"""How much a state troubles a reader; of equals the processor's is told."""


def is_supervisor_alive(supervisor: SupervisorStatus, now_ms: int) -> bool:
    """Say whether the supervisor has written its status lately."""
    return abs(now_ms - supervisor.updated_at_ms) <= SUPERVISOR_SILENT_MS


def _supervised(
    worker: WorkerStatus, processor: ProcessorStatus | None, *, has_bars: bool, now_ms: int
) -> PageState:
    trouble = _trouble(worker, processor, has_bars=has_bars)
    if trouble is not None:
        return trouble
    if worker.state is WorkerState.EXITED:
        return _finished(processor)
    return _alive(processor, has_bars=has_bars, now_ms=now_ms)


def _trouble(
    worker: WorkerStatus, processor: ProcessorStatus | None = None, *, has_bars: bool
) -> PageState | None:
    """Return what a reader is to know of `worker`, None while it works or is done."""
    title = title_of(worker.name)
    if worker.state is WorkerState.FATAL:
        return _failed(worker, processor)
    if worker.state in (WorkerState.STOPPED, WorkerState.STOPPING):
        return PageState(Kind.STOPPED, "stopped", f"{title} stopped", worker.reason)
    has_failed = worker.state is WorkerState.EXITED and worker.exit_code not in _DONE
    is_restarting = worker.state is WorkerState.STARTING and worker.restarts > 0
    if has_failed or is_restarting or worker.state is WorkerState.BACKOFF:
        return PageState(
            Kind.RESTARTING,
            "restarting",
            f"{title} restarting" + (": the last good data stays" if has_bars else ""),
            _why(worker),
        )
    return None


_DONE = (ExitCode.OK, ExitCode.PARTIAL_DATA)


def _unsupervised(processor: ProcessorStatus | None, *, has_bars: bool, now_ms: int) -> PageState:
    if processor is None:
        if has_bars:
            return PageState(Kind.STOPPED, "not running", "No processor is running here")
        return PageState(
            Kind.NOTHING, "waiting", "Nothing yet", "Waiting for the processor's first bar."
        )
    if processor.phase is Phase.FAILED:
        return PageState(Kind.FAILED, "failed", "Processor failed", processor.last_error)
    if processor.phase is Phase.FINISHED:
        return _finished(processor)
    return _alive(processor, has_bars=has_bars, now_ms=now_ms)


def _alive(processor: ProcessorStatus | None, *, has_bars: bool, now_ms: int) -> PageState:
    if processor is not None and processor.phase is Phase.FINISHED:
        return _finished(processor)
    silent_ms = 0 if processor is None else abs(now_ms - processor.updated_at_ms)
    if processor is not None and silent_ms > PROCESSOR_SILENT_MS:
        return PageState(
            Kind.STALE,
            "stale",
            "The processor has gone quiet",
            "What is shown is the last it published.",
        )
    if not has_bars and processor is not None and processor.waiting_for:
        return PageState(
            Kind.NOTHING, "waiting", "Nothing yet", f"Waiting for {processor.waiting_for}."
        )
    if not has_bars:
        return PageState(
            Kind.NOTHING, "starting", "Nothing yet", "The processor is building its first bar."
        )
    is_following = processor is not None and processor.phase is Phase.FOLLOWING
    return PageState(Kind.RUNNING, "following" if is_following else "running")


def _finished(processor: ProcessorStatus | None) -> PageState:
    if processor is None or not (processor.file_problems or processor.skipped):
        return PageState(Kind.FINISHED, "complete")
    problems = [f"{problem.file}: {problem.problem}" for problem in processor.file_problems]
    if processor.skipped:
        problems.append(f"passed over: {rows_text(processor.skipped)}")
    return PageState(
        Kind.FINISHED, "complete, with gaps", "Not all input could be used", "; ".join(problems)
    )


def _failed(worker: WorkerStatus, processor: ProcessorStatus | None) -> PageState:
    last_words = worker.last_words or (processor.last_error if processor else None)
    if worker.name == PROCESSOR and worker.exit_code == ExitCode.NO_INPUT:
        failed = processor if processor and processor.phase is Phase.FAILED else None
        return PageState(
            Kind.NO_INPUT,
            "no input",
            _no_input_title(failed),
            (failed and failed.last_error) or _error_in(last_words),
            last_words,
            worker.log_file,
        )
    return PageState(
        Kind.FAILED,
        "failed",
        f"{title_of(worker.name)} failed for good",
        f"{_why(worker)} It is not started again.",
        last_words,
        worker.log_file,
    )


def _no_input_title(processor: ProcessorStatus | None) -> str:
    """Return what there was not: a file, a row of the range, or one that could be used."""
    if processor is None or not processor.files_total:
        return "No file for this instrument and range"
    if processor.file_problems or set(processor.skipped) - {RowProblem.OTHER_INSTRUMENT}:
        return "Nothing in the recording could be used"
    if processor.skipped:
        return "The recording is of another instrument"
    return "The recording has nothing in this range"


def _error_in(last_words: str | None) -> str:
    """Return the newest error among lines of output."""
    errors = [line for line in (last_words or "").splitlines() if line.startswith(_ERROR)]
    return errors[-1].removeprefix(_ERROR) if errors else "Nothing was found to process."


_ERROR = "Error: "


def _why(worker: WorkerStatus) -> str:
    if worker.state is WorkerState.STARTING:
        why = "it is being started again"
    elif worker.reason:
        why = worker.reason
    elif worker.signal:
        why = f"ended by {worker.signal}"
    elif worker.exit_code is not None:
        why = f"ended with exit code {worker.exit_code}"
    else:
        why = "it ended"
    attempt = f" (restart {worker.restarts})" if worker.restarts else ""
    return f"{why[0].upper()}{why[1:]}{attempt}."
