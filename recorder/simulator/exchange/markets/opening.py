"""Opens the market: its clock, and where it begins, with or without the hours before as files."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from recorder.simulator.exchange.markets.backfill import backfill
from recorder.simulator.exchange.markets.data_clock import DataClock
from recorder.simulator.exchange.markets.earlier_session import EarlierSession, find_earlier_session
from recorder.simulator.exchange.markets.traded import Traded
from recorder.simulator.recording import MS_PER_HOUR


@dataclass(frozen=True, slots=True)
class Opening:
    """What is to be traded, and when: from `start_ms` on, or from now where it is None."""

    instruments: Sequence[str]
    seed: int
    start_ms: int | None = None
    speed: float = 1.0
    has_checksums: bool = False

    def open(self) -> tuple[list[Traded], DataClock]:
        """Return markets that begin now, and their clock."""
        clock = DataClock(self.start_ms, self.speed)
        return [self._traded(name, clock.now_ms()) for name in self.instruments], clock

    def open_with_history(
        self, data_dir: Path, hours: float, on_progress: Callable[[int], object]
    ) -> tuple[list[Traded], DataClock]:
        """Return markets of which day files in `data_dir` hold what was before, and their clock.

        An earlier session's market goes on after its last row, at its price and ids: no further
        back than that, and at most `hours`. `on_progress` is told of milliseconds written.
        Raises UsageError where a market cannot follow what is in the folder.
        """
        start_ms = _now_ms() if self.start_ms is None else self.start_ms
        is_now = self.start_ms is None and self.speed == 1.0
        traded = []
        for name in self.instruments:
            first_ms = start_ms - round(hours * MS_PER_HOUR)
            earlier = find_earlier_session(data_dir, name, start_ms)
            if earlier is not None:
                first_ms = max(first_ms, earlier.last_ms + 1)
            traded.append(self._traded(name, first_ms, earlier))
        until_ms = _now_ms if is_now else lambda: start_ms
        for _ in range(2):  # the second time for what went by during the first
            for each in traded:
                backfill(each, data_dir, until_ms, on_progress)
        return traded, DataClock(self.start_ms, self.speed)

    def _traded(
        self, instrument: str, start_ms: int, earlier: EarlierSession | None = None
    ) -> Traded:
        return Traded.begin(
            instrument,
            self.seed,
            start_ms,
            has_checksums=self.has_checksums,
            earlier=earlier and earlier.end,
        )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
