"""Prepare a run in the order that keeps strangers untouched, run it, and leave."""

import logging
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from shared.command_line.standard_streams import open_standard_streams
from shared.exit_codes import ExitCode
from shared.job import CHECKPOINT_SECONDS, Job
from shared.listening import PortInUseError, open_listening_socket
from shared.page_access import choose_token, is_loopback, page_url
from shared.run_files.earlier_run import set_earlier_run_aside
from shared.run_files.run_directory import RunDirectory
from shared.run_files.run_lock import AlreadyRunningError, Holder, Role, RunLock
from supervisor.browser import has_screen, open_browser
from supervisor.health.page_endpoint import PageEndpoint
from supervisor.logs.console import Console, ConsoleHandler
from supervisor.policy.restart_policy import RestartPolicy
from supervisor.processes.launcher import find_launchers
from supervisor.processes.leftovers import Leftovers, find_leftovers
from supervisor.processes.worker_spec import Assignment, RecordedExchange, WorkerSpec
from supervisor.run_setup import RunSetup
from supervisor.supervisor import Supervisor


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a user asked for."""

    job: Job
    host: str = "127.0.0.1"
    port: int = 8050
    poll_ms: int = 500
    token: str | None = None
    policy: RestartPolicy = field(default_factory=RestartPolicy)
    is_tied_to_launcher: bool = False
    is_fresh: bool = False
    checkpoint_seconds: float = CHECKPOINT_SECONDS
    exchange: RecordedExchange | None = None
    opens_browser: bool = False


def supervise(plan: RunPlan, specs: Sequence[WorkerSpec]) -> ExitCode:
    """Run those of `specs` that are wanted until the end and return the exit code of the run.

    Raises RunDirectoryError, AlreadyRunningError, PortInUseError or UsageError before anything
    is started, or anybody's process or file touched.
    """
    run_dir = RunDirectory(plan.job.run_dir)
    open_standard_streams()
    run_dir.create_root()
    lock = RunLock(run_dir, Role.SUPERVISOR)
    try:
        run_dir.create_data()
        leftovers = find_leftovers(run_dir.running)
        if leftovers.owner_pid is not None and not lock.is_on_folder:
            # Its file was deleted, and a folder cannot be locked here.
            holder = Holder(Role.SUPERVISOR, leftovers.owner_pid)
            raise AlreadyRunningError(f"{run_dir.root}: {holder}")
        listener = _listen(plan, leftovers)
        leftovers.end()
        try:
            return _supervise(plan, specs, run_dir, lock, listener)
        finally:
            listener.close()
    finally:
        lock.close()


def _listen(plan: RunPlan, leftovers: Leftovers) -> socket.socket:
    """Return the page's listening socket; the one who has it may be dying, or a leftover."""
    try:
        return open_listening_socket(plan.host, plan.port, is_patient=bool(leftovers.orphans))
    except PortInUseError as error:
        if error.pid is None or not leftovers.has_group(error.pid):
            raise
    leftovers.end()
    return open_listening_socket(plan.host, plan.port, is_patient=True)


def _supervise(
    plan: RunPlan,
    specs: Sequence[WorkerSpec],
    run_dir: RunDirectory,
    lock: RunLock,
    listener: socket.socket,
) -> ExitCode:
    port = listener.getsockname()[1]
    token = choose_token(plan.host, plan.token)
    console = Console()
    logging.basicConfig(level=logging.WARNING, handlers=[ConsoleHandler(console)], force=True)
    _announce(console, plan.host, port, token)
    if plan.opens_browser and has_screen():
        open_browser(page_url(plan.host, port, token))
    url = page_url(plan.host, port)
    assignment = Assignment(
        *(plan.job, plan.host, port, plan.poll_ms, token, plan.checkpoint_seconds),
        exchange=plan.exchange,
    )
    setup = RunSetup(
        run_dir=run_dir,
        lock=lock,
        boot_id=secrets.token_hex(16),
        specs=[spec for spec in specs if spec.is_wanted(assignment)],
        assignment=assignment,
        page=PageEndpoint(listener, url, urlsplit(url).netloc),
        policy=plan.policy,
        launchers=find_launchers() if plan.is_tied_to_launcher else (),
    )
    if plan.is_fresh:
        # Once, and not at every start of a worker: a restarted one goes on where it was.
        set_earlier_run_aside(run_dir)
    return Supervisor(setup, console).run()


def _announce(console: Console, host: str, port: int, token: str | None) -> None:
    if not is_loopback(host):
        console.print(
            f"Warning: the page listens on {host}, where other machines can reach it;"
            " whoever has the link below can see it."
        )
    console.print(f"Page: {page_url(host, port, token)}")
