"""Run one job: find its files, replay them, take checkpoints, and say how it went."""

import copy
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Protocol

from processor.calculation.following import Following
from processor.calculation.replay import Replay, ResumableReplay
from processor.calculation.sink import Sink
from processor.job.checkpoint import Checkpoint
from processor.job.choice import choose_follower, choose_replay, load_kernels
from processor.job.history import history_of
from processor.job.job_files import JobFiles
from processor.job.memory import Cost, JobMemory
from processor.job.stop_signal import StopSignal
from processor.reporting.quality import Quality
from shared.clock import format_utc
from shared.errors import NoInputError, OrderflowError
from shared.exit_codes import ExitCode
from shared.job import CHECKPOINT_SECONDS, Job
from shared.recordings.day_files import DayFile
from shared.recordings.private_folder import remove_abandoned_folders
from shared.recordings.problems import rows_text

if TYPE_CHECKING:
    from processor.engine.compiling.loading import Kernels
    from processor.history.kept_history import KeptHistory

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.05
"""How often the work looks up to publish, to tell that it is alive and to see a stop signal."""

_TOLD_PROBLEMS = 3


class Attendant(Protocol):
    """Whoever looks on while a job runs, and tells others of it."""

    @property
    def run_id(self) -> str:
        """The name of this run, which whoever goes on with it keeps."""
        ...

    def expect(self, files: Sequence[DayFile], rows: int | None) -> None:
        """Take note of what is to be read: about so many rows, None where nobody can tell."""
        ...

    def keep(self, history: "KeptHistory | None") -> None:
        """Take note of who keeps the history, if it is kept."""
        ...

    def follow(self, following: Following) -> None:
        """Take note of where to see how a run stands that follows its recording."""
        ...

    def begin(self, replay: Replay, checkpoint: Checkpoint | None) -> None:
        """Take note that `replay` begins, or goes on from `checkpoint`."""
        ...

    def show_life(self) -> None:
        """Tell that the work goes on; called often, also while it waits for SQLite."""
        ...

    def look_up(self, now_s: float) -> None:
        """Look at how far the replay is, each `LOOK_SECONDS` while it works."""
        ...

    def end_work(self) -> None:
        """Take note that the replay has come to its end, or was stopped."""
        ...

    def finish(self) -> None:
        """Take the whole result."""
        ...


class Unattended:
    """Nobody: a job that runs for itself, or for its sink."""

    run_id = ""

    def expect(self, files: Sequence[DayFile], rows: int | None) -> None:
        """Do nothing."""

    def keep(self, history: "KeptHistory | None") -> None:
        """Do nothing."""

    def follow(self, following: Following) -> None:
        """Do nothing."""

    def begin(self, replay: Replay, checkpoint: Checkpoint | None) -> None:
        """Do nothing."""

    def show_life(self) -> None:
        """Do nothing."""

    def look_up(self, now_s: float) -> None:
        """Do nothing."""

    def end_work(self) -> None:
        """Do nothing."""

    def finish(self) -> None:
        """Do nothing."""


