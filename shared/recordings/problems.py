"""Why recorded rows are skipped, and whom that is told."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeVar

from shared.errors import OrderflowError
from shared.exit_codes import ExitCode

_SHOWN_CHARACTERS = 200

Kind = TypeVar("Kind", bound=str)


class RowProblem(StrEnum):
    """Why a recorded row was skipped."""

    MALFORMED_LEVELS = "malformed_levels"
    BAD_LEVEL = "bad_level"
    BAD_PRICE = "bad_price"
    BAD_SIZE = "bad_size"
    UNKNOWN_SIDE = "unknown_side"
    BAD_TIMESTAMP = "bad_timestamp"
    OTHER_INSTRUMENT = "other_instrument"
    LATE_TRADE = "late_trade"
    POISON_ROW = "poison_row"

    @property
    def words(self) -> str:
        """What is said of the rows: `rows of another instrument`."""
        return _WORDS[self]


_WORDS: Mapping[str, str] = {
    RowProblem.MALFORMED_LEVELS: "with levels that cannot be read",
    RowProblem.BAD_LEVEL: "with a price or size of a level that cannot be",
    RowProblem.BAD_PRICE: "with a price that cannot be",
    RowProblem.BAD_SIZE: "with a size that cannot be",
    RowProblem.UNKNOWN_SIDE: "of a side that is neither buy nor sell",
    RowProblem.BAD_TIMESTAMP: "without a time that can be read",
    RowProblem.OTHER_INSTRUMENT: "of another instrument",
    RowProblem.LATE_TRADE: "older than the bar that was open",
    RowProblem.POISON_ROW: "that ended the processor each time",
}


def rows_text(counts: Mapping[Kind, int]) -> str:
    """Return how many rows were skipped for what: `167 rows of another instrument, 1 row …`.

    The kinds are those of RowProblem, or of another version, which are told as they are.
    """
    return ", ".join(_told(kind, count) for kind, count in counts.items())


def _told(kind: str, count: int) -> str:
    rows = "row" if count == 1 else "rows"
    words = _WORDS.get(kind)
    return f"{count:,} {rows} {words}" if words else f"{count:,} {rows}: {kind.replace('_', ' ')}"


class BadRowError(OrderflowError):
    """A recorded row cannot be used; says what was expected and what was found."""

    exit_code = ExitCode.PARTIAL_DATA

    def __init__(self, problem: RowProblem, message: str) -> None:
        super().__init__(_shortened(message))
        self.problem = problem


class UnusableFileError(OrderflowError):
    """A recorded file cannot be opened or read as what it should be."""

    exit_code = ExitCode.PARTIAL_DATA


class FileChangedError(OrderflowError):
    """A file was written to while it was read in place."""

    exit_code = ExitCode.PARTIAL_DATA


class ProblemLog(Protocol):
    """Somebody who keeps count of what cannot be used."""

    def skip_row(self, path: Path, table: str, row_id: int, error: BadRowError) -> None:
        """Take note that a row of `table` in the file at `path` was skipped."""
        ...

    def report_file(self, path: Path, problem: str) -> None:
        """Take note that the file at `path` could not be used, or not wholly."""
        ...


def late_trade() -> BadRowError:
    """Return the error of a trade that is older than the open bar, as overlapping files hold."""
    return BadRowError(
        RowProblem.LATE_TRADE, "expected a time from the open bar on, found an older one"
    )


def _shortened(message: str) -> str:
    if len(message) <= _SHOWN_CHARACTERS:
        return message
    return f"{message[:_SHOWN_CHARACTERS]}… ({len(message)} characters)"
