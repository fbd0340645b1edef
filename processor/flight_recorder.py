"""Write down which rows are being worked on, so that a crash leaves word of them."""

import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.clock import MS_PER_DAY, from_epoch_ms

_LAYOUT = struct.Struct("<qqqq16s16s")  # is_set, day, first, end, order, table


@dataclass(frozen=True, slots=True)
class Span:
    """Rows `first` to `end` (exclusive), as counted in reading `order`, of one table of a day."""

    day: int
    order: str
    table: str
    first: int
    end: int

    def __str__(self) -> str:
        date = from_epoch_ms(self.day * MS_PER_DAY).date()
        rows = str(self.first) if self.end - self.first == 1 else f"{self.first}-{self.end}"
        return f"{date}, {self.table}, row {rows} {self.order}"

    def overlaps(self, other: "Span") -> bool:
        """Say whether the two have a row in common."""
        return (
            (self.day, self.order, self.table) == (other.day, other.order, other.table)
            and self.first < other.end
            and other.first < self.end
        )


class FlightRecorder:
    """A few bytes of shared memory backed by a file.

    They cost no more than a store and outlive this process, however it ends: the kernel has them.
    """

    def __init__(self, path: Path) -> None:
        content = path.read_bytes() if path.exists() else b""
        self.last_words = _unpack(content)
        path.write_bytes(bytes(_LAYOUT.size))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _LAYOUT.size)

    @contextmanager
    def at(self, span: Span) -> Iterator[None]:
        """Note that the rows of `span` are worked on until the block ends."""
        outer = self._memory[:]
        self._memory[:] = _LAYOUT.pack(
            1, span.day, span.first, span.end, span.order.encode(), span.table.encode()
        )
        try:
            yield
        finally:
            self._memory[:] = outer

    def close(self) -> None:
        """Let go of the memory; a recorder closed in peace leaves no last words."""
        self._memory.close()


def _unpack(content: bytes) -> Span | None:
    if len(content) != _LAYOUT.size:
        return None
    is_set, day, first, end, order, table = _LAYOUT.unpack(content)
    if is_set != 1:
        return None
    return Span(day, _text(order), _text(table), first, end)


def _text(padded: bytes) -> str:
    return padded.rstrip(b"\0").decode("ascii", "replace")
