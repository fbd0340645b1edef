"""Run a job where all can see it: published, shown to who waits, told to the supervisor."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from processor.calculation.following import Following
from processor.calculation.replay import Replay
from processor.job.checkpoint import Checkpoint
from processor.job.job_run import JobRun
from processor.job.stop_signal import StopSignal
from processor.reporting.progress import Progress, choose_progress
from processor.reporting.publisher import LiveThrottle, Publisher, Throttle
from processor.reporting.quality import Quality
from processor.reporting.status_reporter import StatusReporter
from shared.errors import NoInputError, OrderflowError, RunDirectoryError
from shared.exit_codes import ExitCode
from shared.job import CHECKPOINT_SECONDS, Job
from shared.printable import printable
from shared.recordings.day_files import DayFile
from shared.run_files.processor_status import Phase
from shared.run_files.run_directory import RunDirectory
from shared.run_files.run_lock import Role, RunLock
from shared.worker_link import WorkerLink

if TYPE_CHECKING:
    from processor.history.kept_history import KeptHistory

logger = logging.getLogger(__name__)

KEEP_SECONDS = 1.0
"""How often the lock on the run directory is looked after."""


class Pipeline:
    """Looks after one run of `job`, tied to a supervisor by `link` and ended early by `stop`.

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
        quality = Quality()
        self._job_run = JobRun(
            job,
            self,
            stop,
            quality=quality,
            is_fresh=is_fresh,
            checkpoint_seconds=checkpoint_seconds,
            last_signal=link.last_signal,
        )
        self._reporter = StatusReporter(job, quality)
        self._publisher = Publisher(RunDirectory(job.run_dir))
        self._throttle = Throttle()
        self._live_throttle = LiveThrottle()
        self._following: Following | None = None
        self._progress: Progress | None = None
        self._replay: Replay | None = None
        self._lock: RunLock | None = None
        self._next_keep_s = 0.0

    @property
    def run_id(self) -> str:
        """The name of this run, kept from process to process."""
        return self._reporter.run_id

    def run(self) -> ExitCode:
        """Process the job and return how the command is to end.

        Raises NoInputError when there is nothing to process and RunDirectoryError when the
        result cannot be written; the published status then says so too, if it can. Raises
        AlreadyRunningError, and writes nothing, when somebody else runs in the run directory.
        """
        run_directory = RunDirectory(self._job.run_dir)
        if not self._link.is_supervised:
            run_directory.create_root()
            self._lock = RunLock(run_directory, Role.PROCESSOR)
        try:
            return self._run(run_directory)
        finally:
            if self._lock is not None:
                self._lock.close()

    def _run(self, run_directory: RunDirectory) -> ExitCode:
        run_directory.create_data()
        try:
            exit_code = self._job_run.run()
        except Exception as error:
            if isinstance(error, NoInputError) and self._replay is None:
                self._publisher.clear()
            message = str(error) if isinstance(error, OrderflowError) else repr(error)
            self._publish(Phase.FAILED, printable(message))
            raise
        if self._stop.received and exit_code == 128 + self._stop.received:
            self._publish(Phase.STOPPED)
        return exit_code

    def expect(self, files: Sequence[DayFile], rows: int | None) -> None:
        """Take note of how much there is to do."""
        self._reporter.expect(files, rows)

    def keep(self, history: "KeptHistory | None") -> None:
        """Take note of whose history to tell of."""
        self._reporter.keep(history)

    def follow(self, following: Following) -> None:
        """Take note of where to see how the run stands, which follows its recording."""
        self._following = following
        self._reporter.follow(following)

    def begin(self, replay: Replay, checkpoint: Checkpoint | None) -> None:
        """Publish where the run begins: with nothing, or where it was."""
        self._replay = replay
        if checkpoint is None:
            self._reporter.begin_anew()
            self._publisher.clear()
            rows = self._reporter.rows_total
            logger.info(
                "processing %s, %s, %d day files%s",
                self._job.instrument,
                self._job.time_range,
                self._reporter.files_total,
                "" if rows is None else f", about {rows:,} rows",
            )
        else:
            self._reporter.go_on(checkpoint.run_id, replay)
            if replay.position.files_done == self._reporter.files_total:
                return
        self._publish(Phase.RUNNING)
        self._progress = choose_progress(self._reporter.rows_total)

    def show_life(self) -> None:
        """Tell the supervisor that the work goes on, while rows are counted or waited for."""
        if self._replay is not None:
            position = self._replay.position
            self._link.heartbeat({"rows": position.book_rows + position.trades})

    def look_up(self, now_s: float) -> None:
        """Tell the supervisor and, if it is time, everybody else."""
        self.show_life()
        if now_s >= self._next_keep_s:
            self._next_keep_s = now_s + KEEP_SECONDS
            self._keep_lock()
        replay = self._replay
        if self._following is not None:
            self._look_at_follower(self._following, now_s)
        elif replay is not None and self._throttle.is_due(now_s, replay.open_bar_ms):
            self._show_progress(now_s)
            self._publish(Phase.RUNNING)
            self._throttle.published(time.monotonic(), replay.open_bar_ms)

    def _look_at_follower(self, following: Following, now_s: float) -> None:
        replay = self._replay
        if replay is None:
            return
        rows = replay.position.book_rows + replay.position.trades
        if following.is_reading_again:
            rows = self._live_throttle.last_rows  # what it has is of an earlier moment
        if not self._live_throttle.is_due(now_s, rows):
            return
        if following.is_reading_again:
            self._publish_status(self._phase)
        else:
            if not following.is_live:
                self._show_progress(now_s)
            self._publish(self._phase)
        self._live_throttle.published(time.monotonic(), rows)

    @property
    def _phase(self) -> Phase:
        is_live = self._following is not None and self._following.is_live
        return Phase.FOLLOWING if is_live else Phase.RUNNING

    def end_work(self) -> None:
        """Show where the work has come to, and leave the terminal."""
        if self._progress is not None:
            if not self._stop.received:
                self._show_progress(time.monotonic())
            self._progress.close()

    def finish(self) -> None:
        """Publish the whole result; raise RunDirectoryError when it cannot be written."""
        self._keep_lock()
        if self._replay is not None:
            status = self._reporter.status(Phase.FINISHED, self._replay)
            self._publisher.publish(self._replay, status)

    def _keep_lock(self) -> None:
        if self._lock is not None:
            self._lock.keep()

    def _show_progress(self, now_s: float) -> None:
        if self._progress is not None:
            self._progress.show(self._reporter.status(Phase.RUNNING, self._replay), now_s)

    def _publish(self, phase: Phase, last_error: str | None = None) -> None:
        """Publish the state as it is; a disk that is full now may have room the next time."""
        status = self._reporter.status(phase, self._replay, last_error)
        if self._replay is None:
            self._try_to(lambda: self._publisher.publish_status(status))
        else:
            replay = self._replay
            self._try_to(lambda: self._publisher.publish(replay, status))

    def _publish_status(self, phase: Phase) -> None:
        status = self._reporter.status(phase, self._replay)
        self._try_to(lambda: self._publisher.publish_status(status))

    def _try_to(self, publish: Callable[[], None]) -> None:
        try:
            publish()
        except RunDirectoryError as error:
            logger.warning("not published: %s", error)
        except Exception:  # the work is worth more than what is told of it meanwhile
            logger.exception("not published: unexpected error")
