"""How far a file has been read, so that reading can go on from there."""

from dataclasses import dataclass
from typing import Any

from processor.engine.sqlite.reading_order import ReadingOrder


@dataclass(frozen=True, slots=True)
class Bookmark:
    """After the first `rows` rows of a table in reading order, the last with the id `row_id`."""

    rows: int = 0
    row_id: int | None = None

    @classmethod
    def from_document(cls, document: Any) -> "Bookmark":
        """Return the bookmark whose fields `document` lists.

        Raises TypeError or ValueError when it is no such thing.
        """
        rows, row_id = document
        is_id = row_id is None or (type(row_id) is int and -(2**63) <= row_id < 2**63)
        if type(rows) is not int or not 0 <= rows < 2**63 or not is_id:
            raise ValueError(f"expected a number of rows and a row id or none, found {document!r}")
        return cls(rows, row_id)


START = Bookmark()


@dataclass(frozen=True, slots=True)
class FileProgress:
    """How far a file is done, table by table, in its reading order."""

    order: ReadingOrder = ReadingOrder.STORED
    book: Bookmark = START
    trades: Bookmark = START

    @property
    def is_at_start(self) -> bool:
        """Whether no row has been read yet."""
        return self.book == START and self.trades == START
