"""Remember how far a job has come, from one process to the next."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from processor.calculation.replay import ResumableReplay
from processor.calculation.results import bars_by_series
from processor.calculation.sink import Sink
from processor.job.checkpoint import Checkpoint, CheckpointStore
from processor.job.identity import FileIdentity, identify_file, identify_job
from processor.poison.flight_recorder import FlightRecorder, Span
from processor.poison.suspects import (
    NO_SUSPECTS,
    Suspects,
    after_death,
    after_passing,
    read_suspects,
    write_suspects,
)
from processor.reporting.quality import Quality
from shared.clock import FIRST_MS, LAST_MS
from shared.errors import BrokenFileError, RunDirectoryError
from shared.job import Job
from shared.recordings.day_files import DayFile
from shared.recordings.problems import RowProblem
from shared.run_files.bars import check_bars
from shared.run_files.earlier_run import set_earlier_run_aside
from shared.run_files.run_directory import RunDirectory

logger = logging.getLogger(__name__)

KILLED_FROM_OUTSIDE = "SIGKILL"
"""The one signal that no row sends: a death by it says nothing about the rows worked on."""


@dataclass(slots=True)
class Cost:
    """What keeping checkpoints has cost so far."""

    checkpoints: int = 0
    seconds: float = 0.0
    newest_bytes: int = 0

    def __str__(self) -> str:
        return (
            f"{self.checkpoints} checkpoints in {self.seconds:.3f} s,"
            f" the newest of {self.newest_bytes:,} bytes"
        )


class JobMemory:
    """Checkpoints, the flight record and the suspected rows of one job in its run directory.

    `files` are the job's, as they are before any is read: what changes later is another file, as
    far as `identify` tells them apart.
    With `is_fresh` all that is known from before is set aside. `last_signal` is what ended the
    process before, None where nobody saw it. `sink` is committed with each checkpoint.
    """

    def __init__(
        self,
        job: Job,
        files: Sequence[DayFile],
        *,
        is_fresh: bool = False,
        last_signal: str | None = None,
        sink: Sink | None = None,
        identify: Callable[[DayFile], FileIdentity] = identify_file,
    ) -> None:
        run = RunDirectory(job.run_dir)
        self._identity = identify_job(job)
        self._days = [file.day for file in files]
        self._identify = identify
        self._files = [identify(file) for file in files]
        self._known_problems = 0
        self._sink = sink
        self._recalled: Checkpoint | None = None
        self._is_restored = self._has_begun_anew = False
        self._store = CheckpointStore(run)
        self._suspects_path = run.suspects
        self._digests = {
            day: file.digest for day, file in zip(self._days, self._files, strict=True)
        }
        self.cost = Cost()
        if is_fresh and set_earlier_run_aside(run):
            logger.info("earlier checkpoint set aside: --fresh")
        self.recorder = FlightRecorder(run.flight_record)
        self.suspects = NO_SUSPECTS if is_fresh else self._read_suspects(last_signal)

    def add_file(self, file: DayFile) -> None:
        """Take note of another file of the job, of a day after all others."""
        identity = self._identify(file)
        self._days.append(file.day)
        self._files.append(identity)
        self._digests[file.day] = identity.digest

    def recall(self, replay: ResumableReplay, quality: Quality) -> Checkpoint | None:
        """Bring `replay`, `quality` and the sink to where the job was; return the checkpoint used.

        Without one, the sink begins anew as well. Whatever a checkpoint holds may be damaged in a
        way that no checksum tells: when this, or what follows, raises an error, ask `give_up`.
        """
        self._known_problems = len(quality.file_problems)
        checkpoint = self._store.load()
        if checkpoint is None or not self._is_to_go_on_from(checkpoint):
            if self._sink is not None:
                self._sink.go_back_to(0)
            return None
        self._recalled = checkpoint
        skipped = {RowProblem(kind): count for kind, count in checkpoint.skipped.items()}
        replay.restore(checkpoint.replay)
        self._check_position(replay)
        self._check_bars(replay)
        quality.skipped.update(skipped)
        quality.file_problems += checkpoint.file_problems
        quality.poison_rows += checkpoint.poison_rows
        self._is_restored, self._has_begun_anew = True, checkpoint.has_begun_anew
        return checkpoint

    def _is_to_go_on_from(self, checkpoint: Checkpoint) -> bool:
        """Bring the sink to where `checkpoint` was taken; discard what is of something else."""
        difference = self._difference(checkpoint)
        if difference is None and not self._goes_back_to(checkpoint.commit):
            difference = "what was kept beside it does not reach so far"
        if difference is not None:
            self._store.discard(difference)
        return difference is None

    def _goes_back_to(self, commit: int) -> bool:
        if self._sink is None:
            return True
        if not commit:
            self._sink.keep_no_more()
            return True
        return self._sink.go_back_to(commit)

    def give_up(self, error: Exception) -> bool:
        """Set the checkpoint that led to `error` aside, and say whether there was one to blame.

        A run that failed and began anew once before is not the checkpoint's fault: to begin anew
        again and again would only take longer to fail.
        """
        if self._recalled is None or (self._is_restored and self._has_begun_anew):
            return False
        verb = "gone on from" if self._is_restored else "restored"
        self._store.discard(f"it cannot be {verb}: {error!r:.200}")
        self._has_begun_anew = self._is_restored
        self._recalled = None
        return True

    def save(self, replay: ResumableReplay, quality: Quality, run_id: str) -> None:
        """Take a checkpoint; a disk that is full now may have room the next time.

        The sink is committed first: a checkpoint never knows of more than is kept.
        """
        started_s = time.monotonic()
        checkpoint = Checkpoint(
            job=self._identity,
            files=tuple(self._files[: replay.position.files_done + 1]),
            replay=replay.to_document(),
            commit=self._sink.commit(replay.open_column) if self._sink is not None else 0,
            run_id=run_id,
            skipped={str(kind): count for kind, count in quality.skipped.items()},
            file_problems=tuple(quality.file_problems[self._known_problems :]),
            poison_rows=tuple(quality.poison_rows),
            has_begun_anew=self._has_begun_anew,
        )
        try:
            self.cost.newest_bytes = self._store.save(checkpoint)
        except RunDirectoryError as error:
            logger.warning("no checkpoint taken: %s", error)
        else:
            self._clear_of_suspicion(replay)
        self.cost.checkpoints += 1
        self.cost.seconds += time.monotonic() - started_s

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.recorder.close()

    def _read_suspects(self, last_signal: str | None) -> Suspects:
        suspects = read_suspects(self._suspects_path, self._identity.digest, self._digests)
        at = self.recorder.last_words
        if at is None or last_signal == KILLED_FROM_OUTSIDE:
            return suspects
        # Rows of another job, or of a file that is another now, are nobody's here.
        at = tuple(span for span in at if span.day in self._digests)
        after = after_death(suspects, at)
        for row in after.poison[len(suspects.poison) :]:
            logger.error("the processor died on %s again: it is skipped from now on", row)
        if after.poison == suspects.poison:
            for span in at:
                logger.warning("the processor died while it worked on %s", span)
        if after != suspects:
            self._write_suspects(after)
        return after

    def _clear_of_suspicion(self, replay: ResumableReplay) -> None:
        if not self.suspects.spans and not self.suspects.deaths:
            return
        cleared = after_passing(self.suspects, lambda span: self._is_past(replay, span))
        if cleared != self.suspects:
            self.suspects = cleared
            self._write_suspects(cleared)

    def _is_past(self, replay: ResumableReplay, span: Span) -> bool:
        files_done = replay.position.files_done
        if files_done == len(self._days) or span.day < self._days[files_done]:
            return True
        return span.day == self._days[files_done] and replay.has_passed(span)

    def _write_suspects(self, suspects: Suspects) -> None:
        try:
            write_suspects(self._suspects_path, suspects, self._identity.digest, self._digests)
        except RunDirectoryError as error:
            logger.warning("not remembered: %s", error)

    def _check_position(self, replay: ResumableReplay) -> None:
        """Raise ValueError or TypeError unless `replay` is at some place of this job."""
        position = replay.position
        done = position.files_done
        if type(done) is not int or not 0 <= done <= len(self._days):
            raise ValueError(f"expected 0 to {len(self._days)} files done, found {done!r}")
        for time_ms in (position.data_time_ms, position.book_time_ms):
            if time_ms is None:
                continue
            if type(time_ms) is not int or not FIRST_MS <= time_ms <= LAST_MS:
                raise ValueError(f"expected a time in epoch milliseconds, found {time_ms!r}")

    def _check_bars(self, replay: ResumableReplay) -> None:
        """Raise ValueError or TypeError unless `replay` has bars to show."""
        for series, bars in bars_by_series(replay).items():
            # None is a sum of sizes that was too large to be a number.
            rows = [[0.0 if value is None else value for value in bar] for bar in bars]
            try:
                check_bars(Path(series.file), rows, series)
            except BrokenFileError as error:
                raise ValueError(str(error)) from error

    def _difference(self, checkpoint: Checkpoint) -> str | None:
        if checkpoint.job != self._identity:
            return f"it is of another job, {checkpoint.job}"
        for number, known in enumerate(checkpoint.files):
            found = self._files[number] if number < len(self._files) else None
            if found != known:
                return f"{known.name} is not the file it was" if found else f"{known.name} is gone"
        return None
