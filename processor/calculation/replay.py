"""What every replay of day files offers, and what those do that can be gone on with."""

from collections.abc import Generator
from typing import Any, Protocol, runtime_checkable

from processor.calculation.book_pieces import HeatColumns
from processor.calculation.position import Position
from processor.calculation.results import Results
from processor.poison.flight_recorder import Span
from shared.run_files.processor_status import Conservation


class Replay(Results, Protocol):
    """One pass over day files, in steps, and what it has to show between them."""

    @property
    def position(self) -> Position:
        """How far the replay has come."""
        ...

    @property
    def open_bar_ms(self) -> int | None:
        """The start of the open trade bar, None before the first."""
        ...

    @property
    def conservation(self) -> Conservation:
        """The sums that must agree."""
        ...

    @property
    def open_column(self) -> HeatColumns | None:
        """The column of heat that is not over yet, None if there is none."""
        ...

    @property
    def observed(self) -> dict[str, int]:
        """Counts of book rows after which something was odd."""
        ...

    def steps(self) -> Generator[None, None, None]:
        """Do the work, yielding every few milliseconds so that the caller can look up."""
        ...


@runtime_checkable
class ResumableReplay(Replay, Protocol):
    """A replay that can be gone on with by another process."""

    def to_document(self) -> dict[str, Any]:
        """Return as JSON values all that `restore` needs."""
        ...

    def restore(self, document: dict[str, Any]) -> None:
        """Go on from where `to_document` was called, in place of the beginning.

        Raises KeyError, TypeError or ValueError when `document` is no such thing.
        """
        ...

    def has_passed(self, span: Span) -> bool:
        """Say whether the rows of `span`, which are of the file at work, are done."""
        ...
