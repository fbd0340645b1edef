"""How a row of a book follows the one before it, by the exchange's numbers."""

from enum import Enum

from recorder.importers.formats.streams.okx_messages import is_heartbeat
from shared.recordings.writing.rows import NewBookRow


class Link(Enum):
    """What is to be done with a row: written, let go of, or taken for the end of a chain."""

    NEXT = "next"
    NOTHING_NEW = "nothing new"
    REPEAT = "repeat"
    GAP = "gap"


class Chain:
    """The rows of one subscription so far, from a snapshot on.

    >>> chain = Chain()
    >>> chain.begin(NewBookRow(0, "[]", "[]", "snapshot", 7, -1))
    >>> chain.follow(NewBookRow(1, "[]", '[["2","1"]]', "update", 9, 7))
    <Link.NEXT: 'next'>
    >>> chain.follow(NewBookRow(2, "[]", "[]", "update", 9, 9))
    <Link.NOTHING_NEW: 'nothing new'>
    >>> chain.follow(NewBookRow(3, "[]", '[["2","0"]]', "update", 3, 9))  # after maintenance
    <Link.NEXT: 'next'>
    >>> chain.follow(NewBookRow(4, "[]", '[["2","1"]]', "update", 6, 5))
    <Link.GAP: 'gap'>
    """

    def __init__(self) -> None:
        self._last: int | None = None
        self._before_last: int | None = None

    def begin(self, snapshot: NewBookRow) -> None:
        """Begin anew with `snapshot`."""
        self._last, self._before_last = snapshot.seq_id, snapshot.prev_seq_id

    def follow(self, row: NewBookRow) -> Link:
        """Say how `row` follows. Where the exchange gives no numbers all is taken for the next."""
        if row.seq_id is None or self._last is None:
            self._last = row.seq_id
            return Link.NOTHING_NEW if is_heartbeat(row) else Link.NEXT
        if row.prev_seq_id == self._last:
            if is_heartbeat(row):
                return Link.NOTHING_NEW
            self._before_last, self._last = self._last, row.seq_id
            return Link.NEXT
        if row.seq_id == self._last and row.prev_seq_id == self._before_last:
            return Link.REPEAT
        return Link.GAP
