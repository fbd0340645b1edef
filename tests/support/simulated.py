"""Recordings of the simulated market that many tests read: each is written once a run."""

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest

from recorder.simulator import Recording, write_recording
from recorder.simulator.writer import recording_paths
from shared.recordings.day_files import DayFile, parse_day_file

Simulated = Callable[[float], DayFile]


@pytest.fixture(scope="session")
def simulated(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """Return the day file of the demo's first so many hours."""
    folder = tmp_path_factory.getbasetemp()
    if hasattr(pytestconfig, "workerinput"):
        folder = folder.parent  # which all workers of a run have in common
    return lambda hours: _write_once(folder / f"simulated-{hours:g}-hours", Recording(hours=hours))


@pytest.fixture(scope="session")
def demo_hour(simulated: Simulated) -> DayFile:
    """The demo's first hour, one day file."""
    return simulated(1.0)


@pytest.fixture(scope="session")
def demo_half_hour(simulated: Simulated) -> DayFile:
    """The first half of it."""
    return simulated(0.5)


@pytest.fixture(scope="session")
def demo_minutes(simulated: Simulated) -> DayFile:
    """Its first six minutes."""
    return simulated(0.1)


def _write_once(folder: Path, recording: Recording) -> DayFile:
    (path,) = recording_paths(folder, recording)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            write_recording(folder, recording)
    file = parse_day_file(path)
    assert file is not None
    return file
