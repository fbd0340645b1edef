"""Put together the status of a run: how far, how fast, what was skipped."""

import os
import time
import uuid
from dataclasses import replace

from processor.calculation.replay import Replay
from processor.reporting.quality import Quality
from shared.job import Job
from shared.run_files.processor_status import Phase, ProcessorStatus

RATE_SECONDS = 1.0
"""A rate measured over less says nothing about the time left."""


class StatusReporter:
    """Knows the run's beginning and size; asks the replay for the rest."""

    def __init__(self, job: Job, quality: Quality) -> None:
        self._job = job
        self._quality = quality
        self.run_id = uuid.uuid4().hex
        self._started_s = time.monotonic()
        self._started_at_ms = time.time_ns() // 1_000_000
        self._rows_before = 0
        self.files_total = 0
        self.rows_total = 0

    def begin_anew(self) -> None:
        """Report on as another run, which has done nothing yet."""
        self.run_id = uuid.uuid4().hex
        self._rows_before = 0

    def go_on(self, run_id: str, replay: Replay) -> None:
        """Report on as the run `run_id`, which `replay` was restored from."""
        self.run_id = run_id
        self._rows_before = replay.position.book_rows + replay.position.trades

    def status(
        self, phase: Phase, replay: Replay | None = None, last_error: str | None = None
    ) -> ProcessorStatus:
        """Return the status as of now; before there is a replay, nothing has been done."""
        elapsed_s = max(time.monotonic() - self._started_s, 1e-9)
        rows = replay.position.book_rows + replay.position.trades if replay else 0
        rows_per_s = max(rows - self._rows_before, 0) / elapsed_s  # less: it began anew
        share = 1.0 if phase is Phase.FINISHED else min(rows / max(self.rows_total, 1), 1.0)
        has_rate = rows_per_s > 0 and elapsed_s >= RATE_SECONDS
        eta_s = max(self.rows_total - rows, 0) / rows_per_s if has_rate else None
        status = ProcessorStatus(
            run_id=self.run_id,
            pid=os.getpid(),
            phase=phase,
            instrument=self._job.instrument,
            from_ms=self._job.time_range.from_ms,
            to_ms=self._job.time_range.to_ms,
            window_seconds=self._job.window_seconds,
            depth_levels=self._job.depth_levels,
            started_at_ms=self._started_at_ms,
            updated_at_ms=time.time_ns() // 1_000_000,
            share_done=share,
            rows_per_s=rows_per_s,
            eta_s=eta_s if phase is Phase.RUNNING else None,
            skipped={str(problem): n for problem, n in sorted(self._quality.skipped.items())},
            files_total=self.files_total,
            file_problems=tuple(self._quality.file_problems),
            poison_rows=tuple(self._quality.poison_rows),
            last_error=last_error,
        )
        if replay is None:
            return status
        return replace(
            status,
            data_time_ms=replay.position.data_time_ms,
            book_rows=replay.position.book_rows,
            trades=replay.position.trades,
            files_done=replay.position.files_done,
            observed=replay.observed,
            conservation=replay.conservation,
        )
