"""One supervisor a run directory."""

import os
from pathlib import Path

import pytest

from shared.errors import RunDirectoryError
from supervisor.control.lock import AlreadyRunningError, take_lock


def test_the_second_is_told_who_the_first_is(tmp_path: Path) -> None:
    path = tmp_path / "supervisor.lock"
    first = take_lock(path)
    assert path.read_text() == f"{os.getpid()}\n"
    with pytest.raises(AlreadyRunningError, match=rf"\(pid {os.getpid()}\)"):
        take_lock(path)
    os.close(first)
    os.close(take_lock(path))


def test_a_longer_pid_of_before_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "supervisor.lock"
    path.write_text("9" * 30)
    os.close(take_lock(path))
    assert path.read_text() == f"{os.getpid()}\n"


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError):
        take_lock(tmp_path / "absent" / "supervisor.lock")
