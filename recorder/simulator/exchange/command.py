"""The command `python -m recorder.simulator serve`: an exchange on this machine."""

import asyncio
import re
import signal
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import click
from tqdm import tqdm

from recorder.simulator.exchange.delivery.session import Limits
from recorder.simulator.exchange.delivery.switchboard import Switchboard
from recorder.simulator.exchange.exchange import Conduct, run_exchange
from recorder.simulator.exchange.fault_schedule import PlannedFault, read_planned_fault
from recorder.simulator.exchange.guest import Guest
from recorder.simulator.exchange.markets.captured_venue import CapturedVenue
from recorder.simulator.exchange.markets.captures import read_captures
from recorder.simulator.exchange.markets.data_clock import DataClock
from recorder.simulator.exchange.markets.earlier_session import SOURCE
from recorder.simulator.exchange.markets.opening import Opening
from recorder.simulator.exchange.markets.simulated_venue import SimulatedVenue
from recorder.simulator.exchange.markets.traded import Traded
from recorder.simulator.exchange.markets.venue import Venue
from recorder.simulator.recording import MAX_HOURS
from shared.clock import from_epoch_ms
from shared.command_line.options import Moment
from shared.command_line.shell import ShellCommand
from shared.errors import CannotWriteError, UsageError
from shared.exit_codes import ExitCode
from shared.listening import open_listening_socket

_MEGABYTE = 2**20
_MS_PER_MINUTE = 60_000
_INSTRUMENT = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9.]+)*")


class PlannedFaultType(click.ParamType[PlannedFault]):
    """`KIND` or `KIND:SECONDS`."""

    name = "fault"

    def convert(
        self, value: str | PlannedFault, param: click.Parameter | None, ctx: click.Context | None
    ) -> PlannedFault:
        """Return what it says, or fail as a usage error."""
        try:
            return value if isinstance(value, PlannedFault) else read_planned_fault(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)


@click.command(
    name="serve",
    cls=ShellCommand,
    ends_with=(
        ExitCode.OK,
        ExitCode.USAGE,
        ExitCode.NO_INPUT,
        ExitCode.UNAVAILABLE,
        ExitCode.INTERNAL,
        ExitCode.CANNOT_WRITE,
        ExitCode.ALREADY_RUNNING,
    ),
)
@click.option(
    "--instrument",
    "instruments",
    multiple=True,
    default=("BTC-USDT",),
    show_default=True,
    help="Instrument that is traded, once or several times; its prices begin where BTC-USDT's do.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address it listens on.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Port it listens on; 0 takes a free one.",
)
@click.option(
    "--seed",
    type=int,
    default=7,
    show_default=True,
    help="The same seed and start give the same market, and the same moments of faults.",
)
@click.option(
    "--start",
    "start_ms",
    type=Moment(),
    default=None,
    show_default="now",
    help="First moment of the data's time, UTC: a date or an ISO 8601 time.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0, max=10_000),
    default=1.0,
    show_default=True,
    help="Seconds of the data's time that go by in one second; 0 plays a capture as fast as a"
    " client takes it.",
)
@click.option(
    "--backfill",
    "data_dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    show_default="none",
    help="Folder of day files that the market of the hours before is written to at first; where an"
    " earlier session's are, the market goes on after them.",
)
@click.option(
    "--hours",
    type=click.FloatRange(min=0, min_open=True, max=MAX_HOURS),
    default=2.0,
    show_default=True,
    help="How much --backfill writes, in hours.",
)
@click.option(
    "--capture",
    "captures",
    type=click.Path(dir_okay=False, path_type=Path),
    multiple=True,
    show_default="none",
    help="Captured session of OKX to play to each client instead of a market, once or several"
    " times.",
)
@click.option(
    "--fault",
    "planned",
    type=PlannedFaultType(),
    multiple=True,
    show_default="none",
    metavar="KIND[:SECONDS]",
    help="Fault to happen at seeded moments, about every so many seconds of the data's time.",
)
@click.option(
    "--checksums",
    is_flag=True,
    default=False,
    show_default=True,
    help="Send the CRC32 of the book, as before 2026, instead of 0.",
)
@click.option(
    "--idle-seconds",
    type=click.FloatRange(min=0.1),
    default=30.0,
    show_default=True,
    help="Silence of both sides after which a connection is closed, in seconds.",
)
@click.option(
    "--client-mb",
    type=click.FloatRange(min=0.01),
    default=16.0,
    show_default=True,
    help="How much may wait for a slow client before it is cut off, in MiB.",
)
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND…]")
def main(
    instruments: tuple[str, ...],
    host: str,
    port: int,
    seed: int,
    start_ms: int | None,
    speed: float,
    data_dir: Path | None,
    hours: float,
    captures: tuple[Path, ...],
    planned: tuple[PlannedFault, ...],
    checksums: bool,
    idle_seconds: float,
    client_mb: float,
    command: tuple[str, ...],
) -> int:
    """Serve a simulated market as OKX does, by WebSocket and REST, on this machine.

    \b
    Example:
      python -m recorder.simulator serve --instrument BTC-USDT --fault gap:60
      python -m recorder.simulator serve --backfill day-files -- orderflow-supervise --record

    Nothing on it is ever traded: it is for the demo, for tests, and for trying out tools of one's
    own. It serves until it is told to stop, or until COMMAND ends, which finds the exchange, the
    instrument and the folder in its environment.
    """
    if captures:
        _refuse_with_captures(data_dir, start_ms, planned)
    elif not speed:
        raise UsageError("--speed 0, as fast as a client takes it, is for a capture alone")
    limits = Limits(round(client_mb * _MEGABYTE), idle_seconds)
    conduct = Conduct(limits, planned, str(seed))
    switchboard = Switchboard()
    with closing(open_listening_socket(host, port)) as listener:
        if captures:
            played = CapturedVenue(read_captures(captures), speed)
            guest = Guest(command)
            what = "a captured session"
            return _serve(played, switchboard, DataClock(), listener, conduct, what, guest)
        opening = Opening(_names(instruments), seed, start_ms, speed, checksums)
        traded, clock = (
            opening.open() if data_dir is None else _with_history(opening, data_dir, hours)
        )
        simulated = SimulatedVenue(traded, clock, switchboard)
        guest = Guest(command, _told(opening.instruments[0], data_dir, clock, hours))
        what = "a simulated market"
        return _serve(simulated, switchboard, clock, listener, conduct, what, guest)


