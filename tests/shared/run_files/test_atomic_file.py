"""Whole JSON files: replaced in one step, or left as they were."""

import math
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from shared.errors import BrokenFileError, RunDirectoryError
from shared.exit_codes import ExitCode
from shared.run_files.atomic_file import read_json, remove_leftovers, replace_file, write_json
from tests.support.tiny_disk import fill, tiny_disk


@pytest.mark.parametrize("is_durable", [False, True])
def test_a_file_is_made_and_replaced_and_nothing_else_stays(
    tmp_path: Path, is_durable: bool
) -> None:
    path = tmp_path / "x.json"
    replace_file(path, b"one", is_durable=is_durable)
    assert path.read_bytes() == b"one"
    replace_file(path, b"two", is_durable=is_durable)
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_replacing_makes_a_new_file_so_that_an_open_reader_keeps_the_old(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    replace_file(path, b"old")
    with path.open("rb") as reader:
        replace_file(path, b"new")
        assert reader.read() == b"old"
    assert path.read_bytes() == b"new"


def test_the_temporary_file_is_hidden_and_in_the_same_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    real_replace = Path.replace

    def spy(self: Path, target: Path) -> Path:
        seen.append(self)
        return real_replace(self, target)

    monkeypatch.setattr(Path, "replace", spy)
    replace_file(tmp_path / "x.json", b"1")
    (temporary,) = seen
    assert temporary.parent == tmp_path
    assert temporary.name.startswith(".x.json.")
    assert temporary.name.endswith(".tmp")


def test_a_missing_folder_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "x.json"
    with pytest.raises(RunDirectoryError) as caught:
        replace_file(path, b"1")
    assert str(caught.value) == f"{path}: cannot be written: No such file or directory"
    assert caught.value.path == path
    assert caught.value.exit_code is ExitCode.CANNOT_WRITE


def test_a_folder_in_the_place_of_the_file_is_an_error_and_nothing_stays(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    (path / "inside").mkdir(parents=True)
    with pytest.raises(RunDirectoryError, match=r"x\.json: cannot be written: "):
        replace_file(path, b"1")
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_document_whole_and_no_rest(tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk") as disk:
        path = disk / "x.json"
        replace_file(path, b"old")
        ballast = fill(disk)
        with pytest.raises(RunDirectoryError, match="No space left on device"):
            replace_file(path, b"new" * 10_000)
        assert path.read_bytes() == b"old"
        assert sorted(disk.iterdir()) == [ballast, path]
        ballast.unlink()
        replace_file(path, b"new" * 10_000)
        assert path.read_bytes() == b"new" * 10_000


LIMITED = """
import resource, signal, sys
from pathlib import Path
from shared.run_files.atomic_file import replace_file
from shared.errors import RunDirectoryError
path = Path(sys.argv[1])
replace_file(path, b"old")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
try:
    replace_file(path, b"x" * 5000)
except RunDirectoryError as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit on file sizes here")
def test_a_write_that_breaks_off_half_way_leaves_the_old_document(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == f"{path}: cannot be written: File too large\n"
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    document = {"bars": [[1, 2.5, -0.0]], "text": "ü – €", "none": None}
    write_json(tmp_path / "x.json", document)
    assert read_json(tmp_path / "x.json") == document


def test_a_number_that_json_lacks_becomes_null(tmp_path: Path) -> None:
    write_json(tmp_path / "x.json", [math.nan, math.inf, 1])
    assert (tmp_path / "x.json").read_bytes() == b"[null,null,1]"


def test_a_missing_file_is_the_usual_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_json(tmp_path / "x.json")


@pytest.mark.parametrize("content", [b"", b"[1, 2", b"NaN", b"[1] [2]", b"\xff", b"\x00" * 10])
def test_a_file_that_is_no_json_is_broken_and_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(BrokenFileError, match="expected one JSON document, found: ") as caught:
        read_json(path)
    assert caught.value.path == path


def test_a_folder_in_the_place_of_a_document_is_broken(tmp_path: Path) -> None:
    with pytest.raises(BrokenFileError, match="expected one JSON document"):
        read_json(tmp_path)


def test_the_document_before_is_kept_under_the_name_asked_for(tmp_path: Path) -> None:
    path, kept = tmp_path / "x.json", tmp_path / "x.previous.json"
    replace_file(path, b"one", keep_as=kept)
    assert not kept.exists()
    replace_file(path, b"two", keep_as=kept)
    replace_file(path, b"three", keep_as=kept)
    assert (path.read_bytes(), kept.read_bytes()) == (b"three", b"two")


def test_what_cannot_be_written_leaves_both_documents(tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk") as disk:
        path, kept = disk / "x.json", disk / "x.previous.json"
        replace_file(path, b"one", keep_as=kept)
        replace_file(path, b"two", keep_as=kept)
        fill(disk)
        with pytest.raises(RunDirectoryError):
            replace_file(path, bytes(5000), keep_as=kept)
        assert (path.read_bytes(), kept.read_bytes()) == (b"two", b"one")


def test_leftovers_of_the_dead_are_removed_and_nothing_else(tmp_path: Path) -> None:
    dead = 4_194_999  # above the largest pid there can be
    path = tmp_path / "x.json"
    leftover = tmp_path / f".x.json.{dead}.tmp"
    others = [
        path,
        tmp_path / f".x.json.{os.getpid()}.tmp",
        tmp_path / f".x.json.{os.getppid()}.tmp",
        tmp_path / f".y.json.{dead}.tmp",
        tmp_path / ".x.json.tmp",
    ]
    for each in (leftover, *others):
        each.write_bytes(b"half")
    remove_leftovers(path)
    assert sorted(tmp_path.iterdir()) == sorted(others)
