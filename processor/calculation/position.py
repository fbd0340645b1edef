"""How far a pass over day files has come."""

from dataclasses import dataclass

from shared.recordings.day_files import DayFile


@dataclass(slots=True)
class Position:
    """How far a stream has come; the trades of its newest step are included."""

    file: DayFile | None = None
    files_done: int = 0
    book_rows: int = 0
    trades: int = 0
    data_time_ms: int | None = None
