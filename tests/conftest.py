"""What every test may rely on: signals, a fast disk, the rules of parallel work, a browser."""

import signal

import hypothesis
from hypothesis import HealthCheck

from tests.support.browser import browser, open_page
from tests.support.parallel import pytest_collection_modifyitems, pytest_xdist_auto_num_workers
from tests.support.scratch import write_into_memory

__all__ = [
    "browser",
    "open_page",
    "pytest_collection_modifyitems",
    "pytest_xdist_auto_num_workers",
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

# How long an example takes, or how fast they are drawn, says something of the machine and its other
# work, not of the code.
hypothesis.settings.register_profile(
    "whatever the machine does", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis.settings.load_profile("whatever the machine does")
