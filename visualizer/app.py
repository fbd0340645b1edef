"""`orderflow-visualize`: serve the page of one run directory."""

import os
import signal
import sys
from types import FrameType
from typing import Any

import click

from shared.command_line.options import JOB_OPTIONS, PAGE_OPTIONS, make_job, with_options
from shared.command_line.shell import ShellCommand
from shared.exit_codes import ExitCode
from shared.listening import open_listening_socket
from shared.page_access import choose_token
from shared.worker_link import enter_worker


@click.command(
    cls=ShellCommand,
    ends_with=(ExitCode.OK, ExitCode.USAGE, ExitCode.UNAVAILABLE, ExitCode.INTERNAL),
)
@with_options(JOB_OPTIONS, PAGE_OPTIONS)
def main(host: str, port: int, poll_ms: int, token: str | None, **job_options: Any) -> None:
    """Show a run in the browser: candles, volume, imbalance, CVD and depth, as they grow.

    Reads only the run directory, so it can be started before, with or after the processor.

    \b
    Example:
      orderflow-visualize --instrument BTC-USDT --run-dir ./run --port 8050
    """
    link = enter_worker()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave_at_once)
    job = make_job(**job_options)
    listener = link.listening_socket or open_listening_socket(host, port)
    # Dash takes most of the start: import it once signals are answered and options are good
    from visualizer.page.dash_app import PageSettings, create_app
    from visualizer.serving.guard import Access
    from visualizer.serving.server import serve

    settings = PageSettings(
        job=job,
        access=Access(host, listener.getsockname()[1], choose_token(host, token)),
        poll_ms=poll_ms,
        boot_id=link.boot_id,
    )
    page = create_app(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    is_announced = link.listening_socket is not None
    serve(page.server.wsgi_app, settings.access, listener, is_announced=is_announced)


def _leave_at_once(_signal_number: int, _frame: FrameType | None) -> None:
    """Leave before there is a page to end: an exception amid an import crashes some libraries."""
    os._exit(0)


def _leave(_signal_number: int, _frame: FrameType | None) -> None:
    """End the server's loop; a page that is told to stop has done what it should: exit code 0."""
    sys.exit(0)


if __name__ == "__main__":
    main()
