from dataclasses import replace
from pathlib import Path

import pytest

from recorder.simulator import Recording, write_recording
from shared.recordings.day_files import DayFile, parse_day_file

HOUR = Recording(hours=1.0)


@pytest.fixture(scope="session")
def demo_hour(tmp_path_factory: pytest.TempPathFactory) -> DayFile:
    """The demo's first hour, one day file."""
    return recorded(tmp_path_factory.mktemp("demo-hour"), HOUR)


@pytest.fixture(scope="session")
def demo_minutes(tmp_path_factory: pytest.TempPathFactory) -> DayFile:
    """The demo's first six minutes, one day file."""
    return recorded(tmp_path_factory.mktemp("demo-minutes"), replace(HOUR, hours=0.1))


def recorded(folder: Path, recording: Recording) -> DayFile:
    (path,) = write_recording(folder, recording)
    file = parse_day_file(path)
    assert file is not None
    return file
