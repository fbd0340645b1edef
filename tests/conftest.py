"""What every test may rely on: signals, a fast disk, the rules of parallel work, a browser."""

import signal

from tests.support.browser import browser, open_page
from tests.support.parallel import pytest_collection_modifyitems, pytest_xdist_auto_num_workers
from tests.support.scratch import write_into_memory
from tests.support.simulated import demo_half_hour, demo_hour, demo_minutes, demo_run, simulated

__all__ = [
    "browser",
    "demo_half_hour",
    "demo_hour",
    "demo_minutes",
    "demo_run",
    "open_page",
    "pytest_collection_modifyitems",
    "pytest_xdist_auto_num_workers",
    "simulated",
]

write_into_memory()

# Started in the background by a shell, we inherited deafness to Ctrl-C, and from nohup to a hangup:
# we would pass it on to every process of which we test just that.
for number, handler in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGHUP, signal.SIG_DFL),
):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)
