"""Watch over the rows of one table: note which are worked on, tell which are under suspicion."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from processor.poison.flight_recorder import FlightRecorder, Span
from processor.poison.suspects import DEATHS_TO_SKIP, NO_SUSPECTS, PoisonRow, Suspects
from shared.recordings.problems import BadRowError, RowProblem


@dataclass(frozen=True, slots=True)
class RowGuard:
    """What is known of the rows of `table` of one `day`, read in `order`.

    Rows are counted in reading order. Without a recorder nothing is noted.
    """

    day: int
    order: str
    table: str
    recorder: FlightRecorder | None = None
    suspects: Suspects = NO_SUSPECTS

    def at(self, first: int, end: int, row_id: int | None = None) -> AbstractContextManager[None]:
        """Note that the rows from `first` to `end` are worked on until the block ends.

        A single row is to be given by its id as well.
        """
        return self.recorder.at(self._span(first, end, row_id)) if self.recorder else nullcontext()

    def is_suspected(self, first: int, end: int, row_ids: Any) -> bool:
        """Say whether these rows, an array of ids, are to be taken one by one."""
        rows = self._span(first, end)
        return any(span.overlaps(rows) for span in self.suspects.spans) or any(
            (row.day, row.table) == (self.day, self.table) and bool((row_ids == row.row_id).any())
            for row in self.suspects.poison
        )

    def check(self, row_id: int) -> None:
        """Raise BadRowError when the row killed the processor too often."""
        if PoisonRow(self.day, self.table, row_id) in self.suspects.poison:
            raise BadRowError(
                RowProblem.POISON_ROW,
                f"expected a row that can be processed, found that the processor died on it"
                f" {DEATHS_TO_SKIP} times in a row",
            )

    def _span(self, first: int, end: int, row_id: int | None = None) -> Span:
        return Span(self.day, self.order, self.table, first, end, row_id)
