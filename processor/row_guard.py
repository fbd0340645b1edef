"""Watch over the rows of one table: note which are worked on, tell which are under suspicion."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from processor.flight_recorder import FlightRecorder, Span
from processor.quality import BadRowError, RowProblem
from processor.suspects import DEATHS_TO_SKIP, NO_SUSPECTS, Suspects


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

    def at(self, first: int, end: int) -> AbstractContextManager[None]:
        """Note that the rows from `first` to `end` are worked on until the block ends."""
        return self.recorder.at(self._span(first, end)) if self.recorder else nullcontext()

    def is_suspected(self, first: int, end: int) -> bool:
        """Say whether these rows are to be taken one by one."""
        rows = self._span(first, end)
        suspected = (self.suspects.span, *self.suspects.poison)
        return any(span is not None and span.overlaps(rows) for span in suspected)

    def check(self, row: int) -> None:
        """Raise BadRowError when `row` killed the processor too often."""
        if self._span(row, row + 1) in self.suspects.poison:
            raise BadRowError(
                RowProblem.POISON_ROW,
                f"expected a row that can be processed, found that the processor died on it"
                f" {DEATHS_TO_SKIP} times in a row",
            )

    def _span(self, first: int, end: int) -> Span:
        return Span(self.day, self.order, self.table, first, end)
