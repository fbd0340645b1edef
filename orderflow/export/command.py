"""The command `orderflow-export`: write what a run has kept as a file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from tqdm import tqdm

from orderflow.asked import window_ms
from orderflow.export.columns import exported
from orderflow.export.content import Content, What
from orderflow.export.whole_file import whole_file
from orderflow.export.writers import writer_for
from orderflow.run import Run, open_run
from shared.command_line.options import RUN_DIR_OPTION, Moment, with_options
from shared.command_line.shell import ShellCommand
from shared.errors import NoInputError
from shared.exit_codes import ExitCode
from shared.history.schema import MINUTE_MS
from shared.job import TimeRange

RANGE_OPTIONS = (
    click.option(
        "--from",
        "from_ms",
        type=Moment(),
        envvar="ORDERFLOW_FROM",
        default=None,
        show_default="the history's start",
        show_envvar=True,
        help="Start of the range, UTC, inclusive: a date or an ISO 8601 time.",
    ),
    click.option(
        "--to",
        "to_ms",
        type=Moment(),
        envvar="ORDERFLOW_TO",
        default=None,
        show_default="its end",
        show_envvar=True,
        help="End of the range, UTC, exclusive.",
    ),
)


@click.command(
    cls=ShellCommand,
    ends_with=(
        ExitCode.OK,
        ExitCode.USAGE,
        ExitCode.NO_INPUT,
        ExitCode.INTERNAL,
        ExitCode.CANNOT_WRITE,
        ExitCode.INTERRUPTED,
        ExitCode.TERMINATED,
    ),
)
@click.argument("what", type=click.Choice([str(each) for each in What]))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="File to write, by its ending as .csv, .jsonl or .parquet. Parquet needs the extra"
    " orderflow[research].",
)
@click.option(
    "--window",
    envvar="ORDERFLOW_WINDOW",
    default="1m",
    show_default=True,
    show_envvar=True,
    help="Length of a bar, or of a footprint's window: 1s, 5m, 1h, 1d.",
)
@click.option(
    "--ticks",
    type=click.IntRange(min=1),
    envvar="ORDERFLOW_TICKS",
    default=1,
    show_default=True,
    show_envvar=True,
    help="Height of a footprint's rows, in ticks.",
)
@click.option(
    "--rows",
    type=click.FloatRange(min=0, min_open=True),
    envvar="ORDERFLOW_ROWS",
    default=None,
    show_default="--ticks",
    show_envvar=True,
    help="Height of a footprint's rows, in quote units.",
)
@with_options((RUN_DIR_OPTION,), RANGE_OPTIONS)
def main(
    what: str,
    out: Path,
    window: str,
    ticks: int,
    rows: float | None,
    run_dir: Path,
    from_ms: int | None,
    to_ms: int | None,
) -> None:
    """Write bars, trades, footprints or quality marks of a run to a file.

    \b
    Example:
      orderflow-export bars --window 5m --out bars.csv

    The file is replaced in one step at the end. A run that is still going on is exported as far as
    it is.
    """
    make_writer = writer_for(out)
    length_ms = window_ms(window)
    with open_run(run_dir) as run:
        from_ms, to_ms = _range(run, run_dir, from_ms, to_ms, length_ms)
        content = Content(What(what), from_ms, to_ms, length_ms, rows, ticks)
        count = 0
        with _progress(content) as show, whole_file(out) as file:
            writer = make_writer(file)
            try:
                for table in content.slices(run, show):
                    writer.write(exported(table, run.files))
                    count += len(table)
            finally:
                writer.close()
    click.echo(f"{out}: {count:,} rows, {out.stat().st_size / 1e6:,.1f} MB", err=True)


def _range(
    run: Run, run_dir: Path, from_ms: int | None, to_ms: int | None, length_ms: int
) -> tuple[int, int]:
    """Return what of the range asked for there may be something in.

    Raises UsageError when it is none, and NoInputError when the history has nothing of it.
    """
    if from_ms is not None and to_ms is not None:
        TimeRange(from_ms, to_ms)
    span = run.span_ms
    if span is None:
        raise NoInputError(f"{run_dir}: expected a history, found an empty one")
    first_ms = span[0] // length_ms * length_ms  # a bar may begin before its first trade
    start = first_ms if from_ms is None else max(from_ms, first_ms)
    end = span[1] if to_ms is None else min(to_ms, span[1])
    if start >= end:
        raise NoInputError(
            f"{run_dir}: nothing in the range asked for; the history is of {TimeRange(*span)}"
        )
    return start, end


@contextmanager
def _progress(content: Content) -> Iterator[Callable[[int], None]]:
    """Show how far it is, on a terminal; yields what is to be told the moment reached."""
    with tqdm(
        total=(content.to_ms - content.from_ms) // MINUTE_MS,
        desc="exporting",
        unit="min",
        disable=None,  # only on a terminal
        leave=False,
    ) as bar:

        def show(reached_ms: int) -> None:
            bar.update((reached_ms - content.from_ms) // MINUTE_MS - bar.n)

        yield show
