"""The record in `processor_status.json`: how far the processor is and what it could not use."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

from shared.run_files.atomic_file import write_json
from shared.run_files.documents import read_document
from shared.run_files.numbers import Count, EpochMs, Int64, Sum


class Phase(StrEnum):
    """Where a processor run stands.

    FOLLOWING: it has all that is recorded so far, and goes on as more comes.
    """

    STARTING = "starting"
    RUNNING = "running"
    FOLLOWING = "following"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Conservation:
    """The sums that must agree, whatever the input; sizes are in the instrument's base unit."""

    trades_accepted: Count = 0
    size_accepted: Sum = 0.0
    bar_volume: Sum = 0.0
    signed_size: Sum = 0.0
    cvd: Sum = 0.0


@dataclass(frozen=True, slots=True)
class FileProblem:
    """An input file that could not be used, or not wholly."""

    file: str
    problem: str


@dataclass(frozen=True, slots=True)
class RowName:
    """A recorded row, by its file, table and id."""

    file: str
    table: str
    row_id: Int64


@dataclass(frozen=True, slots=True)
class HistoryStatus:
    """The history as it is on the disk; `problem` says why it ended before the run did.

    `identity` tells it from any other; None while there is none, or it is not known.
    """

    bytes: Count = 0
    problem: str | None = None
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class ProcessorStatus:
    """One state of a processor run.

    `skipped` counts rows that could not be used, by kind; `poison_rows` names those among them on
    which the processor died too often; `observed` counts what was used but is
    worth knowing (crossed books, one-sided books). `share_done` is 0 to 1. Times are epoch ms UTC;
    `data_time_ms` is the newest row's, `book_time_ms` that of the newest row in the published book;
    both are None before the first. `history` is None where none is kept. Of a run that follows a
    recording, `waiting_for` names the file that has to appear, or to have rows, before it can go
    on, `late_rows` counts rows that came after newer ones and are not in the result yet, and
    `rows_came_at_ms` is when rows last came, by the clock; None before any, and of other runs.
    `simulated` is whether a file says that its rows are not of a real exchange.
    """

    run_id: str
    pid: Count
    phase: Phase
    instrument: str
    from_ms: EpochMs
    to_ms: EpochMs
    window_seconds: Count
    depth_levels: Count
    started_at_ms: EpochMs
    updated_at_ms: EpochMs
    data_time_ms: EpochMs | None = None
    book_time_ms: EpochMs | None = None
    book_rows: Count = 0
    trades: Count = 0
    share_done: float = 0.0
    rows_per_s: float = 0.0
    eta_s: float | None = None
    skipped: dict[str, Count] = field(default_factory=dict)
    observed: dict[str, Count] = field(default_factory=dict)
    files_done: Count = 0
    files_total: Count = 0
    file_problems: tuple[FileProblem, ...] = ()
    poison_rows: tuple[RowName, ...] = ()
    conservation: Conservation = field(default_factory=Conservation)
    last_error: str | None = None
    history: HistoryStatus | None = None
    waiting_for: str | None = None
    late_rows: Count = 0
    rows_came_at_ms: EpochMs | None = None
    simulated: bool = False


def write_processor_status(path: Path, status: ProcessorStatus) -> None:
    """Replace `path` by `status`."""
    write_json(path, asdict(status))


def read_processor_status(path: Path) -> ProcessorStatus:
    """Return the status in `path`; fields this version does not know are passed over.

    Raises FileNotFoundError, or BrokenFileError when it is no processor status.
    """
    return read_document(path, ProcessorStatus)
