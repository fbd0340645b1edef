"""The record in `processor_status.json`: how far the processor is and what it could not use."""

from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from shared.errors import BrokenFileError
from shared.run_files.atomic_file import read_json, write_json


class Phase(StrEnum):
    """Where a processor run stands."""

    STARTING = "starting"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Conservation:
    """The sums that must agree, whatever the input; sizes are in the instrument's base unit."""

    trades_accepted: int = 0
    size_accepted: float = 0.0
    bar_volume: float = 0.0
    signed_size: float = 0.0
    cvd: float = 0.0


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
    row_id: int


@dataclass(frozen=True, slots=True)
class ProcessorStatus:
    """One state of a processor run.

    `skipped` counts rows that could not be used, by kind; `poison_rows` names those among them on
    which the processor died too often; `observed` counts what was used but is
    worth knowing (crossed books, one-sided books). `share_done` is 0 to 1. Times are epoch ms UTC;
    `data_time_ms` is the newest row's, None before the first.
    """

    run_id: str
    pid: int
    phase: Phase
    instrument: str
    from_ms: int
    to_ms: int
    window_seconds: int
    depth_levels: int
    started_at_ms: int
    updated_at_ms: int
    data_time_ms: int | None = None
    book_rows: int = 0
    trades: int = 0
    share_done: float = 0.0
    rows_per_s: float = 0.0
    eta_s: float | None = None
    skipped: dict[str, int] = field(default_factory=dict)
    observed: dict[str, int] = field(default_factory=dict)
    files_done: int = 0
    files_total: int = 0
    file_problems: tuple[FileProblem, ...] = ()
    poison_rows: tuple[RowName, ...] = ()
    conservation: Conservation = field(default_factory=Conservation)
    last_error: str | None = None


def write_processor_status(path: Path, status: ProcessorStatus) -> None:
    """Replace `path` by `status`."""
    write_json(path, asdict(status))


def read_processor_status(path: Path) -> ProcessorStatus:
    """Return the status in `path`; fields this version does not know are passed over.

    Raises FileNotFoundError, or BrokenFileError when it is no processor status.
    """
    document = read_json(path)
    try:
        return _status_from(document)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BrokenFileError(path, f"expected a processor status, found {error!r}") from error


def _status_from(document: dict[str, Any]) -> ProcessorStatus:
    names = {field.name for field in fields(ProcessorStatus)}
    known = {name: value for name, value in document.items() if name in names}
    known["phase"] = Phase(document["phase"])
    known["file_problems"] = tuple(
        FileProblem(**problem) for problem in document.get("file_problems", ())
    )
    known["poison_rows"] = tuple(RowName(**row) for row in document.get("poison_rows", ()))
    known["conservation"] = Conservation(**document.get("conservation", {}))
    return ProcessorStatus(**known)
