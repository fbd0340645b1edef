"""Wait for a condition with a deadline, so that a failure names what did not come."""

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

POLL_SECONDS = 0.02


def wait_for(condition: Callable[[], Value], what: str, seconds: float = 15) -> Value:
    """Return the condition's first true value; fail with `what` when none comes in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(POLL_SECONDS)
    raise AssertionError(f"waited {seconds:g} s in vain for {what}")
