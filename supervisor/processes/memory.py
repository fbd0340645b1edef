"""Measure the resident memory of process trees."""

from collections.abc import Iterable

import psutil


def tree_rss_bytes(pid: int) -> int | None:
    """Return the resident bytes of `pid` and all its descendants, or None when it is gone."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return None
    return _sum_rss(family)


def own_rss_bytes() -> int:
    """Return the resident bytes of this process."""
    return int(psutil.Process().memory_info().rss)


def _sum_rss(processes: Iterable[psutil.Process]) -> int:
    total = 0
    for process in processes:
        try:
            total += process.memory_info().rss
        except psutil.Error:  # ended in between
            continue
    return total
