import logging
from pathlib import Path

import pytest

from shared.run_files.atomic_file import read_json, write_json
from visualizer.sources.file_reader import FileReader, Reading


def reader_of(path: Path) -> tuple[FileReader[object], list[Path]]:
    decoded: list[Path] = []

    def decode(file: Path) -> object:
        decoded.append(file)
        return read_json(file)

    return FileReader(path, decode), decoded


def test_a_file_that_is_not_there_yet_is_no_problem(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reader, _ = reader_of(tmp_path / "ohlc_data.json")
    assert reader.read() == Reading(None, None, None)
    assert caplog.records == []


def test_an_unchanged_file_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "ohlc_data.json"
    write_json(path, [1])
    reader, decoded = reader_of(path)
    first = reader.read()
    assert reader.read() is first
    assert decoded == [path]


def test_a_replaced_file_is_read_again_even_at_the_same_size(tmp_path: Path) -> None:
    path = tmp_path / "ohlc_data.json"
    write_json(path, [1])
    reader, _ = reader_of(path)
    reader.read()
    write_json(path, [2])
    assert reader.read().content == [2]


def test_a_broken_file_keeps_the_last_good_content_and_warns_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "ohlc_data.json"
    write_json(path, [1])
    reader, _ = reader_of(path)
    good = reader.read()
    path.write_bytes(b"[1,")
    broken = reader.read()
    assert reader.read() is broken
    assert broken.content == [1]
    assert broken.changed_ms == good.changed_ms
    assert broken.problem is not None
    assert broken.problem.startswith("expected one JSON document")
    warnings = [record.getMessage() for record in caplog.records]
    assert len(warnings) == 1
    assert str(path) in warnings[0]
    assert warnings[0].endswith("the last good values stay")


def test_a_deleted_file_is_missing_until_it_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    path = tmp_path / "ohlc_data.json"
    write_json(path, [1])
    reader, _ = reader_of(path)
    reader.read()
    path.unlink()
    assert reader.read().content == [1]
    assert reader.read().problem == "missing"
    write_json(path, [2])
    assert reader.read().problem is None
    assert reader.read().content == [2]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_a_folder_in_place_of_the_file_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "ohlc_data.json"
    path.mkdir()
    reader, _ = reader_of(path)
    assert "directory" in (reader.read().problem or "").lower()
