"""One instrument's book from as many lines as bring it: each row written once, each gap noted.

Mostly there is one line. While a planned close is bridged there are two; their rows are the same
ones, so that the newer line goes on exactly behind the row that the older one brought last.
"""

import itertools
import logging
from collections import deque
from collections.abc import Callable

from recorder.importers.formats.streams.okx_messages import Book
from recorder.live.okx.chain import Chain, Link
from recorder.live.okx.checked_book import CheckedBook
from shared.clock import format_utc
from shared.recordings.writing.rows import Gap, NewBookRow

logger = logging.getLogger(__name__)

MOST_WAITING = 2_000
"""Rows that a newer line may be ahead; at ten a second that is longer than any bridge."""

WRONG_SNAPSHOTS = 2
"""Snapshots at odds with their own checksum, one after the other, say that it is made otherwise
than we know: it is not looked at any more, as it would make gaps where there are none."""

Put = Callable[[NewBookRow | Gap], None]


_numbers = itertools.count()


class BookSource:
    """What one line tells of a book; the newer line has the higher `number`."""

    def __init__(self) -> None:
        self.number = next(_numbers)
        self.chain = Chain()
        self.is_whole = False
        self.waiting: deque[NewBookRow] = deque()  # from a snapshot on, while another line leads
        self.checked: CheckedBook | None = None


class MergedBook:
    """The rows of `instrument`, handed to `put`; `last_ms` and `last_seq` are of the newest."""

    def __init__(
        self, instrument: str, put: Put, last_ms: int | None = None, last_seq: int | None = None
    ) -> None:
        self._instrument = instrument
        self._put = put
        self._last_ms = last_ms
        self._last_seq = last_seq
        self._reason = "the recorder was not running"
        self._leader: BookSource | None = None
        self._heir: BookSource | None = None
        self._wrong_snapshots = 0

    def is_led_by(self, source: BookSource) -> bool:
        """Say whether the rows that are written are those of `source`."""
        return self._leader is source

    def take(self, source: BookSource, row: NewBookRow, sent: Book) -> str | None:
        """Take a row of `source`; say why it has to be subscribed anew, None where it need not.

        `sent` is what the row was made of, for its checksum.
        """
        if row.action == "snapshot":
            return self._begin(source, row, sent)
        if not source.is_whole:
            return None
        link = source.chain.follow(row)
        if link is Link.GAP:
            return self.distrust(source, "the chain of the book's rows is broken")
        if link is not Link.NEXT:
            return None
        if not self._is_right(source, sent):
            return self.distrust(source, "the book does not have the exchange's checksum")
        if row.seq_id is not None and row.prev_seq_id is not None and row.seq_id < row.prev_seq_id:
            logger.info("%s: the exchange counts its rows anew", self._instrument)
        if self._leader is source:
            self._write(row)
            self._hand_over()
        elif self._heir is source:
            source.waiting.append(row)
            self._hand_over()
            if len(source.waiting) > MOST_WAITING:
                return self.distrust(source, "the new connection does not meet the old one")
        elif self._leader is None:  # the line that had taken over from this one is lost
            return self.distrust(source, self._reason)
        return None

    def distrust(self, source: BookSource, reason: str) -> str:
        """Take no more rows of `source` until a snapshot comes, and return `reason`."""
        source.is_whole = False
        source.waiting.clear()
        if self._leader is source:
            self._reason = reason
            self._leader = None
            self._inherit()
        return reason

    def drop(self, source: BookSource, reason: str) -> None:
        """Forget `source`: its line has ended, for `reason`."""
        self.distrust(source, reason)
        if self._heir is source:
            self._heir = None

    def _begin(self, source: BookSource, row: NewBookRow, sent: Book) -> str | None:
        source.checked = CheckedBook() if sent.checksum and self._is_checking else None
        if not self._is_right(source, sent):
            self._wrong_snapshots += 1
            if self._is_checking:
                return self.distrust(source, "the snapshot does not have the exchange's checksum")
            source.checked = None
            logger.error("%s: checksums are wrong even of snapshots: ignored", self._instrument)
        elif source.checked is not None:
            self._wrong_snapshots = 0
        source.chain.begin(row)
        source.is_whole = True
        if self._leader is not None and self._leader.number > source.number:
            return None  # a newer line has taken over
        source.waiting = deque([row])
        if self._leader in (None, source) or row.seq_id is None:
            self._lead(source)
        else:
            self._heir = source
            self._hand_over()
        return None

    @property
    def _is_checking(self) -> bool:
        return self._wrong_snapshots < WRONG_SNAPSHOTS

    def _is_right(self, source: BookSource, sent: Book) -> bool:
        if source.checked is None:
            return True
        try:
            source.checked.apply(sent)
        except (ValueError, TypeError):
            return False
        return not sent.checksum or source.checked.checksum == sent.checksum

    def _lead(self, source: BookSource) -> None:
        """Go on with the snapshot of `source`, and note what may be missing before it."""
        snapshot = source.waiting[0]
        is_next = snapshot.seq_id == self._last_seq
        if snapshot.seq_id is None:  # nothing tells: as long as a line led nothing is missing
            is_next = self._leader is not None
        if self._last_ms is not None and not is_next:
            if self._leader is source:
                self._reason = "the exchange sent the book anew"
            first_ms, last_ms = sorted((self._last_ms, snapshot.timestamp_ms))
            self._put(Gap(first_ms, last_ms, "book", None, self._reason))
        self._follow(source)
        logger.info(
            "%s: the whole book has come, of %s", self._instrument, format_utc(self._last_ms or 0)
        )

    def _hand_over(self) -> None:
        """Go on with the heir where it has the newest row that is written."""
        heir = self._heir
        if heir is None or all(row.seq_id != self._last_seq for row in heir.waiting):
            return
        while heir.waiting.popleft().seq_id != self._last_seq:
            pass
        self._follow(heir)

    def _inherit(self) -> None:
        """Go on with the heir's snapshot, unless it is behind: then it meets what is there."""
        heir = self._heir
        if heir is None or not heir.is_whole:
            return
        first = heir.waiting[0].seq_id
        if first is None or self._last_seq is None or first > self._last_seq:
            self._lead(heir)

    def _follow(self, source: BookSource) -> None:
        self._leader = source
        self._heir = None
        for row in source.waiting:
            self._write(row)
        source.waiting.clear()

    def _write(self, row: NewBookRow) -> None:
        self._last_ms, self._last_seq = row.timestamp_ms, row.seq_id
        self._put(row)
