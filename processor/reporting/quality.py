"""Count what could not be used, by kind, and log the first few with file, table and row."""

import logging
from collections import Counter
from pathlib import Path

from shared.printable import printable
from shared.recordings.problems import BadRowError, RowProblem
from shared.run_files.processor_status import FileProblem, RowName

logger = logging.getLogger(__name__)

LOGGED_PER_KIND = 5


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
            self.poison_rows.append(RowName(printable(path.name), table, row_id))
        if count <= LOGGED_PER_KIND:
            self._tell(
                logging.WARNING,
                "skipped %s, %s row %s: %s",
                printable(path.name),
                table,
                row_id,
                error,
            )
        if count == LOGGED_PER_KIND:
            further = "further rows %s are counted, not logged"
            self._tell(logging.WARNING, further, error.problem.words)

    def report_file(self, path: Path, problem: str) -> None:
        """Record and log that a file could not be used, or not wholly."""
        report = FileProblem(printable(path.name), printable(problem))
        if report in self.file_problems:  # opened again after a restart
            return
        self.file_problems.append(report)
        self._tell(logging.ERROR, "%s: %s", printable(str(path)), report.problem)

    def _tell(self, level: int, message: str, *arguments: object) -> None:
        """Log a line, unless it was: a file that is read again has nothing new to say."""
        line = (message, *map(str, arguments))
        if line not in self._told:
            self._told.add(line)
            logger.log(level, message, *arguments)