class JobRun:
    """One run of `job`, whose run directory is there, looked after by `attendant`.

    It goes on from the job's last checkpoint, if there is one and not `is_fresh`, takes a new one
    every `checkpoint_seconds`, and is ended early by `stop`. All that it makes goes to `sink` too,
    where there is one, else to the history that the job asks for.
    `last_signal` is what ended the process before, None where nobody saw it.
    """

    def __init__(
        self,
        job: Job,
        attendant: Attendant | None = None,
        stop: StopSignal | None = None,
        *,
        quality: Quality | None = None,
        sink: Sink | None = None,
        is_fresh: bool = False,
        checkpoint_seconds: float = CHECKPOINT_SECONDS,
        last_signal: str | None = None,
    ) -> None:
        self._job = job
        self._attendant = attendant or Unattended()
        self._stop = stop or StopSignal()
        self._quality = quality or Quality()
        self._files = JobFiles(job, self._quality)
        self._sink = sink
        self._is_fresh = is_fresh
        self._checkpoint_seconds = checkpoint_seconds
        self._last_signal = last_signal

    def run(self) -> ExitCode:
        """Process the job and return how the command is to end.

        Raises NoInputError when there is nothing to process.
        """
        remove_abandoned_folders()
        files = self._files.find()
        self._attendant.expect(files, self._files.estimated_rows())
        kernels = load_kernels()
        if self._sink is not None:
            return self._run(files, self._sink, kernels)
        with history_of(self._job, self._files.digests, kernels) as history:
            self._attendant.keep(history)
            return self._run(files, history, kernels)

    def _run(
        self, files: Sequence[DayFile], sink: Sink | None, kernels: "Kernels | None"
    ) -> ExitCode:
        with JobMemory(
            self._job,
            files,
            is_fresh=self._is_fresh,
            last_signal=self._last_signal,
            sink=sink,
            identify=self._files.identify,
        ) as memory:
            before = copy.deepcopy(self._quality)
            try:
                return self._process(files, memory, sink, kernels)
            except (OrderflowError, OSError, MemoryError):  # no checkpoint's fault
                raise
            except Exception as error:
                if not memory.give_up(error):
                    raise
            self._quality.go_back_to(before)
            return self._process(files, memory, sink, kernels)

    def _process(
        self,
        files: Sequence[DayFile],
        memory: JobMemory,
        sink: Sink | None,
        kernels: "Kernels | None",
    ) -> ExitCode:
        replay = self._replay(files, memory, sink, kernels)
        # Asked once: on Python 3.11 the question makes every property work out its value.
        resumable = replay if isinstance(replay, ResumableReplay) else None
        checkpoint = memory.recall(resumable, self._quality) if resumable else None
        was_done = checkpoint is not None and replay.position.files_done == len(files)
        if was_done and not self._has_data(replay):
            raise ValueError("expected data of a job that is done, found none")
        self._attendant.begin(replay, checkpoint)
        if was_done:
            logger.info("this job was done before: its result is shown; --fresh runs it anew")
            return self._finish(replay)
        if checkpoint is not None:
            logger.info("going on from %s", format_utc(replay.position.data_time_ms or 0))
        save = partial(self._save, resumable, memory)
        self._work(replay, save)
        if self._stop.received:
            logger.info("stopped by %s", self._stop.received.name)
            return ExitCode(128 + self._stop.received)
        if sink is not None:
            sink.commit(replay.open_column)  # whoever is told that the run is done finds all of it
        self._files.report_gaps()
        exit_code = self._finish(replay)
        save()
        self._tell_end(replay, memory.cost)
        return exit_code

    def _replay(
        self,
        files: Sequence[DayFile],
        memory: JobMemory,
        sink: Sink | None,
        kernels: "Kernels | None",
    ) -> Replay:
        tools = memory.recorder, memory.suspects, sink, self._attendant.show_life
        days = self._files.days
        if days is None:
            return choose_replay(kernels, files, self._job, self._quality, *tools)

        def take(file: DayFile) -> None:
            self._files.add(file)
            memory.add_file(file)
            self._attendant.expect(files, None)

        days.on_new = take
        following = Following()
        self._attendant.follow(following)
        return choose_follower(kernels, days, self._job, self._quality, following, *tools)

    def _work(self, replay: Replay, save: Callable[[], None]) -> None:
        next_look_s = 0.0
        next_checkpoint_s = time.monotonic() + self._checkpoint_seconds
        saved = None
        try:
            # Closed here and not when collected: a collection in the wrong thread would wait there
            # for the threads that read ahead.
            with closing(replay.steps()) as steps:
                for _ in steps:
                    now_s = time.monotonic()
                    if now_s < next_look_s:
                        continue
                    next_look_s = now_s + LOOK_SECONDS
                    self._attendant.look_up(now_s)
                    if now_s >= next_checkpoint_s or self._stop.received:
                        done = self._work_done(replay)
                        if done != saved:
                            save()
                            saved = done
                        next_checkpoint_s = time.monotonic() + self._checkpoint_seconds
                    if self._stop.received:
                        return
        finally:
            self._attendant.end_work()

    def _work_done(self, replay: Replay) -> tuple[int, ...]:
        """Return numbers that are others when there is something new to be noted."""
        position = replay.position
        done = position.files_done, position.book_rows, position.trades
        return *done, self._quality.skipped.total(), len(self._quality.file_problems)

    def _save(self, resumable: ResumableReplay | None, memory: JobMemory) -> None:
        if resumable is not None:
            memory.save(resumable, self._quality, self._attendant.run_id)

    def _tell_end(self, replay: Replay, cost: Cost) -> None:
        logger.info(
            "done: %s book rows, %s trades, data time %s; %s",
            f"{replay.position.book_rows:,}",
            f"{replay.position.trades:,}",
            format_utc(replay.position.data_time_ms or 0),
            cost,
        )

    def _finish(self, replay: Replay) -> ExitCode:
        if not self._has_data(replay):
            raise NoInputError(self._describe_emptiness())
        self._attendant.finish()
        if self._quality.is_complete:
            return ExitCode.OK
        logger.warning(
            "not all input could be used: %d rows skipped, %d files with problems",
            self._quality.skipped.total(),
            len(self._quality.file_problems),
        )
        return ExitCode.PARTIAL_DATA

    def _has_data(self, replay: Replay) -> bool:
        data_time_ms = replay.position.data_time_ms
        return data_time_ms is not None and data_time_ms >= self._job.time_range.from_ms

    def _describe_emptiness(self) -> str:
        if self._quality.is_complete:
            return f"the day files hold no rows in {self._job.time_range}"
        problems = [f"{p.file}: {p.problem}" for p in self._quality.file_problems]
        told = problems[:_TOLD_PROBLEMS]
        if self._quality.skipped:
            told.append(rows_text(self._quality.skipped))
        if len(problems) > _TOLD_PROBLEMS:
            told.append(f"{len(problems) - _TOLD_PROBLEMS} more files with problems")
        return f"no row could be used: {'; '.join(told)}"
