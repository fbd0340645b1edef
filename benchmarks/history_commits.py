"""Time each commit of the history in one run of the day, as JSON: pairs of milliseconds.

The first of each pair is how long it took, the second the CPU of the thread that made it.

Example:
  python -m benchmarks.history_commits DATA_DIR RUN_DIR 0.1
"""

import gc
import json
import sys
import time
from pathlib import Path

from processor.calculation.book_pieces import HeatColumns
from processor.history.kept_history import KeptHistory
from processor.job.choice import choose_work, load_kernels
from processor.job.identity import identify_file, identify_job
from processor.job.job_run import JobRun
from processor.main import COLLECT_AFTER
from shared.job import HistoryContent, Job, TimeRange, parse_moment
from shared.recordings.day_files import find_day_files
from shared.run_files.run_directory import RunDirectory


class TimedHistory(KeptHistory):
    """A history that notes how long each commit took."""

    def __init__(self, job: Job) -> None:
        files = find_day_files(job.data_dir, job.instrument, job.time_range.days).files
        kernels = load_kernels()
        if kernels is not None:
            kernels.prepare()
        super().__init__(
            RunDirectory(job.run_dir).history,
            identify_job(job).digest,
            {file.day: identify_file(file).digest for file in files},
            job.history,
            choose_work(kernels),
        )
        self.taken_ms: list[tuple[float, float]] = []

    def commit(self, open_column: HeatColumns | None) -> int:
        """See Sink."""
        started_s, cpu_s = time.perf_counter(), time.thread_time()
        number = super().commit(open_column)
        took_s = time.perf_counter() - started_s, time.thread_time() - cpu_s
        self.taken_ms.append((1000 * took_s[0], 1000 * took_s[1]))
        return number


def commits_of(
    data_dir: Path, run_dir: Path, checkpoint_seconds: float
) -> list[tuple[float, float]]:
    """Run the day with its full history, and return what each commit took."""
    RunDirectory(run_dir).create()
    day = TimeRange(parse_moment("2025-07-01"), parse_moment("2025-07-02"))
    job = Job("BTC-USDT", day, data_dir, run_dir, 60, 50, history=HistoryContent.FULL)
    with TimedHistory(job) as history:
        JobRun(job, sink=history, checkpoint_seconds=checkpoint_seconds).run()
        if history.problem is not None:
            raise ValueError(f"expected a history to the end, found: {history.problem}")
        return history.taken_ms


if __name__ == "__main__":
    gc.set_threshold(COLLECT_AFTER)  # as the processor does
    print(json.dumps(commits_of(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))))
