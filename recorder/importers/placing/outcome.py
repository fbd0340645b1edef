"""What became of one file: what it is, and where each of its rows went."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Reason(StrEnum):
    """Why a row of a file is not in the recording."""

    UNREADABLE = "cannot be read"
    BAD_TIME = "no time"
    BAD_PRICE = "a price that cannot be"
    BAD_SIZE = "a size that cannot be"
    BAD_LEVELS = "levels that cannot be read"
    NO_SIDE = "no taker side"
    CONTRACTS = "contracts of unknown size"
    NO_INSTRUMENT = "no instrument"
    OTHER_CONTENT = "an id that is there with another content"
    BEFORE_SNAPSHOT = "before the first snapshot"
    NOT_OF_MARKET = "no trade of the market"
    OTHER_MESSAGE = "neither a trade nor the book"
    NOTHING_NEW = "says nothing new"

    @property
    def is_loss(self) -> bool:
        """Whether the row ought to have been used: the command's exit code tells of such."""
        return self not in _EXPECTED


_EXPECTED = {
    Reason.BEFORE_SNAPSHOT,
    Reason.NOT_OF_MARKET,
    Reason.OTHER_MESSAGE,
    Reason.NOTHING_NEW,
}


@dataclass(slots=True)
class Skipped:
    """Rows left out for one reason: how many, and in which line the first is."""

    rows: int
    first_line: int
    example: str = ""


@dataclass(slots=True)
class Outcome:
    """One file's account. `gaps` is None where the format proves none."""

    path: Path
    format: str = "unknown"
    rows_in: int = 0
    rows_written: int = 0
    duplicates: int = 0
    gaps: int | None = None
    is_checked: bool = False
    skipped: dict[Reason, Skipped] = field(default_factory=dict)
    days: set[int] = field(default_factory=set)
    instruments: set[str] = field(default_factory=set)
    refusal: str | None = None

    def skip(self, reason: Reason, line: int, rows: int = 1, example: str = "") -> None:
        """Count rows that are left out; the first is in `line`."""
        found = self.skipped.get(reason)
        if found is None:
            self.skipped[reason] = Skipped(rows, line, example)
        else:
            found.rows += rows
            if line < found.first_line:
                found.first_line, found.example = line, example

    def count_gap(self) -> None:
        """Count a place where the exchange's numbers prove that something is missing."""
        self.gaps = (self.gaps or 0) + 1

    @property
    def is_whole(self) -> bool:
        """Whether all of the file that ought to be used is in the recording."""
        return self.refusal is None and not any(reason.is_loss for reason in self.skipped)

    def forget_rows(self) -> None:
        """Take back what is told of rows: none of them is kept."""
        self.rows_written = self.duplicates = 0
        self.gaps = None
        self.days.clear()
        self.instruments.clear()
