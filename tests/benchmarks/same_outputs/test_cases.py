from pathlib import Path

import pytest

from benchmarks.same_outputs import cases
from benchmarks.same_outputs.cases import odd_cases, recording_cases
from tests.support.recordings import Recording


def test_a_recording_is_run_with_options_and_ranges(recordings: Path) -> None:
    found = {case.name: case.command for case in recording_cases(recordings, print)}
    assert list(found) == [
        "okx/BTC-USDT",
        "okx/BTC-USDT --window-seconds 1",
        "okx/BTC-USDT --window-seconds 7",
        "okx/BTC-USDT --window-seconds 3600",
        "okx/BTC-USDT --depth-levels 1",
        "okx/BTC-USDT --depth-levels 1000",
        "okx/BTC-USDT from its middle",
        "okx/BTC-USDT in a month without it",
        "okx/BTC-USDT by another name",
    ]
    assert found["okx/BTC-USDT --window-seconds 7"] == (
        *("orderflow-process", "--instrument", "BTC-USDT"),
        *("--from", "2025-07-01", "--to", "2025-07-02"),
        *("--data-dir", str(recordings / "okx"), "--run-dir", "{run}", "--window-seconds", "7"),
    )
    # the second of two book rows is 4 ms after midnight
    assert "2025-07-01T00:00:00.004+00:00" in found["okx/BTC-USDT from its middle"]


def test_days_of_an_instrument_are_one_recording(tmp_path: Path) -> None:
    Recording(tmp_path).write(day="25-07-01")
    Recording(tmp_path, suffix=".sqlite").write(day="2025-07-03")
    Recording(tmp_path, "BTC-USDT-SWAP").write()
    (tmp_path / "BTC-USDT-25-13-01.db").touch()
    commands = [case.command for case in odd_cases(tmp_path, print)]
    assert [command[2:7:2] for command in commands] == [
        ("BTC-USDT", "2025-07-01", "2025-07-04"),
        ("BTC-USDT", "2000-01-01", "2100-01-01"),
        ("BTC-USDT-SWAP", "2025-07-01", "2025-07-02"),
        ("BTC-USDT-SWAP", "2000-01-01", "2100-01-01"),
    ]


def test_of_too_many_odd_inputs_some_are_taken_evenly_and_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        Recording(tmp_path / str(number)).write()
    monkeypatch.setattr(cases, "MOST_ODD_INPUTS", 3)
    told: list[str] = []
    names = [case.name for case in odd_cases(tmp_path, told.append)]
    assert names[::2] == ["odd 0/BTC-USDT", "odd 2/BTC-USDT", "odd 4/BTC-USDT"]
    assert told == [f"{tmp_path}: taking 3 of 6 recordings, evenly spread"]


def test_a_folder_without_recordings_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    assert list(recording_cases(tmp_path, told.append)) == []
    assert told == [f"{tmp_path}: no recordings"]
