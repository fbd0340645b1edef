"""The command-line options that commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from shared.errors import UsageError
from shared.job import CHECKPOINT_SECONDS, HistoryContent, Job, Snapshots, TimeRange, parse_moment
from shared.printable import printable

Command = TypeVar("Command", bound=Callable[..., Any])

LONGEST_WINDOW_SECONDS = 10**10
"""Three centuries: such a bar still begins at a date."""

MOST_LEVELS = 10**6


class Moment(click.ParamType[int]):
    """A UTC date or date-time, given to the command as epoch milliseconds."""

    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Return epoch milliseconds, or fail as a usage error."""
        if isinstance(value, int):
            return value
        try:
            return parse_moment(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)


RUN_DIR_OPTION = click.option(
    "--run-dir",
    # Whether it can be read is asked when it is: that may change, and is no wrong option.
    type=click.Path(path_type=Path, readable=False),
    envvar="ORDERFLOW_RUN_DIR",
    default=Path("./run"),
    show_default=True,
    show_envvar=True,
    help="Folder for the published files, logs and status.",
)

JOB_OPTIONS = (
    click.option(
        "--instrument",
        envvar="ORDERFLOW_INSTRUMENT",
        default="BTC-USDT",
        show_default=True,
        show_envvar=True,
        help="Instrument, as in the names of its day files.",
    ),
    click.option(
        "--from",
        "from_ms",
        type=Moment(),
        envvar="ORDERFLOW_FROM",
        default="2025-07-01",
        show_default=True,
        show_envvar=True,
        help="Start of the range, UTC, inclusive: a date or an ISO 8601 time.",
    ),
    click.option(
        "--to",
        "to_ms",
        type=Moment(),
        envvar="ORDERFLOW_TO",
        default="2025-08-01",
        show_default=True,
        show_envvar=True,
        help="End of the range, UTC, exclusive.",
    ),
    click.option(
        "--data-dir",
        type=click.Path(path_type=Path),
        envvar="ORDERFLOW_DATA_DIR",
        default=Path("../data/OKX"),
        show_default=True,
        show_envvar=True,
        help="Folder of the recorded day files; it is only read.",
    ),
    RUN_DIR_OPTION,
    click.option(
        "--window-seconds",
        type=click.IntRange(1, LONGEST_WINDOW_SECONDS),
        envvar="ORDERFLOW_WINDOW_SECONDS",
        default=60,
        show_default=True,
        show_envvar=True,
        help="Length of a bar, in seconds.",
    ),
    click.option(
        "--depth-levels",
        type=click.IntRange(1, MOST_LEVELS),
        envvar="ORDERFLOW_DEPTH_LEVELS",
        default=50,
        show_default=True,
        show_envvar=True,
        help="Best levels a side that depth and OBI are made of.",
    ),
    click.option(
        "--snapshots",
        type=click.Choice([str(each) for each in Snapshots]),
        envvar="ORDERFLOW_SNAPSHOTS",
        default=str(Snapshots.GUESS),
        show_default=True,
        show_envvar=True,
        help="How book rows that replace the whole book are told: by the column `action`, by their"
        " size where that says nothing, never.",
    ),
    click.option(
        "--history",
        type=click.Choice([str(each) for each in HistoryContent]),
        envvar="ORDERFLOW_HISTORY",
        default=str(HistoryContent.FULL),
        show_default=True,
        show_envvar=True,
        help="What is kept in the run directory of all that is made: everything, bars alone, or"
        " nothing but the newest bars.",
    ),
)

CHECKPOINT_OPTIONS = (
    click.option(
        "--checkpoint-seconds",
        type=click.FloatRange(min=0.1),
        envvar="ORDERFLOW_CHECKPOINT_SECONDS",
        default=CHECKPOINT_SECONDS,
        show_default=True,
        show_envvar=True,
        help="How often to note where to go on after a crash, in seconds.",
    ),
)

PAGE_OPTIONS = (
    click.option(
        "--host",
        envvar="ORDERFLOW_HOST",
        default="127.0.0.1",
        show_default=True,
        show_envvar=True,
        help="Address the page listens on.",
    ),
    click.option(
        "--port",
        type=click.IntRange(0, 65535),
        envvar="ORDERFLOW_PORT",
        default=8050,
        show_default=True,
        show_envvar=True,
        help="Port the page listens on; 0 takes a free one.",
    ),
    click.option(
        "--poll-ms",
        type=click.IntRange(min=50),
        envvar="ORDERFLOW_POLL_MS",
        default=500,
        show_default=True,
        show_envvar=True,
        help="How often an open page asks for news, in milliseconds.",
    ),
    click.option(
        "--token",
        envvar="ORDERFLOW_TOKEN",
        default=None,
        show_default="made at start where --host is not loopback",
        show_envvar=True,
        help="Secret that a browser must bring to see the page.",
    ),
)


def with_options(*groups: tuple[Callable[[Command], Command], ...]) -> Callable[[Command], Command]:
    """Decorate a click command with groups of options, shown in `--help` in the order given."""

    def decorate(command: Command) -> Command:
        for group in reversed(groups):
            for option in reversed(group):
                command = option(command)
        return command

    return decorate


def make_job(
    instrument: str,
    from_ms: int,
    to_ms: int,
    data_dir: Path,
    run_dir: Path,
    window_seconds: int,
    depth_levels: int,
    snapshots: str = Snapshots.GUESS,
    history: str = HistoryContent.FULL,
    *,
    is_followed: bool = False,
) -> Job:
    """Return the job that the values of `JOB_OPTIONS` describe; raise UsageError on a bad range."""
    if printable(instrument) != instrument:
        raise UsageError(f"expected an instrument in UTF-8, found {printable(instrument)}")
    if not instrument.strip() or "/" in instrument or "\\" in instrument:
        raise UsageError(f"expected an instrument like BTC-USDT, found {instrument!r}")
    return Job(
        instrument=instrument,
        time_range=TimeRange(from_ms, to_ms),
        data_dir=data_dir,
        run_dir=run_dir,
        window_seconds=window_seconds,
        depth_levels=depth_levels,
        snapshots=Snapshots(snapshots),
        history=HistoryContent(history),
        is_followed=is_followed,
    )
