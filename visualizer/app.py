"""`orderflow-visualize`: serve the page of one run directory."""

import signal
import sys
from types import FrameType
from typing import Any

import click

from shared.command_line.logs import configure_logging
from shared.command_line.options import (
    EXIT_CODES_HELP,
    JOB_OPTIONS,
    PAGE_OPTIONS,
    make_job,
    with_options,
)
from shared.errors import OrderflowError
from shared.page_access import choose_token
from shared.worker_link import enter_worker


@click.command(epilog=EXIT_CODES_HELP)
@with_options(JOB_OPTIONS, PAGE_OPTIONS)
def main(host: str, port: int, poll_ms: int, token: str | None, **job_options: Any) -> None:
    """Show a run in the browser: candles, volume, imbalance, CVD and depth, as they grow.

    Reads only the run directory, so it can be started before, with or after the processor.

    \b
    Example:
      orderflow-visualize --instrument BTC-USDT --run-dir ./run --port 8050
    """
    link = enter_worker()
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    configure_logging()
    try:
        job = make_job(**job_options)
        # Dash takes most of the start: import it once signals are answered and options are good
        from visualizer.page.dash_app import PageSettings
        from visualizer.serving.guard import Access
        from visualizer.serving.server import listen, serve

        listener = link.listening_socket or listen(host, port)
        settings = PageSettings(
            job=job,
            access=Access(host, listener.getsockname()[1], choose_token(host, token)),
            poll_ms=poll_ms,
            boot_id=link.boot_id,
        )
        serve(settings, listener, is_announced=link.listening_socket is not None)
    except OrderflowError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(error.exit_code)


def _leave(_signal_number: int, _frame: FrameType | None) -> None:
    """End the server's loop; a page that is told to stop has done what it should: exit code 0."""
    sys.exit(0)


if __name__ == "__main__":
    main()
