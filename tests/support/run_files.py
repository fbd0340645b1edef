"""Run directories for the page's tests: seeded bars and a book, and records of both processes."""

import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from shared.run_files.atomic_file import write_json
from shared.run_files.processor_status import Phase, ProcessorStatus, write_processor_status
from shared.run_files.run_directory import RunDirectory
from shared.run_files.supervisor_status import (
    SupervisorStatus,
    WorkerState,
    WorkerStatus,
    write_supervisor_status,
)

START_MS = 1_723_161_240_000
"""2024-08-08 23:54:00 UTC: a few bars later it is another day."""

WINDOW_MS = 60_000


class RunFiles:
    """A run directory whose files a test writes as the processor and the supervisor would."""

    def __init__(self, root: Path, window_ms: int = WINDOW_MS, start_ms: int = START_MS) -> None:
        self.run = RunDirectory(root)
        self.run.create()
        self.window_ms = window_ms
        self.ohlc: list[list[float]] = []
        self.metrics: list[list[float]] = []
        self.cvd: list[list[float]] = []
        self.depth: dict[str, list[list[float]]] = {"bids": [], "asks": []}
        self._random = random.Random(7)
        self._price = 61_837.6
        self._next_ms = start_ms

    def grow(self, count: int = 1) -> None:
        """Append bars to all three arrays, and move the book to the last price."""
        for _ in range(count):
            self._add_bar()
        del self.ohlc[:-1000], self.metrics[:-1000], self.cvd[:-1000]
        self._move_book()

    def skip(self, windows: int) -> None:
        """Let so many windows pass without a trade."""
        self._next_ms += windows * self.window_ms

    def publish(self) -> None:
        """Replace the four data files by what has grown."""
        write_json(self.run.ohlc, self.ohlc)
        write_json(self.run.metrics, self.metrics)
        write_json(self.run.cvd, self.cvd)
        write_json(self.run.depth, self.depth)

    def add(self, count: int = 1) -> None:
        """Grow and publish."""
        self.grow(count)
        self.publish()

    def write_processor(self, **changes: Any) -> ProcessorStatus:
        """Write the processor's record: a running one with these fields changed."""
        now_ms = time.time_ns() // 1_000_000
        status = ProcessorStatus(
            run_id="r1",
            pid=4711,
            phase=Phase.RUNNING,
            instrument="BTC-USDT",
            from_ms=START_MS,
            to_ms=START_MS + 86_400_000,
            window_seconds=self.window_ms // 1000,
            depth_levels=50,
            started_at_ms=now_ms - 60_000,
            updated_at_ms=now_ms,
            data_time_ms=self.ohlc[-1][0] if self.ohlc else None,
            share_done=0.425,
            rows_per_s=12_345.6,
            eta_s=95.0,
        )
        status = replace(status, **changes)
        write_processor_status(self.run.processor_status, status)
        return status

    def write_supervisor(self, processor: WorkerStatus, **changes: Any) -> None:
        """Write the supervisor's record with this processor and a healthy page."""
        now_ms = time.time_ns() // 1_000_000
        status = SupervisorStatus(
            pid=100,
            create_time=now_ms / 1000 - 60,
            boot_id="secret-boot-id",
            started_at_ms=now_ms - 60_000,
            updated_at_ms=now_ms,
            instrument="BTC-USDT",
            page_url="http://localhost:8050/",
            rss_bytes=31_000_000,
            workers=(
                processor,
                WorkerStatus(
                    "visualizer", WorkerState.RUNNING, pid=102, uptime_s=60.0, rss_bytes=80_000_000
                ),
            ),
        )
        write_supervisor_status(self.run.supervisor_status, replace(status, **changes))

    def _add_bar(self) -> None:
        draw = self._random
        timestamp = self._next_ms
        self._next_ms += self.window_ms
        opened = self._price
        prices = [round(opened + draw.gauss(0, 6), 1) for _ in range(4)]
        closed = self._price = prices[-1]
        volume = round(draw.expovariate(0.4) + 0.001, 5)
        delta = round(volume * draw.uniform(-1, 1), 5)
        before = self.cvd[-1][4] if self.cvd else 0.0
        after = round(before + delta, 5)
        obi = sorted(round(draw.uniform(-0.8, 0.8), 4) for _ in range(4))
        tot = sorted(round(draw.uniform(8, 30), 3) for _ in range(4))
        self.ohlc.append(
            [timestamp, opened, max(opened, *prices), min(opened, *prices), closed, volume]
        )
        self.metrics.append(
            [timestamp, obi[1], obi[3], obi[0], obi[2], tot[2], tot[3], tot[0], tot[1]]
        )
        self.cvd.append(
            [timestamp, before, max(before, after) + 0.1, min(before, after) - 0.1, after]
        )

    def _move_book(self) -> None:
        draw = self._random
        best_bid = round(self._price, 1)
        self.depth = {
            "bids": [
                [round(best_bid - 0.3 * n, 1), round(draw.uniform(0.01, 2), 5)] for n in range(50)
            ],
            "asks": [
                [round(best_bid + 0.1 + 0.3 * n, 1), round(draw.uniform(0.01, 2), 5)]
                for n in range(50)
            ],
        }


def running(**changes: Any) -> WorkerStatus:
    """Return a healthy processor as the supervisor sees it, with these fields changed."""
    worker = WorkerStatus(
        "processor",
        WorkerState.RUNNING,
        is_ready=True,
        pid=101,
        uptime_s=58.0,
        restarts=0,
        rss_bytes=64_000_000,
    )
    return replace(worker, **changes)
