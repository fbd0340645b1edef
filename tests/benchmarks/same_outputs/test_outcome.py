"""What a real process gives, twice the same."""

import sys
from pathlib import Path

import pytest

from benchmarks.same_outputs.cases import recording_cases
from benchmarks.same_outputs.outcome import observe
from benchmarks.same_outputs.reference import help_cases


@pytest.fixture
def real_checkout(tmp_path: Path) -> Path:
    """This checkout, by its environment."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / ".venv").symlink_to(sys.prefix)
    return tmp_path / "real"


def test_a_real_run_gives_the_same_twice(real_checkout: Path, recordings: Path) -> None:
    case = next(recording_cases(recordings, print))
    found = observe(real_checkout, case)
    assert found == observe(real_checkout, case)
    assert found["exit code"] == "0"
    assert found["ohlc_data.json"] == "[[1751328000000,100.0,100.0,100.0,100.0,1.0]]"
    assert found["depth_data.json"] == '{"bids":[[99.0,1.0]],"asks":[[101.0,1.0]]}'
    assert (found["status phase"], found["status book_rows"]) == ('"finished"', "2")
    assert found["notices"] == ""


def test_every_subcommand_is_asked_for_help(real_checkout: Path) -> None:
    names = [case.name for case in help_cases(real_checkout)]
    assert {"help orderflow-supervise", "help orderflow-supervise logs"} < set(names)
