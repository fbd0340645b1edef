"""What is told of each version of a published file, whatever is in it."""

import os
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.clock import LAST_MS
from supervisor.files.versions import MAX_PARSED_BYTES, FileVersion, PublishedFiles


def test_each_version_is_told_once_and_its_end_too(tmp_path: Path) -> None:
    files = PublishedFiles(tmp_path)
    (tmp_path / "ohlc_data.json").write_bytes(b"[[60000, 1], [120000, 1]]")
    [version] = files.changes()
    assert (version.name, version.size_bytes, version.bars, version.newest_ms, version.fault) == (
        "ohlc_data.json",
        25,
        2,
        120_000,
        None,
    )
    assert files.changes() == []
    (tmp_path / "ohlc_data.json").unlink()
    assert files.changes() == [FileVersion("ohlc_data.json", is_gone=True)]
    assert files.changes() == []


def test_hidden_files_and_others_than_json_are_nobody_s_news(tmp_path: Path) -> None:
    for name in (".canary", ".ohlc_data.json.1.tmp", "notes.txt"):
        (tmp_path / name).write_bytes(b"[]")
    assert PublishedFiles(tmp_path).changes() == []
    assert PublishedFiles(tmp_path / "absent").changes() == []


@pytest.mark.parametrize(
    "content", [b"", b"[[60000", b"\xff", b"[" * 100_000], ids=["empty", "half", "bytes", "nested"]
)
def test_a_file_that_is_no_document_has_a_fault(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.json").write_bytes(content)
    [version] = PublishedFiles(tmp_path).changes()
    assert (version.fault or "").startswith("expected one JSON document")


def test_a_document_too_large_to_look_into_is_told_by_its_size(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(b"[" * (MAX_PARSED_BYTES + 1))
    [version] = PublishedFiles(tmp_path).changes()
    assert (version.size_bytes, version.fault, version.bars) == (MAX_PARSED_BYTES + 1, None, None)


@pytest.mark.parametrize(
    ("document", "newest_ms"),
    [
        ({"data_time_ms": 5}, 5),
        ({"data_time_ms": None}, None),
        ({"data_time_ms": True}, None),
        ([[True, 1]], None),
        ([[-1, 1]], None),
        ([[LAST_MS]], LAST_MS),
        ([[LAST_MS + 1]], None),
        ([[2**63]], None),
        ([[]], None),
        ([], None),
        ("text", None),
    ],
)
def test_the_newest_moment_is_one_that_can_be_told(
    tmp_path: Path, document: Any, newest_ms: int | None
) -> None:
    (tmp_path / "x.json").write_bytes(orjson.dumps(document))
    [version] = PublishedFiles(tmp_path).changes()
    assert (version.newest_ms, version.fault) == (newest_ms, None)
    assert version.newest_ms is not True


def test_a_name_that_is_no_text_is_told_as_text(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.json")).write_bytes(b"[]")
    [version] = PublishedFiles(tmp_path).changes()
    assert version.name == "\N{REPLACEMENT CHARACTER}.json"


def test_what_is_no_file_is_left_alone(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")  # to open it would wait for somebody who writes
    (tmp_path / "folder.json").mkdir()
    assert PublishedFiles(tmp_path).changes() == []
