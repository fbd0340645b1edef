from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import pytest

from shared.errors import BrokenFileError
from shared.run_files import documents
from shared.run_files.documents import decode_document, read_document

PATH = Path("some.json")


@dataclass(frozen=True, slots=True)
class Part:
    size: float = 0.0


@dataclass(frozen=True, slots=True)
class RecordOfOurs:
    name: str
    at_ms: int
    parts: tuple[Part, ...] = ()
    part: Part = field(default_factory=Part)


class Kind(StrEnum):
    ONE = "one"


@dataclass(frozen=True, slots=True)
class Kinds:
    kind: Kind


def test_a_document_becomes_the_record_it_is() -> None:
    content = b'{"name": "x", "at_ms": 5, "parts": [{"size": 2}], "part": {}}'
    assert decode_document(PATH, content, RecordOfOurs) == RecordOfOurs("x", 5, (Part(2.0),))


def test_fields_of_a_later_version_are_passed_over_at_any_depth() -> None:
    content = b'{"name": "x", "at_ms": 5, "later": [1], "part": {"size": 1.5, "colour": {}}}'
    assert decode_document(PATH, content, RecordOfOurs) == RecordOfOurs("x", 5, part=Part(1.5))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"name": "x", "at_ms": "yesterday"}', "Expected `int`, got `str` - at `$.at_ms`"),
        (b'{"name": "x", "at_ms": 5.5}', "Expected `int`"),
        (b'{"name": "x", "at_ms": true}', "Expected `int`, got `bool`"),
        (b'{"name": "x"}', "missing required field `at_ms`"),
        (b'{"name": "x", "at_ms": 5, "parts": [[]]}', "$.parts[0]"),
        (b"[]", "Expected `object`, got `array`"),
        (b"null", "got `null`"),
        (b'{"name": "x", "at_', "truncated"),
        (b"", "truncated"),
        (b"\xff\xfe", "malformed"),
        (b'{"name": "\xff", "at_ms": 5}', "utf-8"),
        (b'{"at_ms":' + b"[" * 100_000, "Expected `int`"),
        (b'{"later":' * 100_000, "recursion"),
    ],
)
def test_anything_else_is_refused_saying_what_was_found(content: bytes, told: str) -> None:
    with pytest.raises(BrokenFileError, match="expected a record of ours, found: ") as refusal:
        decode_document(PATH, content, RecordOfOurs)
    assert told in str(refusal.value)


def test_of_what_was_found_only_so_much_is_told(tmp_path: Path) -> None:
    with pytest.raises(BrokenFileError) as refusal:
        decode_document(PATH, b'{"name": "x", "at_ms": 5, "kind": "%s"}' % (b"y" * 10**6), Kinds)
    assert len(str(refusal.value)) < 300


def test_a_document_beyond_any_of_ours_is_not_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MAX_BYTES", 1000)
    path = tmp_path / "large.json"
    path.write_bytes(b" " * 5000)
    with pytest.raises(BrokenFileError, match="expected at most 1,000 bytes, found more"):
        read_document(path, RecordOfOurs)


def test_a_folder_in_the_place_of_a_document_is_a_broken_file(tmp_path: Path) -> None:
    with pytest.raises(BrokenFileError, match="expected one JSON document"):
        read_document(tmp_path, RecordOfOurs)


def test_an_absent_document_is_told_from_a_broken_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_document(tmp_path / "absent.json", RecordOfOurs)
