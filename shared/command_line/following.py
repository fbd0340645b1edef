"""The option `--follow`, and the range of a job that goes on as its recording grows."""

import time
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from shared.clock import LAST_MS, MS_PER_DAY
from shared.command_line.options import make_job
from shared.job import Job
from shared.recordings.day_files import recorded_days

FOLLOW_OPTIONS = (
    click.option(
        "--follow",
        is_flag=True,
        envvar="ORDERFLOW_FOLLOW",
        show_envvar=True,
        help="Go on as the recording grows, into the next days' files, up to --to: without one for"
        " ever; without --from from the newest recorded day on, or today.",
    ),
)


def job_of(ctx: click.Context, options: dict[str, Any]) -> Job:
    """Return the job that the values of `JOB_OPTIONS` and `FOLLOW_OPTIONS` describe.

    Raises UsageError on a bad range.
    """
    options = dict(options)
    if options.pop("follow"):
        options["is_followed"] = True
        if ctx.get_parameter_source("to_ms") is ParameterSource.DEFAULT:
            options["to_ms"] = LAST_MS
        if ctx.get_parameter_source("from_ms") is ParameterSource.DEFAULT:
            options["from_ms"] = _newest_day(options["data_dir"], options["instrument"])
    return make_job(**options)


def _newest_day(data_dir: Path, instrument: str) -> int:
    """Return where the newest recorded day begins, or today where there is none."""
    days = recorded_days(data_dir, instrument)
    day = days[-1].day if days else time.time_ns() // 1_000_000 // MS_PER_DAY
    return day * MS_PER_DAY
