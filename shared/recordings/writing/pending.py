"""What waits to be committed to one day file, and what of it had to be given up."""

from collections import deque
from dataclasses import dataclass, field

from shared.recordings.writing.rows import Gap, NewBookRow, NewRow

_BYTES_A_ROW = 200
"""What a row takes in memory beside its levels, about."""


@dataclass(slots=True)
class Pending:
    """Rows of one day file in the order they came, each with its number, and marks of lost ones."""

    rows: deque[tuple[int, NewRow]] = field(default_factory=deque)
    lost: dict[str, Gap] = field(default_factory=dict)
    newest_lost: int = 0

    def lose(self, number: int, row: NewRow) -> None:
        """Count a row that there was no room for; neighbours make one gap."""
        self.newest_lost = number
        table = table_of(row)
        gap = self.lost.get(table)
        moment = row.timestamp_ms
        if gap is None:
            gap = Gap(moment, moment, table, 0, "could not be written")
        self.lost[table] = gap._replace(
            from_ms=min(gap.from_ms, moment),
            to_ms=max(gap.to_ms, moment),
            rows=(gap.rows or 0) + 1,
        )

    @property
    def first_number(self) -> int | None:
        """The number of the oldest row that is neither committed nor noted as lost."""
        if self.rows:
            return self.rows[0][0]
        return self.newest_lost if self.lost else None

    def is_empty(self) -> bool:
        """Say whether there is nothing to commit."""
        return not self.rows and not self.lost


def table_of(row: NewRow) -> str:
    """Return the table that `row` belongs to."""
    if isinstance(row, Gap):
        return row.table
    return "book" if isinstance(row, NewBookRow) else "trades"


def bytes_of(row: NewRow) -> int:
    """Return about how much memory `row` takes."""
    return _BYTES_A_ROW + (len(row.bids) + len(row.asks) if isinstance(row, NewBookRow) else 0)
