"""The command `python -m recorder.simulator`: writes a simulated recording."""

import sqlite3
from pathlib import Path

import click
from tqdm import tqdm

from recorder.simulator.recording import MAX_HOURS, LevelForm, Recording
from recorder.simulator.writer import recording_paths, write_recording
from shared.command_line.options import Moment
from shared.command_line.shell import ShellCommand
from shared.errors import CannotWriteError
from shared.exit_codes import ExitCode


@click.command(
    cls=ShellCommand,
    ends_with=(
        ExitCode.OK,
        ExitCode.USAGE,
        ExitCode.INTERNAL,
        ExitCode.CANNOT_WRITE,
        ExitCode.INTERRUPTED,
        ExitCode.TERMINATED,
    ),
)
@click.argument("out_dir", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--instrument",
    default="BTC-USDT",
    show_default=True,
    help="Instrument that the recording is named after; its prices are always BTC-USDT's.",
)
@click.option(
    "--hours",
    type=click.FloatRange(min=0, min_open=True, max=MAX_HOURS),
    default=2.0,
    show_default=True,
    help="Length in hours; each UTC day touched gets its own file.",
)
@click.option(
    "--seed",
    type=int,
    default=7,
    show_default=True,
    help="The same seed gives the same bytes.",
)
@click.option(
    "--start",
    "start_ms",
    type=Moment(),
    default="2025-07-01",
    show_default=True,
    help="First moment, UTC: a date or an ISO 8601 time.",
)
@click.option(
    "--literal",
    is_flag=True,
    default=False,
    show_default=True,
    help="Write levels as Python literals instead of JSON.",
)
@click.option(
    "--numbers",
    is_flag=True,
    default=False,
    show_default=True,
    help="Write the elements of a level as JSON numbers instead of strings.",
)
@click.option(
    "--if-absent",
    is_flag=True,
    default=False,
    show_default=True,
    help="Do nothing where the day files are there already, whatever their content.",
)
def main(
    out_dir: Path,
    instrument: str,
    hours: float,
    seed: int,
    start_ms: int,
    literal: bool,
    numbers: bool,
    if_absent: bool,
) -> None:
    """Write a simulated OKX recording, book and trades, as day files to OUT_DIR.

    \b
    Example:
      python -m recorder.simulator demo --hours 2 --seed 7

    Nothing in it was ever traded: it is for trying Orderflow out, for tests and for benchmarks.
    A day takes about 1.3 GB.
    """
    if literal and numbers:
        raise click.UsageError("--literal and --numbers exclude each other.")
    form = LevelForm.LITERAL if literal else LevelForm.NUMBERS if numbers else LevelForm.JSON
    recording = Recording(instrument, start_ms, hours, seed, form)
    paths = recording_paths(out_dir, recording)
    if if_absent and all(path.exists() for path in paths):
        click.echo(f"{out_dir}: the simulated recording is there already", err=True)
        return
    try:
        _write(out_dir, recording)
    except (OSError, sqlite3.Error) as error:
        raise CannotWriteError(out_dir, str(error)) from error


def _write(out_dir: Path, recording: Recording) -> None:
    minutes = (recording.end_ms - recording.start_ms) / 60_000
    with tqdm(
        total=round(minutes),
        desc="simulating",
        unit="min",
        disable=None,  # only on a terminal
        leave=False,
    ) as bar:

        def show(timestamp_ms: int) -> None:
            bar.update((timestamp_ms - recording.start_ms) // 60_000 - bar.n)

        paths = write_recording(out_dir, recording, show)
    for path in paths:
        click.echo(f"{path}: {path.stat().st_size / 1e6:,.1f} MB simulated", err=True)
