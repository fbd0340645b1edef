"""Open the history that belongs to a job and its files."""

import contextlib
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from processor.job.choice import choose_work
from processor.job.identity import identify_job
from shared.job import HistoryContent, Job
from shared.run_files.run_directory import RunDirectory

if TYPE_CHECKING:
    from processor.engine.compiling.loading import Kernels
    from processor.history.kept_history import KeptHistory

logger = logging.getLogger(__name__)


def history_of(
    job: Job, digests: Mapping[int, str], kernels: "Kernels | None"
) -> "contextlib.AbstractContextManager[KeptHistory | None]":
    """Return the context in which the history of `job` is kept, worked on by `kernels`.

    `digests` tell its files, by their days, from any others; they may become more.

    It gives None where none is wanted. One that was kept before is then set aside: it would go on
    looking like the run's.
    """
    # Only here, when the options are good and signals are heard: they take NumPy with them.
    from processor.history.kept_history import KeptHistory
    from processor.history.store import set_history_aside

    path = RunDirectory(job.run_dir).history
    if job.history is HistoryContent.OFF:
        if set_history_aside(path):
            logger.info("earlier history set aside: none is kept now")
        return contextlib.nullcontext()
    return KeptHistory(path, identify_job(job).digest, digests, job.history, choose_work(kernels))
