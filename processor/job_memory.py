"""Remember how far a job has come, from one process to the next."""

import logging
import time
from dataclasses import dataclass
from typing import Self

from processor.checkpoint import Checkpoint, CheckpointStore
from processor.day_files import DayFile
from processor.flight_recorder import FlightRecorder
from processor.job_identity import FileIdentity, identify_file, identify_job
from processor.quality import Quality, RowProblem
from processor.replay import Replay
from processor.suspects import Suspects, after_death, read_suspects, write_suspects
from shared.errors import RunDirectoryError
from shared.job import Job
from shared.processor_status import FileProblem
from shared.run_directory import RunDirectory

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Cost:
    """What keeping checkpoints has cost so far."""

    checkpoints: int = 0
    seconds: float = 0.0
    newest_bytes: int = 0

    def __str__(self) -> str:
        return (
            f"{self.checkpoints} checkpoints in {self.seconds:.2f} s,"
            f" the newest of {self.newest_bytes:,} bytes"
        )


class JobMemory:
    """Checkpoints, the flight record and the suspected rows of one job in its run directory.

    With `is_fresh` all that is known from before is set aside.
    """

    def __init__(self, job: Job, *, is_fresh: bool) -> None:
        run = RunDirectory(job.run_dir)
        self._identity = identify_job(job)
        self._store = CheckpointStore(run)
        self._suspects_path = run.suspects
        self._files: list[FileIdentity] = []
        self._known_problems = 0
        self.cost = Cost()
        self.recorder = FlightRecorder(run.flight_record)
        if is_fresh:
            self._store.discard("--fresh")
            self.suspects = Suspects(self._identity.digest)
        else:
            self.suspects = self._suspect_last_rows()

    def recall(
        self, replay: Replay, files: tuple[DayFile, ...], quality: Quality
    ) -> Checkpoint | None:
        """Bring `replay` and `quality` to where the job was, and return the checkpoint used."""
        self._known_problems = len(quality.file_problems)
        checkpoint = self._store.load()
        if checkpoint is None:
            return None
        difference = self._difference(checkpoint, files)
        if difference is not None:
            self._store.discard(difference)
            return None
        try:
            replay.restore(checkpoint.replay)
        except (KeyError, TypeError, ValueError) as error:
            self._store.discard(f"it cannot be restored: {error!r}")
            return None
        self._files = list(checkpoint.files)
        for kind, count in checkpoint.skipped.items():
            quality.skipped[RowProblem(kind)] = count
        quality.file_problems += [FileProblem(*problem) for problem in checkpoint.file_problems]
        return checkpoint

    def save(
        self, replay: Replay, files: tuple[DayFile, ...], quality: Quality, run_id: str
    ) -> None:
        """Take a checkpoint; a disk that is full now may have room the next time."""
        started_s = time.monotonic()
        document = replay.to_document()
        if document is None:
            return
        used = files[: replay.position.files_done + 1]
        self._files += [identify_file(file) for file in used[len(self._files) :]]
        checkpoint = Checkpoint(
            job=self._identity,
            files=tuple(self._files),
            replay=document,
            run_id=run_id,
            skipped={str(kind): count for kind, count in quality.skipped.items()},
            file_problems=tuple(
                (problem.file, problem.problem)
                for problem in quality.file_problems[self._known_problems :]
            ),
        )
        try:
            self.cost.newest_bytes = self._store.save(checkpoint)
        except RunDirectoryError as error:
            logger.warning("no checkpoint taken: %s", error)
        self.cost.checkpoints += 1
        self.cost.seconds += time.monotonic() - started_s

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.recorder.close()

    def _suspect_last_rows(self) -> Suspects:
        suspects = read_suspects(self._suspects_path, self._identity.digest)
        died_at = self.recorder.last_words
        if died_at is None:
            return suspects
        suspects = after_death(suspects, died_at)
        if died_at in suspects.poison:
            logger.error("the processor died on %s again: the row is skipped from now on", died_at)
        else:
            logger.warning("the processor died while it worked on %s", died_at)
        try:
            write_suspects(self._suspects_path, suspects)
        except RunDirectoryError as error:
            logger.warning("not remembered: %s", error)
        return suspects

    def _difference(self, checkpoint: Checkpoint, files: tuple[DayFile, ...]) -> str | None:
        if checkpoint.job != self._identity:
            return f"it is of another job, {checkpoint.job}"
        for number, known in enumerate(checkpoint.files):
            found = identify_file(files[number]) if number < len(files) else None
            if found != known:
                return f"{known.name} is not the file it was"
        return None
