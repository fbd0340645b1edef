"""In which order a file is read, and what is raised when it cannot be read so."""

from enum import StrEnum

from shared.errors import OrderflowError


class ReadingOrder(StrEnum):
    """How a file is read; each is for files that the one before cannot take."""

    STORED = "as stored"
    BY_TIME = "by time"
    STRICT = "row by row"

    @property
    def next(self) -> "ReadingOrder":
        """The order for a file that cannot be read in this one."""
        return _NEXT[self]


_NEXT = {
    ReadingOrder.STORED: ReadingOrder.BY_TIME,
    ReadingOrder.BY_TIME: ReadingOrder.STRICT,
}


class ReadingOrderError(OrderflowError):
    """A file cannot be read in the order chosen; nothing is wrong with the file itself."""
