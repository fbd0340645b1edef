"""The command `orderflow-record`: write down what happens at an exchange."""

import asyncio
import signal
from pathlib import Path
from urllib.parse import urlsplit

import click

from recorder.live.adapter.counts import Counts
from recorder.live.adapter.resume import find_recorded
from recorder.live.intake import Intake
from recorder.live.lag import Lag
from recorder.live.okx.exchange import OkxExchange
from recorder.live.okx.line import Patience
from recorder.live.recording import Recording
from shared.command_line.exchange import EXCHANGE_OPTIONS, WS_URL
from shared.command_line.options import with_options
from shared.command_line.shell import ShellCommand
from shared.exit_codes import ExitCode
from shared.recordings.sources import at_host
from shared.recordings.writing.recording_writer import RecordingWriter, check_name
from shared.worker_link import enter_worker

PATIENCE = Patience()


OKX = "OKX live"


def _source_of(ws_url: str) -> str:
    """Return what the rows are of: no other host than the exchange's own passes for it."""
    return OKX if ws_url == WS_URL else at_host(OKX, urlsplit(ws_url).hostname or ws_url)


@click.command(
    cls=ShellCommand,
    ends_with=(
        ExitCode.OK,
        ExitCode.USAGE,
        ExitCode.INTERNAL,
        ExitCode.CANNOT_WRITE,
        ExitCode.ALREADY_RUNNING,
        ExitCode.CONFIG,
    ),
)
@click.option(
    "--exchange",
    type=click.Choice(["okx"]),
    envvar="ORDERFLOW_EXCHANGE",
    default="okx",
    show_default=True,
    show_envvar=True,
    help="Exchange to record.",
)
@click.option(
    "--instrument",
    "instruments",
    multiple=True,
    envvar="ORDERFLOW_INSTRUMENT",
    default=("BTC-USDT",),
    show_default=True,
    show_envvar=True,
    help="Instrument as the exchange calls it; give it once for each.",
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="ORDERFLOW_DATA_DIR",
    default=Path("../data/OKX"),
    show_default=True,
    show_envvar=True,
    help="Folder of the day files, made if absent; what is there is added to.",
)
@click.option(
    "--sizes",
    type=click.Choice(["base", "as-sent"]),
    envvar="ORDERFLOW_SIZES",
    default="base",
    show_default=True,
    show_envvar=True,
    help="Whether sizes that the exchange sends in contracts are turned into base units.",
)
@click.option(
    "--source",
    envvar="ORDERFLOW_SOURCE",
    default=None,
    show_default="told by --ws-url",
    show_envvar=True,
    help="What the day files say their rows are of.",
)
@with_options(EXCHANGE_OPTIONS)
@click.option(
    "--ping-seconds",
    type=click.FloatRange(0.1, 19),
    envvar="ORDERFLOW_PING_SECONDS",
    default=PATIENCE.ping,
    show_default=True,
    show_envvar=True,
    help="Silence after which the exchange is pinged, in seconds.",
)
@click.option(
    "--pong-seconds",
    type=click.FloatRange(min=0.1),
    envvar="ORDERFLOW_PONG_SECONDS",
    default=PATIENCE.pong,
    show_default=True,
    show_envvar=True,
    help="Silence after a ping after which the connection is taken for dead, in seconds.",
)
@click.option(
    "--stale-seconds",
    type=click.FloatRange(min=0.5),
    envvar="ORDERFLOW_STALE_SECONDS",
    default=PATIENCE.stale,
    show_default=True,
    show_envvar=True,
    help="Time without a word on a book after which it is subscribed anew, in seconds.",
)
@click.option(
    "--snapshot-seconds",
    type=click.FloatRange(min=0.1),
    envvar="ORDERFLOW_SNAPSHOT_SECONDS",
    default=PATIENCE.snapshot,
    show_default=True,
    show_envvar=True,
    help="Time within which a subscription has to be answered, in seconds.",
)
def main(
    exchange: str,  # noqa: ARG001 - there is one so far
    instruments: tuple[str, ...],
    data_dir: Path,
    sizes: str,
    source: str | None,
    ws_url: str,
    rest_url: str,
    ping_seconds: float,
    pong_seconds: float,
    stale_seconds: float,
    snapshot_seconds: float,
) -> None:
    """Record an exchange's book and trades into day files, until it is told to stop.

    \b
    Example:
      orderflow-record --exchange okx --instrument BTC-USDT --data-dir data

    It needs no account: all of it is public. Lost connections are opened again, trades that were
    missed are fetched, and what cannot be had is noted as a gap. Run again it goes on.
    """
    link = enter_worker()
    names = tuple(dict.fromkeys(check_name(name) for name in instruments))
    counts, lag = Counts(), Lag()
    patience = Patience(ping_seconds, pong_seconds, stale_seconds, snapshot_seconds)
    told = source or _source_of(ws_url)
    with RecordingWriter(data_dir, told, instruments=names, on_commit=lag.committed) as writer:
        intake = Intake(writer, counts, lag)
        okx = OkxExchange(
            {name: find_recorded(data_dir, name) for name in names},
            intake.put,
            counts,
            ws_url=ws_url,
            rest_url=rest_url,
            patience=patience,
            is_as_sent=sizes == "as-sent",
        )
        asyncio.run(_until_told(Recording(okx, intake, writer, counts, lag, link)))


async def _until_told(recording: Recording) -> None:
    until = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, until.set)
    await recording.run(until)
