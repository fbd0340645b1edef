"""The command `orderflow-process`."""

import contextlib
import gc
import logging
import os
import sys
from typing import Any

import click

from processor.job.job_run import CHECKPOINT_SECONDS
from processor.job.pipeline import Pipeline
from processor.job.stop_signal import StopSignal
from shared.command_line.logs import configure_logging
from shared.command_line.options import EXIT_CODES_HELP, JOB_OPTIONS, make_job, with_options
from shared.errors import OrderflowError
from shared.exit_codes import ExitCode
from shared.worker_link import enter_worker

logger = logging.getLogger(__name__)

COLLECT_AFTER = 100_000
"""New objects between two looks for garbage. At the usual 700 those looks are a fifth of a start,
which imports hundreds of thousands of objects that all stay."""


@click.command(epilog=EXIT_CODES_HELP)
@with_options(JOB_OPTIONS)
@click.option(
    "--checkpoint-seconds",
    type=click.FloatRange(min=0.1),
    envvar="ORDERFLOW_CHECKPOINT_SECONDS",
    default=CHECKPOINT_SECONDS,
    show_default=True,
    show_envvar=True,
    help="How often to note where to go on after a crash, in seconds.",
)
@click.option(
    "--fresh",
    is_flag=True,
    help="Begin at the beginning, whatever an earlier run has done.",
)
@click.pass_context
def main(
    context: click.Context, /, *, checkpoint_seconds: float, fresh: bool, **options: Any
) -> None:
    """Process recorded day files into bars, OBI, CVD and depth.

    \b
    Example:
      orderflow-process --instrument BTC-USDT --from 2025-07-01 --to 2025-08-01
    """
    gc.set_threshold(COLLECT_AFTER)
    # NumPy's OpenBLAS starts a thread for every other core, which spins for 0.1 s before it sleeps.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    link = enter_worker()
    configure_logging()
    stop = StopSignal()
    stop.install()
    try:
        pipeline = Pipeline(
            make_job(**options),
            link,
            stop,
            is_fresh=fresh,
            checkpoint_seconds=checkpoint_seconds,
        )
        context.exit(pipeline.run())
    except OrderflowError as error:
        click.echo(f"Error: {error}", err=True)
        context.exit(error.exit_code)
    except click.exceptions.Exit:
        raise
    except Exception:
        logger.exception("internal error")
        context.exit(ExitCode.INTERNAL)


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
