"""Write down which rows are being worked on, so that a crash leaves word of them."""

import hashlib
import logging
import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.clock import MS_PER_DAY, from_epoch_ms
from shared.errors import RunDirectoryError
from shared.run_files.atomic_file import replace_file
from shared.run_files.documents import read_regular
from shared.run_files.numbers import Count, Int64, Integer

logger = logging.getLogger(__name__)

_HEADER = struct.Struct("<q16s")  # is_open, boot of the machine
_RECORD = struct.Struct("<qqqqqq16s16s")  # is_set, day, first, end, is_row, row_id, order, table
_BYTES = _HEADER.size + _RECORD.size


@dataclass(frozen=True, slots=True)
class Span:
    """Rows `first` to `end` (exclusive), as counted in reading `order`, of one table of a day.

    A span of one row has the row's id, if that is known.
    """

    day: Integer
    order: str
    table: str
    first: Count
    end: Count
    row_id: Int64 | None = None

    def __str__(self) -> str:
        date = from_epoch_ms(self.day * MS_PER_DAY).date()
        if self.row_id is not None:
            return f"{date}, {self.table} row {self.row_id}"
        return f"{date}, {self.table}, the rows {self.first} to {self.end - 1} {self.order}"

    def overlaps(self, other: "Span") -> bool:
        """Say whether the two have a row in common."""
        return self._is_beside(other) and self.first < other.end and other.first < self.end

    def contains(self, other: "Span") -> bool:
        """Say whether all rows of `other` are among these."""
        if self.row_id is not None:
            return (self.day, self.table, self.row_id) == (other.day, other.table, other.row_id)
        return self._is_beside(other) and self.first <= other.first and other.end <= self.end

    def _is_beside(self, other: "Span") -> bool:
        return (self.day, self.order, self.table) == (other.day, other.order, other.table)


class FlightRecorder:
    """A few bytes of shared memory backed by a file.

    They cost no more than a store and outlive this process, however it ends: the kernel has them.
    `last_words` are the rows that the process before worked on when it died: none when it died
    between them, None when it ended in peace, or with the machine. A file that cannot be written
    is done without.
    """

    def __init__(self, path: Path) -> None:
        self.last_words = _read(path)
        # A new file each time: cut short in place, it would kill a process that still has it.
        # And before the last words are used: a death counted twice would be worse than not at all.
        try:
            replace_file(path, bytes(_BYTES))
            with path.open("r+b") as file:
                self._memory = mmap.mmap(file.fileno(), _BYTES)
        except (RunDirectoryError, OSError) as error:
            logger.warning("the rows worked on are not noted: %s", error)
            self._memory = mmap.mmap(-1, _BYTES)
        self._memory[: _HEADER.size] = _HEADER.pack(1, _boot())

    @contextmanager
    def at(self, span: Span) -> Iterator[None]:
        """Note that the rows of `span` are worked on until the block ends."""
        outer = self._memory[_HEADER.size :]
        self._memory[_HEADER.size :] = _RECORD.pack(
            1,
            span.day,
            span.first,
            span.end,
            span.row_id is not None,
            span.row_id or 0,
            span.order.encode(),
            span.table.encode(),
        )
        try:
            yield
        finally:
            self._memory[_HEADER.size :] = outer

    def close(self) -> None:
        """Let go of the memory; a recorder closed in peace leaves no last words."""
        self._memory[:] = bytes(_BYTES)
        self._memory.close()


def _read(path: Path) -> tuple[Span, ...] | None:
    try:
        content = read_regular(path)
    except OSError:
        return None
    if len(content) != _BYTES:
        return None
    is_open, boot = _HEADER.unpack_from(content)
    if is_open != 1 or boot != _boot():
        return None
    record = _RECORD.unpack_from(content, _HEADER.size)
    is_set, day, first, end, is_row, row_id, order, table = record
    if is_set != 1:
        return ()
    return (Span(day, _text(order), _text(table), first, end, row_id if is_row else None),)


def _boot() -> bytes:
    """Return what tells one boot of this machine from the next, where the system says so."""
    try:
        boot_id = Path("/proc/sys/kernel/random/boot_id").read_bytes()
    except OSError:
        boot_id = b""
    return hashlib.blake2b(boot_id, digest_size=16).digest()


def _text(padded: bytes) -> str:
    return padded.rstrip(b"\0").decode("ascii", "replace")
