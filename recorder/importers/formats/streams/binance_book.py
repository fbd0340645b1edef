"""Binance's book from diffs and the REST snapshots between them, in the order they apply."""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from recorder.importers.placing.outcome import Outcome, Reason
from shared.recordings.writing.rows import NewBookRow

MOST_BUFFERED = 5_000
"""Diffs kept for a snapshot to come; where none comes, they go on from the file before."""


class Diff(NamedTuple):
    """A diff of the ids `first` to `last`, after `previous`."""

    first: int
    last: int
    previous: int
    time_ms: int
    bids: str
    asks: str
    line: int


class BinanceBook:
    """The chain of one instrument: diffs and snapshots in, rows of the book out.

    A snapshot stands behind the first diffs: those it contains are dropped, the others follow it.
    One in the middle is of use only after a gap; where the chain is whole, it would take the book
    back. Time never runs backwards in what comes out.
    """

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._recent: deque[Diff] = deque(maxlen=MOST_BUFFERED)
        self._is_waiting = True  # for the first snapshot
        self._has_gap = False
        self._last: int | None = None
        self._time_ms = 0
        self._snapshot: tuple[int, str, str] | None = None  # until a diff tells the time

    def diff(self, diff: Diff) -> Iterator[NewBookRow]:
        """Take a diff."""
        if self._last is not None and diff.last <= self._last:
            self._outcome.skip(Reason.NOTHING_NEW, diff.line)
            return
        if self._snapshot is not None and diff.last <= self._snapshot[0]:
            self._outcome.skip(Reason.BEFORE_SNAPSHOT, diff.line)
            return
        if self._last is not None and diff.previous != self._last:
            self._outcome.count_gap()
            self._has_gap = True
        self._last = diff.last
        self._recent.append(diff)
        if self._snapshot is not None:
            snapshot, self._snapshot = self._snapshot, None
            yield self._snapshot_row(snapshot, diff.time_ms)
        if not self._is_waiting:
            yield self._row(diff)
        elif len(self._recent) == MOST_BUFFERED:
            yield from self.finish()

    def snapshot(self, last: int, bids: str, asks: str, line: int) -> Iterator[NewBookRow]:
        """Take a snapshot that contains all up to the id `last`."""
        is_of_use = self._is_waiting or self._has_gap
        if not is_of_use:
            self._outcome.skip(Reason.NOTHING_NEW, line, example="a snapshot amid a whole chain")
            return
        newer = [diff for diff in self._recent if diff.last > last]
        if self._is_waiting:
            for diff in self._recent:
                if diff.last <= last:
                    self._outcome.skip(Reason.BEFORE_SNAPSHOT, diff.line)
        self._is_waiting = self._has_gap = False
        if self._last is None or (not newer and self._last < last):
            self._last = None  # the next diff need not follow the ones before
            self._snapshot = (last, bids, asks)
            return
        yield self._snapshot_row(
            (last, bids, asks), (newer or self._recent)[0 if newer else -1].time_ms
        )
        for diff in newer:
            yield self._row(diff)

    def finish(self) -> Iterator[NewBookRow]:
        """Give what was kept for a snapshot that has not come."""
        if self._is_waiting:
            self._is_waiting = False
            for diff in self._recent:
                yield self._row(diff)

    def _snapshot_row(self, snapshot: tuple[int, str, str], time_ms: int) -> NewBookRow:
        last, bids, asks = snapshot
        self._time_ms = max(self._time_ms, time_ms)
        return NewBookRow(self._time_ms, bids, asks, "snapshot", last, -1)

    def _row(self, diff: Diff) -> NewBookRow:
        self._time_ms = max(self._time_ms, diff.time_ms)
        return NewBookRow(self._time_ms, diff.bids, diff.asks, "update", diff.last, diff.previous)
