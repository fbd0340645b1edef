"""How far a pass over day files has come."""

from dataclasses import dataclass

from shared.recordings.day_files import DayFile


@dataclass(slots=True)
class Position:
    """How far a stream has come; the trades of its newest step are included.

    `data_time_ms` is the time of its newest row, `book_time_ms` that of the newest row of a book,
    which may lie files back.
    """

    file: DayFile | None = None
    files_done: int = 0
    book_rows: int = 0
    trades: int = 0
    data_time_ms: int | None = None
    book_time_ms: int | None = None
