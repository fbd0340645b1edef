import os
import sys
from pathlib import Path

import pytest

from benchmarks.same_outputs import odd_inputs
from benchmarks.same_outputs.odd_inputs import copy_recordings, harvest
from tests.support.recordings import Recording, Tick

SUITE = """
import tempfile
from pathlib import Path

def test_one(tmp_path):
    (tmp_path / "BTC-USDT-25-07-01.db").write_text("broken")

def test_two(tmp_path):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "ETH-USDT-25-07-02.db").write_text("gone")
    assert False
"""


def names(folder: Path) -> list[str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(str(path.relative_to(folder)) for path in paths)


def test_the_recordings_of_a_suite_are_kept_temporary_ones_too(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / ".venv").symlink_to(sys.prefix)
    (checkout / "test_suite.py").write_text(SUITE)
    assert harvest(checkout, tmp_path / "odd", ["test_suite.py"]) == 2
    assert names(tmp_path / "odd") == ["0001/BTC-USDT-25-07-01.db", "0002/ETH-USDT-25-07-02.db"]


def test_each_distinct_recording_is_copied_once_with_all_its_files(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        Recording(tmp_path / folder).write(trades=[Tick(1)])
        Recording(tmp_path / folder).write(day="25-07-02")
        (tmp_path / folder / "BTC-USDT-25-07-01.db-wal").write_text("log")
    Recording(tmp_path / "c").write(trades=[Tick(1)])
    assert copy_recordings(tmp_path, tmp_path / "odd") == 2
    assert names(tmp_path / "odd") == [
        "0001/BTC-USDT-25-07-01.db",
        "0001/BTC-USDT-25-07-01.db-wal",
        "0001/BTC-USDT-25-07-02.db",
        "0002/BTC-USDT-25-07-01.db",
    ]


def test_long_recordings_and_what_is_no_file_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Recording(tmp_path / "long").write()
    os.mkfifo(tmp_path / "BTC-USDT-25-07-01.db")
    (tmp_path / "ETH-USDT-25-07-01.db").mkdir()
    monkeypatch.setattr(odd_inputs, "MOST_BYTES", 1000)
    assert copy_recordings(tmp_path, tmp_path / "odd") == 0
