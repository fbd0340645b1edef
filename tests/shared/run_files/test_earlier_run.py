"""Setting an earlier run aside: nothing of it is gone on with, its checkpoints can be looked at."""

from pathlib import Path

from shared.run_files.earlier_run import set_earlier_run_aside
from shared.run_files.run_directory import RunDirectory


def test_checkpoints_get_another_name_and_deaths_are_forgotten(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    for path in (run.checkpoint, run.previous_checkpoint, run.suspects, run.flight_record):
        path.write_text(path.name)
    assert set_earlier_run_aside(run)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "checkpoint.aside": "checkpoint.json",
        "checkpoint.previous.aside": "checkpoint.previous.json",
    }


def test_there_may_be_none(tmp_path: Path) -> None:
    assert not set_earlier_run_aside(RunDirectory(tmp_path / "none"))
