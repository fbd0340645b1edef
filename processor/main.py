"""The command `orderflow-process`."""

import contextlib
import gc
import os
import sys
from typing import Any

import click

from processor.engine.compiling.finishing import finish_aside
from processor.job.pipeline import Pipeline
from processor.job.stop_signal import StopSignal
from shared.command_line.following import FOLLOW_OPTIONS, job_of
from shared.command_line.options import CHECKPOINT_OPTIONS, JOB_OPTIONS, with_options
from shared.command_line.shell import ShellCommand
from shared.exit_codes import ExitCode
from shared.worker_link import enter_worker

COLLECT_AFTER = 100_000
"""New objects between two looks for garbage. At the usual 700 those looks are a fifth of a start,
which imports hundreds of thousands of objects that all stay."""


@click.command(
    cls=ShellCommand,
    ends_with=(
        ExitCode.OK,
        ExitCode.USAGE,
        ExitCode.PARTIAL_DATA,
        ExitCode.NO_INPUT,
        ExitCode.INTERNAL,
        ExitCode.CANNOT_WRITE,
        ExitCode.ALREADY_RUNNING,
        ExitCode.INTERRUPTED,
        ExitCode.TERMINATED,
    ),
)
@with_options(JOB_OPTIONS, FOLLOW_OPTIONS, CHECKPOINT_OPTIONS)
@click.option(
    "--fresh",
    is_flag=True,
    help="Begin at the beginning, whatever an earlier run has done.",
)
@click.pass_context
def main(
    ctx: click.Context, /, *, checkpoint_seconds: float, fresh: bool, **options: Any
) -> ExitCode:
    """Process recorded day files into bars, OBI, CVD and depth, live ones with --follow.

    \b
    Example:
      orderflow-process --instrument BTC-USDT --from 2025-07-01 --to 2025-08-01
    """
    gc.set_threshold(COLLECT_AFTER)
    # NumPy's OpenBLAS starts a thread for every other core, which spins for 0.1 s before it sleeps.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    link = enter_worker()
    stop = StopSignal()
    stop.install()
    pipeline = Pipeline(
        job_of(ctx, options),
        link,
        stop,
        is_fresh=fresh,
        checkpoint_seconds=checkpoint_seconds,
    )
    code = pipeline.run()
    if code in {ExitCode.OK, ExitCode.PARTIAL_DATA}:
        finish_aside()
    return code


def run() -> None:
    """Run the command and end the process as soon as its work is done.

    All files are closed by then. Taking the interpreter apart object by object, the compiler's
    hundreds of thousands included, would keep who waits for the exit code another 0.2 s.
    """
    code: object = None
    try:
        main()
    except SystemExit as end:
        code = end.code
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # nobody reads it any more
            stream.flush()
    os._exit(code if isinstance(code, int) else ExitCode.INTERNAL)


if __name__ == "__main__":
    run()
