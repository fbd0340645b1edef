"""Where the files of a run lie, by the names of the contract."""

from pathlib import Path

import pytest

from shared.errors import RunDirectoryError
from shared.run_files.run_directory import RunDirectory


def test_every_file_has_the_name_of_the_contract() -> None:
    run = RunDirectory(Path("run"))
    assert [str(path) for path in run.published] == [
        "run/data/ohlc_data.json",
        "run/data/metrics_data.json",
        "run/data/cvd_data.json",
        "run/data/depth_data.json",
        "run/data/processor_status.json",
    ]
    beside = (
        *(run.supervisor_status, run.events, run.control_socket),
        *(run.lock, run.processor_lock, run.logs),
    )
    assert [str(path) for path in beside] == [
        "run/status.json",
        "run/events.jsonl",
        "run/ctl.sock",
        "run/supervisor.lock",
        "run/processor.lock",
        "run/logs",
    ]


def test_creating_makes_the_folders_and_leaves_no_probe(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "a" / "b")
    run.create()
    run.create()
    assert list(run.root.iterdir()) == [run.data]
    assert list(run.data.iterdir()) == []


@pytest.mark.parametrize("blocked", ["run", "run/data"])
def test_a_file_where_a_folder_should_be_is_an_error_that_names_it(
    tmp_path: Path, blocked: str
) -> None:
    obstacle = tmp_path / blocked
    obstacle.parent.mkdir(parents=True, exist_ok=True)
    obstacle.touch()
    run = RunDirectory(tmp_path / "run")
    with pytest.raises(RunDirectoryError, match=f"^{obstacle}: cannot be written: "):
        run.create()
