"""Recordings of the simulated market that many tests read, and a run of one: each is made once."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from recorder.simulator import Recording, write_recording
from recorder.simulator.writer import recording_paths
from shared.recordings.day_files import DayFile, parse_day_file
from tests.support.histories import keep_history
from tests.support.resume import make_job

Simulated = Callable[[float], DayFile]


@pytest.fixture(scope="session")
def simulated(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """Return the day file of the demo's first so many hours."""
    folder = _common_folder(pytestconfig, tmp_path_factory)
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


@pytest.fixture(scope="session")
def demo_run(
    demo_hour: DayFile, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder `run` of a run over the demo's first hour, to be read."""
    run_dir = _common_folder(pytestconfig, tmp_path_factory) / "run-of-an-hour" / "run"
    with _alone(run_dir.parent):
        if not run_dir.exists():
            keep_history(make_job(demo_hour.path.parent, run_dir, depth_levels=50))
    return run_dir


def _common_folder(config: pytest.Config, factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all workers of a run have in common."""
    folder = factory.getbasetemp()
    return folder.parent if hasattr(config, "workerinput") else folder


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_once(folder: Path, recording: Recording) -> DayFile:
    (path,) = recording_paths(folder, recording)
    with _alone(folder):
        if not path.exists():
            write_recording(folder, recording)
    file = parse_day_file(path)
    assert file is not None
    return file
