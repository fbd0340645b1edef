"""Run one job: find its files, replay them, publish, and say how it went."""

import copy
import logging
import time
from contextlib import closing
from datetime import date

from processor.calculation.replay import Replay, choose_replay
from processor.job.memory import JobMemory
from processor.job.stop_signal import StopSignal
from processor.reporting.progress import Progress, choose_progress
from processor.reporting.publisher import Publisher, Throttle
from processor.reporting.quality import Quality
from processor.reporting.status_reporter import StatusReporter
from shared.clock import format_utc
from shared.errors import NoInputError, OrderflowError, RunDirectoryError
from shared.exit_codes import ExitCode
from shared.job import CHECKPOINT_SECONDS, Job
from shared.recordings.day_files import DayFile, FoundFiles, find_day_files
from shared.recordings.opening import estimated_rows
from shared.run_files.processor_status import Phase
from shared.run_files.run_directory import RunDirectory
from shared.worker_link import WorkerLink

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.05
"""How often the work looks up to publish, to tell that it is alive and to see a stop signal."""


class Pipeline:
    """One run of `job`, tied to a supervisor by `link` and ended early by `stop`.

    It goes on from the job's last checkpoint, if there is one and not `is_fresh`, and takes a new
    one every `checkpoint_seconds`.
    """

    def __init__(
        self,
        job: Job,
        link: WorkerLink,
        stop: StopSignal,
        *,
        is_fresh: bool = False,
        checkpoint_seconds: float = CHECKPOINT_SECONDS,
    ) -> None:
        self._job = job
        self._link = link
        self._stop = stop
        self._is_fresh = is_fresh
        self._checkpoint_seconds = checkpoint_seconds
        self._quality = Quality()
        self._reporter = StatusReporter(job, self._quality)
        self._publisher = Publisher(RunDirectory(job.run_dir))
        self._throttle = Throttle()
        self._files: tuple[DayFile, ...] = ()
        self._replay: Replay | None = None
        self._was_done = False

    def run(self) -> ExitCode:
        """Process the job and return how the command is to end.

        Raises NoInputError when there is nothing to process and RunDirectoryError when the
        result cannot be written; the published status then says so too, if it can.
        """
        RunDirectory(self._job.run_dir).create()
        try:
            self._find_files()
            with JobMemory(
                self._job,
                self._files,
                is_fresh=self._is_fresh,
                last_signal=self._link.last_signal,
            ) as memory:
                return self._process(memory)
        except Exception as error:
            message = str(error) if isinstance(error, OrderflowError) else repr(error)
            self._publish(Phase.FAILED, message)
            raise

    def _find_files(self) -> None:
        try:
            found = find_day_files(
                self._job.data_dir, self._job.instrument, self._job.time_range.days
            )
        except NoInputError:
            self._publisher.clear()
            raise
        self._report_absences(found)
        self._files = found.files
        self._reporter.files_total = len(found.files)
        self._reporter.rows_total = sum(estimated_rows(file.path) for file in found.files)

    def _process(self, memory: JobMemory) -> ExitCode:
        before = copy.deepcopy(self._quality)
        try:
            return self._replay_all(memory)
        except (OrderflowError, OSError, MemoryError):  # no checkpoint's fault
            raise
        except Exception as error:
            if not memory.give_up(error):
                raise
        self._quality.go_back_to(before)
        self._reporter.begin_anew()
        self._replay, self._was_done = None, False
        return self._replay_all(memory)

    def _replay_all(self, memory: JobMemory) -> ExitCode:
        replay = self._open_replay(memory)
        if not self._was_done:
            self._work(replay, memory)
        return self._finish(replay, memory)

    def _open_replay(self, memory: JobMemory) -> Replay:
        replay = choose_replay(
            self._files,
            self._job,
            self._quality,
            memory.recorder,
            memory.suspects,
            self._show_life,
        )
        checkpoint = memory.recall(replay, self._quality)
        self._replay = replay
        if checkpoint is None:
            self._publisher.clear()
            logger.info(
                "processing %s, %s, %d day files, about %s rows",
                self._job.instrument,
                self._job.time_range,
                len(self._files),
                f"{self._reporter.rows_total:,}",
            )
        else:
            self._reporter.go_on(checkpoint.run_id, replay)
            self._was_done = replay.position.files_done == len(self._files)
            if self._was_done and not self._has_data(replay):
                raise ValueError("expected data of a job that is done, found none")
            if self._was_done:
                logger.info("this job was done before: its result is shown; --fresh runs it anew")
                return replay
            logger.info("going on from %s", format_utc(replay.position.data_time_ms or 0))
        self._publish(Phase.RUNNING)
        return replay

    def _report_absences(self, found: FoundFiles) -> None:
        for first, last, count in found.gaps:
            problem = "expected a day file, found none"
            if count > 1:
                problem = f"expected {count} day files up to {self._file_name(last)}, found none"
            self._quality.report_file(self._job.data_dir / self._file_name(first), problem)
        for file in found.duplicates:
            self._quality.report_file(file.path, "another file of the same day is used")

    def _file_name(self, day: date) -> str:
        return f"{self._job.instrument}-{day:%y-%m-%d}.db"

    def _work(self, replay: Replay, memory: JobMemory) -> None:
        progress = choose_progress(self._reporter.rows_total)
        next_look_s = 0.0
        next_checkpoint_s = time.monotonic() + self._checkpoint_seconds
        try:
            # Closed here and not when collected: a collection in the wrong thread would wait there
            # for the threads that read ahead.
            with closing(replay.steps()) as steps:
                for _ in steps:
                    now_s = time.monotonic()
                    if now_s < next_look_s:
                        continue
                    next_look_s = now_s + LOOK_SECONDS
                    self._look_up(replay, progress, now_s)
                    if now_s >= next_checkpoint_s or self._stop.received:
                        memory.save(replay, self._quality, self._reporter.run_id)
                        next_checkpoint_s = time.monotonic() + self._checkpoint_seconds
                    if self._stop.received:
                        return
            progress.show(self._reporter.status(Phase.RUNNING, replay), time.monotonic())
        finally:
            progress.close()

    def _look_up(self, replay: Replay, progress: Progress, now_s: float) -> None:
        self._show_life()
        if self._throttle.is_due(now_s, replay.open_bar_ms):
            progress.show(self._reporter.status(Phase.RUNNING, replay), now_s)
            self._publish(Phase.RUNNING)
            self._throttle.published(time.monotonic(), replay.open_bar_ms)

    def _show_life(self) -> None:
        """Tell the supervisor that the work goes on, while rows are counted or waited for."""
        if self._replay is not None:
            position = self._replay.position
            self._link.heartbeat({"rows": position.book_rows + position.trades})

    def _finish(self, replay: Replay, memory: JobMemory) -> ExitCode:
        if self._stop.received and not self._was_done:
            self._publish(Phase.STOPPED)
            logger.info("stopped by %s", self._stop.received.name)
            return ExitCode(128 + self._stop.received)
        if not self._has_data(replay):
            raise NoInputError(self._describe_emptiness())
        self._publisher.publish(replay, self._reporter.status(Phase.FINISHED, replay))
        if not self._was_done:
            memory.save(replay, self._quality, self._reporter.run_id)
            logger.info(
                "done: %s book rows, %s trades, data time %s; %s",
                f"{replay.position.book_rows:,}",
                f"{replay.position.trades:,}",
                format_utc(replay.position.data_time_ms or 0),
                memory.cost,
            )
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
        problems = "; ".join(f"{p.file}: {p.problem}" for p in self._quality.file_problems[:3])
        return f"no row could be used: {problems or dict(self._quality.skipped)}"

    def _publish(self, phase: Phase, last_error: str | None = None) -> None:
        """Publish the state as it is; a disk that is full now may have room the next time."""
        status = self._reporter.status(phase, self._replay, last_error)
        try:
            if self._replay is None:
                self._publisher.publish_status(status)
            else:
                self._publisher.publish(self._replay, status)
        except RunDirectoryError as error:
            logger.warning("not published: %s", error)
