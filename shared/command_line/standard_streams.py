"""Have a standard input, output and error output, whoever started this process without them."""

import os
import sys


def open_standard_streams() -> None:
    """Open those of 0, 1 and 2 that are closed, on nothing, so that who writes there may.

    A process started with `>&-` would else print into the first file it opens, and Python, which
    has None in place of such a stream, fail where it prints or logs.
    """
    descriptor = os.open(os.devnull, os.O_RDWR)
    while descriptor <= 2:
        descriptor = os.dup(descriptor)
    os.close(descriptor)
    if sys.stdin is None:
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
