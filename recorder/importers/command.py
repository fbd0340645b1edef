"""The command `orderflow-import`: make day files of downloads."""

from collections.abc import Sequence
from pathlib import Path

import click
from tqdm import tqdm

from recorder.importers.formats.reader import Asked
from recorder.importers.formats.trades.named_columns import parse_mapping
from recorder.importers.importing import Importer, bytes_of
from recorder.importers.placing.contracts import Contracts, parse_contract_size, read_instruments
from recorder.importers.placing.outcome import Outcome
from recorder.importers.recognised import FORMAT_NAMES
from recorder.importers.report import report
from shared.command_line.shell import ShellCommand
from shared.errors import CannotWriteError
from shared.exit_codes import ExitCode


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
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out-dir",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder of the day files, made if absent; what is there is added to.",
)
@click.option(
    "--instrument",
    envvar="ORDERFLOW_IMPORT_INSTRUMENT",
    default=None,
    show_default="told by the file",
    show_envvar=True,
    help="Instrument of files that do not tell it, neither in a column nor in their name.",
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(FORMAT_NAMES),
    envvar="ORDERFLOW_IMPORT_FORMAT",
    default=None,
    show_default="told by the content",
    show_envvar=True,
    help="Format of the files.",
)
@click.option(
    "--contract-size",
    envvar="ORDERFLOW_CONTRACT_SIZE",
    default=None,
    show_default="by --instruments",
    show_envvar=True,
    help="How much one contract is, in base units (linear) or quote units (inverse): 0.01,"
    " 100:inverse. Which of them is told by the instrument where it can be.",
)
@click.option(
    "--instruments",
    "instruments_file",
    type=click.Path(path_type=Path),
    envvar="ORDERFLOW_INSTRUMENTS",
    default=None,
    show_default="none",
    show_envvar=True,
    help="File with an exchange's list of instruments, as its API answers, for sizes of contracts.",
)
@click.option(
    "--map",
    "mapping",
    envvar="ORDERFLOW_MAP",
    default=None,
    show_default="usual names",
    show_envvar=True,
    help="Which column is what in CSV, JSON lines or Parquet of no vendor:"
    " price=px,size=qty,side=taker:B/S,time=ts,id=n,instrument=symbol. Behind the side's column"
    " stand its values for a taker's buy and sell.",
)
@click.option(
    "--keep-damaged",
    is_flag=True,
    envvar="ORDERFLOW_KEEP_DAMAGED",
    default=False,
    show_default=True,
    show_envvar=True,
    help="Keep what comes before the damage in a file that is cut off or damaged.",
)
def main(
    files: Sequence[Path],
    out_dir: Path,
    instrument: str | None,
    format_name: str | None,
    contract_size: str | None,
    instruments_file: Path | None,
    mapping: str | None,
    keep_damaged: bool,
) -> ExitCode:
    """Make day files of downloads of OKX, Binance, Bybit, Tardis and others.

    \b
    Example:
      orderflow-import BTC-USDT-*.zip BTC-USDT-*.tar.gz --out-dir data

    Formats are told by content. Each row goes to the UTC day of its own time, in the order of time
    and id. What is there already is not added again: an import that was killed is simply run anew.
    """
    contracts = Contracts(
        asked=None if contract_size is None else parse_contract_size(contract_size),
        listed={} if instruments_file is None else read_instruments(instruments_file),
    )
    columns = {} if mapping is None else parse_mapping(mapping)
    importer = Importer(out_dir, Asked(instrument, format_name, contracts, columns), keep_damaged)
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWriteError(out_dir, error.strerror or str(error)) from error
    outcomes: list[Outcome] = []
    try:
        with tqdm(
            total=bytes_of(files),
            desc="importing",
            unit="B",
            unit_scale=True,
            disable=None,  # only on a terminal
            leave=False,
        ) as bar:
            for path in files:
                outcomes.append(importer.run(path, bar.update))  # noqa: PERF401 - told even if the next ends it
    finally:
        if outcomes:
            click.echo(report(outcomes))
    return _exit_code(outcomes)


def _exit_code(outcomes: Sequence[Outcome]) -> ExitCode:
    if not any(outcome.rows_written or outcome.duplicates for outcome in outcomes):
        return ExitCode.NO_INPUT
    is_whole = all(outcome.is_whole for outcome in outcomes)
    return ExitCode.OK if is_whole else ExitCode.PARTIAL_DATA
