"""The supervisor's record: what is written is read, what is no record is broken."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.errors import BrokenFileError
from shared.run_files.supervisor_status import (
    SupervisorStatus,
    WorkerState,
    WorkerStatus,
    read_supervisor_status,
    write_supervisor_status,
)

DANCING = {"name": "processor", "state": "DANCING"}
WORKER = WorkerStatus(name="processor", state=WorkerState.BACKOFF, pid=5, restarts=2, reason="died")
STATUS = SupervisorStatus(
    pid=1,
    create_time=2.5,
    boot_id="b",
    started_at_ms=3,
    updated_at_ms=4,
    instrument="BTC-USDT",
    page_url="http://localhost:8050/",
    workers=(WORKER, WorkerStatus(name="visualizer", state=WorkerState.RUNNING, is_ready=True)),
)


def test_a_status_survives_the_file(tmp_path: Path) -> None:
    write_supervisor_status(tmp_path / "status.json", STATUS)
    assert read_supervisor_status(tmp_path / "status.json") == STATUS


def test_fields_unknown_here_are_passed_over(tmp_path: Path) -> None:
    write_supervisor_status(tmp_path / "status.json", STATUS)
    document = orjson.loads((tmp_path / "status.json").read_bytes())
    document["invented_later"] = document["workers"][0]["invented_too"] = 1
    (tmp_path / "status.json").write_bytes(orjson.dumps(document))
    assert read_supervisor_status(tmp_path / "status.json") == STATUS


def document(**changed: Any) -> dict[str, Any]:
    return asdict(STATUS) | changed


@pytest.mark.parametrize(
    "content",
    [
        [],
        None,
        {},
        document(workers=3),
        document(workers=[[]]),
        document(workers=[{}]),
        document(workers=[DANCING]),
        document(updated_at_ms="yesterday"),
        document(updated_at_ms=10**30),
        document(pid=-1),
    ],
    ids=[
        *("array", "null", "empty", "number", "no-worker", "no-state", "unknown-state"),
        *("no-time", "no-such-year", "no-pid"),
    ],
)
def test_a_document_that_is_no_status_is_broken(tmp_path: Path, content: Any) -> None:
    (tmp_path / "status.json").write_bytes(json.dumps(content).encode())  # orjson has no 10**30
    with pytest.raises(BrokenFileError, match="expected a supervisor status, found: "):
        read_supervisor_status(tmp_path / "status.json")
