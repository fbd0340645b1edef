"""Spread the tests over worker processes: one a core, and one more for the tests that wait."""

import os

import pytest

MOST_WORKERS = 9
"""Each may have a browser of its own; more of them would wait for the longest test."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Say how many workers `-n auto` stands for: none where each test is named, as in a.py::b."""
    if all("::" in argument for argument in config.args):
        return 0
    return min(_cores() + 1, MOST_WORKERS)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, and give all that is patient to one worker.

    Patient tests hardly work: beside them each core has a worker that does, and no more than one.
    """
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    for item in items:
        if item.get_closest_marker("patient"):
            item.add_marker(pytest.mark.xdist_group("patient"))


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
