"""Put together the status of a run: how far, how fast, what was skipped."""

import os
import time
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from processor.calculation.following import Following
from processor.calculation.replay import Replay
from processor.reporting.origin import Origin
from processor.reporting.quality import Quality
from shared.clock import MS_PER_DAY
from shared.job import Job
from shared.recordings.day_files import DayFile
from shared.run_files.processor_status import HistoryStatus, Phase, ProcessorStatus

RATE_SECONDS = 1.0
"""A rate measured over less says nothing about the time left."""


class History(Protocol):
    """What is known of a history while it is written."""

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        ...

    @property
    def problem(self) -> str | None:
        """Why it ended, None while all is well."""
        ...

    @property
    def identity(self) -> str | None:
        """What tells it from any other, None where there was none."""
        ...


class StatusReporter:
    """Knows the run's beginning and size; asks the replay for the rest."""

    def __init__(self, job: Job, quality: Quality) -> None:
        self._job = job
        self._quality = quality
        self._origin = Origin()
        self.run_id = uuid.uuid4().hex
        self._started_s = time.monotonic()
        self._started_at_ms = time.time_ns() // 1_000_000
        self._rows_before = 0
        self._share_before = 0.0
        self._days: tuple[int, ...] = ()
        self.rows_total: int | None = None
        self._history: History | None = None
        self._following: Following | None = None
        self._most_rows = 0
        self._rows_came_at_ms: int | None = None

    @property
    def files_total(self) -> int:
        """How many files there are to read."""
        return len(self._days)

    def expect(self, files: Sequence[DayFile], rows: int | None) -> None:
        """Take note of what is to be read; without a number of rows, shares go by the time."""
        self._days = tuple(file.day for file in files)
        self._origin.expect(files)
        self.rows_total = rows

    def keep(self, history: History | None) -> None:
        """Take note of the history to report on, if there is one."""
        self._history = history

    def follow(self, following: Following) -> None:
        """Take note of where to see how the run stands, which follows its recording."""
        self._following = following

    def begin_anew(self) -> None:
        """Report on as another run, which has done nothing yet."""
        self.run_id = uuid.uuid4().hex
        self._rows_before = self._most_rows = 0

    def go_on(self, run_id: str, replay: Replay) -> None:
        """Report on as the run `run_id`, which `replay` was restored from."""
        self.run_id = run_id
        self._rows_before = replay.position.book_rows + replay.position.trades
        self._most_rows = self._rows_before
        self._share_before = self._share(replay)

    def status(
        self, phase: Phase, replay: Replay | None = None, last_error: str | None = None
    ) -> ProcessorStatus:
        """Return the status as of now; before there is a replay, nothing has been done."""
        elapsed_s = max(time.monotonic() - self._started_s, 1e-9)
        rows = replay.position.book_rows + replay.position.trades if replay else 0
        rows_per_s = max(rows - self._rows_before, 0) / elapsed_s  # less: it began anew
        share = 1.0 if phase is Phase.FINISHED else self._share(replay)
        shares_per_s = max(share - self._share_before, 0.0) / elapsed_s
        has_rate = shares_per_s > 0 and elapsed_s >= RATE_SECONDS
        eta_s = (1.0 - share) / shares_per_s if has_rate else None
        status = ProcessorStatus(
            run_id=self.run_id,
            pid=os.getpid(),
            phase=phase,
            instrument=self._job.instrument,
            from_ms=self._job.time_range.from_ms,
            to_ms=self._job.time_range.to_ms,
            window_seconds=self._job.window_seconds,
            depth_levels=self._job.depth_levels,
            simulated=self._origin.is_simulated(time.monotonic()),
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
            history=self._history_status(),
        )
        if self._following is not None:
            if rows > self._most_rows:  # while rows are read again there are fewer
                self._most_rows, self._rows_came_at_ms = rows, status.updated_at_ms
            status = replace(
                status,
                waiting_for=self._following.waits_for,
                late_rows=self._following.late_rows,
                rows_came_at_ms=self._rows_came_at_ms,
            )
        if replay is None:
            return status
        return replace(
            status,
            data_time_ms=replay.position.data_time_ms,
            book_time_ms=replay.position.book_time_ms,
            book_rows=replay.position.book_rows,
            trades=replay.position.trades,
            files_done=replay.position.files_done,
            observed=replay.observed,
            conservation=replay.conservation,
        )

    def _history_status(self) -> HistoryStatus | None:
        if self._history is None:
            return None
        return HistoryStatus(self._history.size, self._history.problem, self._history.identity)

    def _share(self, replay: Replay | None) -> float:
        """Return the share of the work that is done, 0 to 1."""
        if replay is None:
            return 0.0
        position = replay.position
        if self.rows_total is not None:
            return min((position.book_rows + position.trades) / max(self.rows_total, 1), 1.0)
        done = position.files_done
        if done < len(self._days) and position.data_time_ms is not None:
            in_day = position.data_time_ms - self._days[done] * MS_PER_DAY
            return (done + min(max(in_day / MS_PER_DAY, 0.0), 1.0)) / len(self._days)
        return done / max(len(self._days), 1)
