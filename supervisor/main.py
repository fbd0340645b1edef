"""The `orderflow-supervise` command: run the system, or ask the one that runs."""

import logging
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import orjson
from click.core import ParameterSource

from shared.command_line.exchange import EXCHANGE_OPTIONS
from shared.command_line.following import FOLLOW_OPTIONS, job_of
from shared.command_line.options import (
    CHECKPOINT_OPTIONS,
    JOB_OPTIONS,
    PAGE_OPTIONS,
    with_options,
)
from shared.command_line.shell import ShellGroup
from shared.errors import BrokenFileError, UsageError
from shared.event_kind import Subject
from shared.exit_codes import ExitCode
from shared.run_files.processor_status import HistoryStatus, read_processor_status
from shared.run_files.run_directory import RunDirectory
from supervisor.control.client import NotRunningError, ask, ask_for_status, ask_to_stop
from supervisor.control.messages import Request
from supervisor.control.status_text import is_healthy, status_text
from supervisor.logs.reader import follow, tail
from supervisor.logs.story import told
from supervisor.policy.options import POLICY_OPTIONS, make_policy
from supervisor.processes.worker_spec import WORKERS, RecordedExchange
from supervisor.run import RunPlan, supervise

WORKER_NAMES = [spec.name for spec in WORKERS]
SUPERVISOR = str(Subject.SUPERVISOR)

_ASKING = (
    ExitCode.OK,
    ExitCode.USAGE,
    ExitCode.NOT_RUNNING,
    ExitCode.DEGRADED,
    ExitCode.INTERNAL,
    ExitCode.INTERRUPTED,
    ExitCode.TERMINATED,
)
"""How a command that asks a run can end."""


@click.group(
    cls=ShellGroup,
    invoke_without_command=True,
    ends_with=(
        ExitCode.OK,
        ExitCode.ALL_FATAL,
        ExitCode.USAGE,
        ExitCode.UNAVAILABLE,
        ExitCode.INTERNAL,
        ExitCode.CANNOT_WRITE,
        ExitCode.ALREADY_RUNNING,
        ExitCode.INTERRUPTED,
    ),
    log_level=logging.WARNING,
)
@with_options(JOB_OPTIONS, FOLLOW_OPTIONS, CHECKPOINT_OPTIONS, PAGE_OPTIONS, POLICY_OPTIONS)
@click.option(
    "--record",
    is_flag=True,
    envvar="ORDERFLOW_RECORD",
    show_envvar=True,
    help="Record the instrument at the exchange into --data-dir, and follow that recording.",
)
@with_options(EXCHANGE_OPTIONS)
@click.option(
    "--browser/--no-browser",
    "opens_browser",
    default=True,
    show_default="where there is a screen",
    envvar="ORDERFLOW_BROWSER",
    show_envvar=True,
    help="Open the page in the browser.",
)
@click.option(
    "--stop-with-launcher",
    is_flag=True,
    envvar="ORDERFLOW_STOP_WITH_LAUNCHER",
    show_envvar=True,
    help="Stop when the process that started this one, or its parent, ends; for honcho and such.",
)
@click.option(
    "--fresh",
    is_flag=True,
    help="Begin at the beginning, whatever an earlier run has done; restarts go on all the same.",
)
@click.pass_context
def main(ctx: click.Context, /, **options: Any) -> ExitCode:
    """Replay recorded order flow and keep every part of it alive until Ctrl-C.

    \b
    orderflow-supervise --instrument BTC-USDT --from 2024-08-08 --to 2024-08-10 --data-dir data
    """
    return ExitCode.OK if ctx.invoked_subcommand else _run(ctx, **options)


_RUN_DIR = click.option(
    "--run-dir",
    type=click.Path(path_type=Path, readable=False),
    help="Folder of the run to ask.  [default: that of the command before]",
)


@main.command(ends_with=_ASKING)
@_RUN_DIR
@click.option("--json", "as_json", is_flag=True, help="Print the whole status as JSON.")
@click.pass_context
def status(ctx: click.Context, run_dir: Path | None, as_json: bool) -> ExitCode:
    """Show the workers; exits 0 healthy, 4 degraded, 3 not running.

    \b
    orderflow-supervise status --json
    """
    run = _run_directory(ctx, run_dir)
    found = ask_for_status(run.control_socket)
    if as_json:
        click.echo(orjson.dumps(asdict(found), option=orjson.OPT_INDENT_2))
    else:
        click.echo(status_text(found, _history_status(run)))
    return ExitCode.OK if is_healthy(found) else ExitCode.DEGRADED