def run() -> None:
    """Run the command as the process's own."""
    main(prog_name="python -m recorder.simulator serve")


def _serve(
    venue: Venue,
    switchboard: Switchboard,
    clock: DataClock,
    listener: socket.socket,
    conduct: Conduct,
    what: str,
    guest: Guest,
) -> int:
    host, port = listener.getsockname()[:2]
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    names = ", ".join(sorted({topic.instrument for topic in venue.topics}))

    def tell() -> None:
        click.echo(f"listening on http://{address} with {what} of {names}", err=True)

    async def serve() -> int:
        until, listening = asyncio.Event(), asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, until.set)

        async def receive() -> int:
            await listening.wait()
            try:
                return await guest.run(address)
            finally:
                until.set()

        def begin() -> None:
            tell()
            listening.set()

        received = asyncio.create_task(receive()) if guest.command else None
        await run_exchange(
            *(venue, switchboard, clock, listener, conduct), until=until, on_listening=begin
        )
        return await received if received and listening.is_set() else ExitCode.OK

    return asyncio.run(serve())


def _told(instrument: str, data_dir: Path | None, clock: DataClock, hours: float) -> dict[str, str]:
    """Return what a command finds in its environment of what was written before."""
    market = {"ORDERFLOW_INSTRUMENT": instrument, "ORDERFLOW_SOURCE": SOURCE}
    if data_dir is None:
        return market
    from_ms = clock.now_ms() - round(hours * 60 * _MS_PER_MINUTE)
    return {
        **market,
        "ORDERFLOW_DATA_DIR": str(data_dir),
        "ORDERFLOW_FROM": from_epoch_ms(from_ms // _MS_PER_MINUTE * _MS_PER_MINUTE).isoformat(),
    }


def _refuse_with_captures(
    data_dir: Path | None, start_ms: int | None, planned: tuple[PlannedFault, ...]
) -> None:
    if data_dir is not None or start_ms is not None:
        raise UsageError("--capture has times and rows of its own: no --backfill, no --start")
    if others := [each.kind for each in planned if not each.kind.is_of_connections]:
        raise UsageError(f"--fault {others[0]} cannot be done to a capture")


def _names(instruments: tuple[str, ...]) -> list[str]:
    for name in instruments:
        if not _INSTRUMENT.fullmatch(name):
            raise UsageError(f"expected an instrument like BTC-USDT, found {name!r}")
    return list(dict.fromkeys(instruments))


def _with_history(opening: Opening, data_dir: Path, hours: float) -> tuple[list[Traded], DataClock]:
    with tqdm(
        total=round(hours * 60 * len(opening.instruments)),
        desc="simulating",
        unit="min",
        bar_format="{desc}: {percentage:3.0f}% {bar} {remaining}",
        disable=None,  # only on a terminal
        leave=False,
    ) as bar:
        try:
            return opening.open_with_history(
                data_dir, hours, lambda ms: bar.update(ms / _MS_PER_MINUTE)
            )
        except (OSError, sqlite3.Error) as error:
            raise CannotWriteError(data_dir, str(error)) from error
