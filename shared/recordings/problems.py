"""Why recorded rows are skipped, and whom that is told."""

from enum import StrEnum
from pathlib import Path
from typing import Protocol

from shared.errors import OrderflowError
from shared.exit_codes import ExitCode

_SHOWN_CHARACTERS = 200


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
