"""Prepare a run in the order that keeps strangers untouched, run it, and leave."""

import logging
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from shared.exit_codes import ExitCode
from shared.page_access import choose_token, is_loopback, page_url
from shared.run_files.earlier_run import set_earlier_run_aside
from shared.run_files.run_directory import RunDirectory
from supervisor.control.lock import take_lock
from supervisor.logs.console import Console, ConsoleHandler
from supervisor.policy.restart_policy import RestartPolicy
from supervisor.processes.descriptors import fill_standard_descriptors
from supervisor.processes.launcher import find_launchers
from supervisor.processes.leftovers import end_leftovers
from supervisor.processes.listening import PageEndpoint, open_listening_socket
from supervisor.processes.worker_spec import WorkerSpec
from supervisor.supervisor import Options, Supervisor


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a user asked for, apart from the workers' own options."""

    run_dir: RunDirectory
    instrument: str
    host: str = "127.0.0.1"
    port: int = 8050
    token: str | None = None
    policy: RestartPolicy = field(default_factory=RestartPolicy)
    is_tied_to_launcher: bool = False
    is_fresh: bool = False


MakeSpecs = Callable[[int, str | None], Sequence[WorkerSpec]]
"""Returns the workers, given the port the page got and the token it is to ask for."""


def supervise(plan: RunPlan, make_specs: MakeSpecs) -> ExitCode:
    """Run the workers until the end and return the exit code of the run.

    Raises RunDirectoryError, AlreadyRunningError, PortInUseError or UsageError before anything
    is started.
    """
    fill_standard_descriptors()
    plan.run_dir.create()
    lock = take_lock(plan.run_dir.lock)
    had_leftovers = end_leftovers(plan.run_dir.running)
    listener = open_listening_socket(plan.host, plan.port, is_patient=had_leftovers)
    port = listener.getsockname()[1]
    token = choose_token(plan.host, plan.token)
    console = Console()
    logging.basicConfig(level=logging.WARNING, handlers=[ConsoleHandler(console)], force=True)
    _announce(console, plan.host, port, token)
    url = page_url(plan.host, port)
    options = Options(
        run_dir=plan.run_dir,
        boot_id=secrets.token_hex(16),
        instrument=plan.instrument,
        page=PageEndpoint(listener, url, urlsplit(url).netloc),
        policy=plan.policy,
        launchers=find_launchers() if plan.is_tied_to_launcher else (),
    )
    if plan.is_fresh:
        # Once, and not at every start of the processor: a restarted one goes on where it was.
        set_earlier_run_aside(plan.run_dir)
    try:
        return Supervisor(options, make_specs(port, token), console).run()
    finally:
        listener.close()
        os.close(lock)


def _announce(console: Console, host: str, port: int, token: str | None) -> None:
    if not is_loopback(host):
        console.print(
            f"Warning: the page listens on {host}, where other machines can reach it;"
            " whoever has the link below can see it."
        )
    console.print(f"Page: {page_url(host, port, token)}")
