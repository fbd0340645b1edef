"""Finish what a short run began to compile, in a process that nobody waits for.

Else the next short run would begin at the beginning, and so would each after it. It is a process of
its own, as `git gc --auto` makes one: whoever waits for the run's exit code has it at once, and a
container or a machine's end takes nothing with it but the work. It is at the lowest priority, ends
by itself in any case, and there is one at a time for each folder of compiled kernels. Under a
supervisor it carries the run's mark, so that it outlives its worker, but not the run.

    python -m processor.engine.compiling.finishing
"""

import fcntl
import logging
import os
import signal
import subprocess
import sys

from shared.worker_link import FAMILY

logger = logging.getLogger(__name__)

MOST_SECONDS = 300
MARK = "compiler"


def finish_aside() -> int | None:
    """Start a process that compiles what this one has not; return its pid, None if none is needed.

    Only where the run has come to its end: who asked it to stop wants nothing more.
    """
    loading = sys.modules.get("processor.engine.compiling.loading")
    if loading is None or not loading.is_half_compiled():
        return None
    try:
        process = subprocess.Popen(
            (sys.executable, "-m", __name__),
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        logger.debug("compiling is not finished: %s", error)
        return None
    return process.pid


def _environment() -> dict[str, str]:
    family = os.environ.get(FAMILY)
    if family is None:
        return dict(os.environ)
    return {**os.environ, FAMILY: f"{family.partition('/')[0]}/{MARK}"}


def main() -> None:
    """Compile all that is not compiled yet, unless another process is at it."""
    signal.alarm(MOST_SECONDS)
    os.nice(19)
    from numba.core import config

    from processor.engine.compiling.cache import note_all_kept
    from processor.engine.compiling.loading import IS_KEPT, Kernels

    if not IS_KEPT:
        return
    folder = os.open(config.CACHE_DIR, os.O_RDONLY)  # type: ignore[attr-defined] # set at import
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # another one is at it
        return
    for keeps_time in (True, False):
        kernels = Kernels()
        kernels.prepare(keeps_time=keeps_time)
        kernels.wait()
    note_all_kept()


if __name__ == "__main__":
    main()
