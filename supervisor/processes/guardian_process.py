"""End all that a supervisor started as soon as that supervisor is gone.

A script of its own process, not a module of the supervisor:
`python -I -S guardian_process.py FAMILY`. It waits for the end of its standard input, whose other
side only the supervisor holds, then kills every process whose environment says that it is of that
family. So grandchildren go too, even those in sessions of their own, which the parent-death
signal does not reach. Standard library only, so that it starts in a few milliseconds and stays
small.
"""

import os
import signal
import sys
import time

FAMILY = b"ORDERFLOW_FAMILY="
ROUND_SECONDS = 0.01
QUIET_ROUNDS = 5
MAX_SECONDS = 10.0


def family_of(pid: str) -> bytes | None:
    """Return the family mark in the environment `pid` was started with, if it is readable."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:  # noqa: PTH123 - no pathlib: start fast
            environment = file.read()
    except OSError:
        return None
    for entry in environment.split(b"\0"):
        if entry.startswith(FAMILY):
            return entry.removeprefix(FAMILY)
    return None


def kill_family(prefix: bytes) -> int:
    """SIGKILL every process whose family begins with `prefix`; return how many there were."""
    killed = 0
    for pid in os.listdir("/proc"):  # noqa: PTH208 - no pathlib: start fast
        if pid.isdigit() and (family_of(pid) or b"").startswith(prefix):
            try:
                os.kill(int(pid), signal.SIGKILL)
                killed += 1
            except OSError:
                continue
    return killed


def main() -> None:
    """Wait for the supervisor's end, then clear up until nobody is left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    prefix = sys.argv[1].encode() + b"/"
    while os.read(0, 1):
        pass
    if not os.path.isdir("/proc"):  # noqa: PTH112 - no pathlib: start fast
        return
    quiet_rounds, ends_at = 0, time.monotonic() + MAX_SECONDS
    while quiet_rounds < QUIET_ROUNDS and time.monotonic() < ends_at:
        quiet_rounds = 0 if kill_family(prefix) else quiet_rounds + 1
        time.sleep(ROUND_SECONDS)


if __name__ == "__main__":
    main()
