"""How far a file has been read, so that reading can go on from there."""

from dataclasses import dataclass

from processor.engine.sqlite.reading_order import ReadingOrder


@dataclass(frozen=True, slots=True)
class Bookmark:
    """After the first `rows` rows of a table in reading order, the last with the id `row_id`."""

    rows: int = 0
    row_id: int | None = None


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
