"""Find the process manager that started this supervisor."""

import psutil


def launcher_pids() -> tuple[int, ...]:
    """Return this process's parent and grandparent, without init.

    honcho runs each entry through a helper of its own, which ignores SIGTERM and outlives a
    killed honcho; so the parent alone does not tell.
    """
    ancestors = psutil.Process().parents()[:2]
    return tuple(process.pid for process in ancestors if process.pid > 1)
