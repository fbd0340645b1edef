"""The processor's record: what is written is read, what is no record is broken."""

import json
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.errors import BrokenFileError
from shared.run_files.processor_status import (
    Conservation,
    FileProblem,
    HistoryStatus,
    Phase,
    ProcessorStatus,
    RowName,
    read_processor_status,
    write_processor_status,
)

STATUS = ProcessorStatus(
    run_id="r1",
    pid=7,
    phase=Phase.RUNNING,
    instrument="BTC-USDT",
    from_ms=1,
    to_ms=2,
    window_seconds=60,
    depth_levels=50,
    started_at_ms=3,
    updated_at_ms=4,
    data_time_ms=5,
    book_time_ms=4,
    book_rows=6,
    trades=7,
    share_done=0.5,
    rows_per_s=8.5,
    eta_s=9.5,
    skipped={"bad_price": 2},
    observed={"crossed_rows": 1},
    files_done=1,
    files_total=2,
    file_problems=(FileProblem("a.db", "expected a file, found none"),),
    poison_rows=(RowName("a.db", "book", 8),),
    conservation=Conservation(1, 2.0, 2.0, -2.0, -2.0),
    last_error="it broke",
    history=HistoryStatus(10, "the disk is full", "a job, since then"),
    waiting_for="BTC-USDT-25-07-02.db",
    late_rows=11,
    rows_came_at_ms=10,
    simulated=True,
)


def test_every_field_survives_the_file(tmp_path: Path) -> None:
    write_processor_status(tmp_path / "s.json", STATUS)
    assert read_processor_status(tmp_path / "s.json") == STATUS
    changed = [f.name for f in fields(STATUS) if getattr(STATUS, f.name) == f.default]
    assert changed == [], "give every field a value of its own above"


def test_the_document_has_plain_names_and_values(tmp_path: Path) -> None:
    write_processor_status(tmp_path / "s.json", STATUS)
    document = orjson.loads((tmp_path / "s.json").read_bytes())
    assert document["phase"] == "running"
    assert document["file_problems"] == [{"file": "a.db", "problem": "expected a file, found none"}]
    assert document["conservation"]["cvd"] == -2.0


def document(**changed: Any) -> dict[str, Any]:
    return asdict(STATUS) | changed


def test_a_newer_document_with_fields_unknown_here_is_read(tmp_path: Path) -> None:
    sums = {**asdict(STATUS.conservation), "invented_later": 1}
    content = document(invented_later=[1], conservation=sums)
    (tmp_path / "s.json").write_bytes(orjson.dumps(content))
    assert read_processor_status(tmp_path / "s.json") == STATUS


def test_a_sum_too_large_to_be_a_number_is_none(tmp_path: Path) -> None:
    status = replace(STATUS, conservation=Conservation(1, float("inf"), float("inf"), 0.0, 0.0))
    write_processor_status(tmp_path / "s.json", status)
    found = read_processor_status(tmp_path / "s.json").conservation
    assert found == Conservation(1, None, None, 0.0, 0.0)


@pytest.mark.parametrize(
    "content",
    [
        [],
        "text",
        None,
        {},
        document(phase="dancing"),
        document(phase=None),
        document(file_problems=[{"file": "a"}]),
        document(file_problems=3),
        document(conservation={"cvd": "no number"}),
        document(conservation=None),
        document(updated_at_ms="yesterday"),
        document(updated_at_ms=10**30),
        document(pid=-5),
        document(skipped={"bad_price": "many"}),
        document(skipped=[]),
        document(last_error=5),
    ],
    ids=[
        "array",
        "text",
        "null",
        "empty",
        "unknown-phase",
        "no-phase",
        "half-a-problem",
        "no-problems",
        "no-sum",
        "no-sums",
        "no-time",
        "no-such-year",
        "no-pid",
        "no-count",
        "no-counts",
        "no-words",
    ],
)
def test_a_document_that_is_no_status_is_broken(tmp_path: Path, content: Any) -> None:
    (tmp_path / "s.json").write_bytes(json.dumps(content).encode())  # orjson has no 10**30
    with pytest.raises(BrokenFileError, match="expected a processor status, found: "):
        read_processor_status(tmp_path / "s.json")


def test_a_missing_file_is_the_usual_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_processor_status(tmp_path / "s.json")