@main.command(ends_with=_ASKING)
@_RUN_DIR
@click.pass_context
def stop(ctx: click.Context, run_dir: Path | None) -> ExitCode:
    """Stop the run and wait until it is gone; exits 3 when none runs.

    \b
    orderflow-supervise stop
    """
    answer = ask_to_stop(_run_directory(ctx, run_dir).control_socket)
    click.echo("stopped" if answer.is_ok else answer.message)
    return ExitCode.OK if answer.is_ok else ExitCode.DEGRADED


@main.command(ends_with=_ASKING)
@_RUN_DIR
@click.argument("worker", type=click.Choice(WORKER_NAMES), required=False)
@click.pass_context
def restart(ctx: click.Context, run_dir: Path | None, worker: str | None) -> ExitCode:
    """Start one worker afresh, or all of them, their failures forgotten.

    \b
    orderflow-supervise restart processor
    """
    answer = ask(_run_directory(ctx, run_dir).control_socket, Request("restart", worker))
    click.echo(answer.message)
    return ExitCode.OK if answer.is_ok else ExitCode.DEGRADED


@main.command(
    ends_with=(ExitCode.OK, ExitCode.USAGE, ExitCode.NOT_RUNNING, ExitCode.INTERNAL),
)
@_RUN_DIR
@click.option("-f", "--follow", "is_following", is_flag=True, help="Go on until Ctrl-C.")
@click.option("-n", "--lines", default=100, show_default=True, help="How many lines to begin with.")
@click.argument("worker", type=click.Choice([*WORKER_NAMES, SUPERVISOR]), required=False)
@click.pass_context
def logs(
    ctx: click.Context, run_dir: Path | None, is_following: bool, lines: int, worker: str | None
) -> None:
    """Print what the workers said, one or all, or what the supervisor noticed of them.

    It reads files, and so works after the run as well.

    \b
    orderflow-supervise logs -f processor
    orderflow-supervise logs supervisor
    """
    folder = _run_directory(ctx, run_dir)
    names = [worker] if worker else WORKER_NAMES
    paths = [folder.logs / f"{name}.log" for name in names]
    tell: Callable[[str], str] = str
    if worker == SUPERVISOR:
        paths, tell = [folder.events], told
    found = [path for path in paths if os.path.isfile(path)]  # noqa: PTH113 - raises nothing
    if not found and not is_following:
        raise NotRunningError(f"{folder.logs}: no worker has said anything yet")
    for line in tail(found, lines):
        click.echo(tell(line))
    if is_following:
        for line in follow(paths):
            click.echo(tell(line))


def _history_status(run: RunDirectory) -> HistoryStatus | None:
    try:
        return read_processor_status(run.processor_status).history
    except (OSError, BrokenFileError):
        return None


def _run(
    ctx: click.Context,
    /,
    *,
    host: str,
    port: int,
    poll_ms: int,
    token: str | None,
    stop_with_launcher: bool,
    fresh: bool,
    checkpoint_seconds: float,
    record: bool,
    opens_browser: bool,
    ws_url: str,
    rest_url: str,
    **others: Any,
) -> ExitCode:
    for name in ("ws_url", "rest_url"):
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE and not record:
            raise UsageError(f"--{name.replace('_', '-')} is for --record")
    policy = make_policy(others)
    others["follow"] |= record
    plan = RunPlan(
        job=job_of(ctx, others),
        host=host,
        port=port,
        poll_ms=poll_ms,
        token=token,
        policy=policy,
        is_tied_to_launcher=stop_with_launcher,
        is_fresh=fresh,
        checkpoint_seconds=checkpoint_seconds,
        exchange=RecordedExchange(ws_url, rest_url) if record else None,
        opens_browser=opens_browser,
    )
    return supervise(plan, WORKERS)


def _run_directory(ctx: click.Context, run_dir: Path | None) -> RunDirectory:
    parent = ctx.parent
    assert parent is not None
    return RunDirectory(run_dir or parent.params["run_dir"])


if __name__ == "__main__":
    main()
