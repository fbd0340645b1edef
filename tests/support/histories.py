"""Histories made for tests, and the bars of one pass to hold them against."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from processor.job.job_run import JobRun
from shared.history.repository import History, open_history
from shared.job import Job
from shared.run_files.run_directory import RunDirectory
from tests.support.memory_sink import MemorySink


def keep_history(job: Job) -> RunDirectory:
    """Run `job` to its end and return its run directory, which is made."""
    run = RunDirectory(job.run_dir)
    run.create()
    JobRun(job).run()
    return run


@contextmanager
def history_of(job: Job) -> Iterator[History]:
    """Run `job` to its end and open the history that it kept."""
    with open_history(keep_history(job).history) as history:
        yield history


def bars_of_one_pass(job: Job, run_dir: Path) -> dict[str, list[list[float]]]:
    """Return every bar that was closed by a pass with the job's own window, by series."""
    RunDirectory(run_dir).create()
    sink = MemorySink()
    JobRun(job, sink=sink).run()
    return sink.content.tables
