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
        return ReadingOrder.BY_TIME if self is ReadingOrder.STORED else ReadingOrder.STRICT


class ReadingOrderError(OrderflowError):
    """A file cannot be read in the order chosen; read row by row, it will tell what is wrong."""

    next_order: ReadingOrder | None = None


class OutOfPlaceError(ReadingOrderError):
    """A table's rows are not found where they belong: only a scan of all meets all of them."""

    next_order = ReadingOrder.STRICT
