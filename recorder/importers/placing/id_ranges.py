"""Ids as ranges without a hole, whatever order they come in: what is between two is missing."""

from collections.abc import Sequence

MOST_RANGES = 100_000
"""Beyond so many the file is in no order at all, and holes are not counted."""


class IdRanges:
    """The ids of one instrument so far."""

    def __init__(self) -> None:
        self._first_of: dict[int, int] = {}  # by the last of each range
        self._last_of: dict[int, int] = {}  # by the first
        self.is_lost = False

    def add(self, ids: Sequence[int]) -> None:
        """Add ids, each for the first time or again."""
        if self.is_lost or not ids:
            return
        first, last = ids[0], ids[-1]
        if last - first + 1 == len(ids) and list(ids) == list(range(first, last + 1)):
            self._add_range(first, last)
            return
        ordered = sorted(set(ids))
        start = 0
        for place in range(1, len(ordered) + 1):
            if place == len(ordered) or ordered[place] != ordered[place - 1] + 1:
                self._add_range(ordered[start], ordered[place - 1])
                start = place
        self.is_lost = len(self._last_of) > MOST_RANGES
        if self.is_lost:
            self._first_of.clear()
            self._last_of.clear()

    @property
    def gaps(self) -> int | None:
        """How many holes there are between the lowest and the highest; None if that is lost."""
        if self.is_lost:
            return None
        gaps, reached = 0, None
        for first, last in sorted(self._last_of.items()):  # ranges may lie over each other
            if reached is not None and first > reached + 1:
                gaps += 1
            reached = last if reached is None else max(reached, last)
        return gaps

    def _add_range(self, first: int, last: int) -> None:
        before = self._first_of.pop(first - 1, None)
        if before is not None and self._last_of.get(before) == first - 1:
            first = before
        last = self._last_of.pop(last + 1, last)
        if self._last_of.get(first, last - 1) < last:
            self._last_of[first] = last
            self._first_of[last] = first
