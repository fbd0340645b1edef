"""What every test may rely on: Ctrl-C, and one browser for all that need it."""

import signal

from tests.support.browser import browser, open_page

__all__ = ["browser", "open_page"]

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Started in the background by a shell, we inherited deafness to Ctrl-C, and would pass it on
    # to every process whose Ctrl-C is tested.
    signal.signal(signal.SIGINT, signal.default_int_handler)
