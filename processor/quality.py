"""Count what could not be used, by kind, and log the first few with file, table and row."""

import logging
from collections import Counter
from enum import StrEnum
from pathlib import Path

from shared.errors import OrderflowError
from shared.exit_codes import ExitCode
from shared.processor_status import FileProblem, RowName

logger = logging.getLogger(__name__)

LOGGED_PER_KIND = 5
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


def late_trade() -> BadRowError:
    """Return the error of a trade that is older than the open bar, as overlapping files hold."""
    return BadRowError(
        RowProblem.LATE_TRADE, "expected a time from the open bar on, found an older one"
    )


class Quality:
    """What a run could not use; the rest of its input was processed."""

    def __init__(self) -> None:
        self.skipped: Counter[RowProblem] = Counter()
        self.file_problems: list[FileProblem] = []
        self.poison_rows: list[RowName] = []
        self._told: set[tuple[str, ...]] = set()

    @property
    def is_complete(self) -> bool:
        """Whether every file and row was used."""
        return not self.skipped and not self.file_problems

    def go_back_to(self, earlier: "Quality") -> None:
        """Forget what was counted since `earlier` was copied from this, but not what was logged."""
        self.skipped = earlier.skipped
        self.file_problems = earlier.file_problems
        self.poison_rows = earlier.poison_rows

    def skip_row(self, path: Path, table: str, row_id: int, error: BadRowError) -> None:
        """Count a row that was skipped, and log it if it is among the first of its kind."""
        self.skipped[error.problem] += 1
        count = self.skipped[error.problem]
        if error.problem is RowProblem.POISON_ROW:
            self.poison_rows.append(RowName(path.name, table, row_id))
        if count <= LOGGED_PER_KIND:
            self._tell(
                logging.WARNING, "skipped %s, %s row %s: %s", path.name, table, row_id, error
            )
        if count == LOGGED_PER_KIND:
            further = "further rows with %s are counted, not logged"
            self._tell(logging.WARNING, further, error.problem)

    def report_file(self, path: Path, problem: str) -> None:
        """Record and log that a file could not be used, or not wholly."""
        report = FileProblem(path.name, problem)
        if report in self.file_problems:  # opened again after a restart
            return
        self.file_problems.append(report)
        self._tell(logging.ERROR, "%s: %s", path, problem)

    def _tell(self, level: int, message: str, *arguments: object) -> None:
        """Log a line, unless it was: a file that is read again has nothing new to say."""
        line = (message, *map(str, arguments))
        if line not in self._told:
            self._told.add(line)
            logger.log(level, message, *arguments)


def _shortened(message: str) -> str:
    if len(message) <= _SHOWN_CHARACTERS:
        return message
    return f"{message[:_SHOWN_CHARACTERS]}… ({len(message)} characters)"
