"""What can be exported, slice of time by slice of time, so that a month takes no more memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from orderflow.run import Run
from orderflow.tables.table import Table

SLICE_MS = 6 * 3_600_000
"""How much time is read at once, unless a window is longer."""


class What(StrEnum):
    """The kinds of content."""

    BARS = "bars"
    TRADES = "trades"
    FOOTPRINT = "footprint"
    QUALITY = "quality"


@dataclass(frozen=True, slots=True)
class Content:
    """What is asked of a run: rows of `what` in `[from_ms, to_ms)`.

    Bars and footprints are of windows of `window_ms`, a price row is `rows` high, or `ticks` ticks.
    """

    what: What
    from_ms: int
    to_ms: int
    window_ms: int
    rows: float | None = None
    ticks: int = 1

    def slices(self, run: Run, show: Callable[[int], None]) -> Iterator[Table]:
        """Yield it in tables of the same columns, at least one; `show` is told how far it is."""
        for from_ms, to_ms in self.spans():
            yield self._table(run, from_ms, to_ms)
            show(to_ms)

    def spans(self) -> Iterator[tuple[int, int]]:
        """Yield the ranges that it is read in, one after the other."""
        if self.what is What.QUALITY:  # an interval may lie in several slices
            yield self.from_ms, self.to_ms
            return
        length_ms = SLICE_MS
        if self.what is not What.TRADES:
            length_ms = -(-SLICE_MS // self.window_ms) * self.window_ms
        start = self.from_ms
        while start < self.to_ms:
            end = min((start // length_ms + 1) * length_ms, self.to_ms)
            yield start, end
            start = end

    def _table(self, run: Run, from_ms: int, to_ms: int) -> Table:
        window = self.window_ms // 1000
        match self.what:
            case What.BARS:
                return run.bars(window, from_ms, to_ms)
            case What.TRADES:
                return run.trades(from_ms, to_ms)
            case What.FOOTPRINT:
                return run.footprint(window, from_ms, to_ms, rows=self.rows, ticks=self.ticks)
            case What.QUALITY:
                return run.quality(from_ms, to_ms)
