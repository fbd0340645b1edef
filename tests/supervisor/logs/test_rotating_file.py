"""A log file that rotates by size and counts what it cannot write."""

import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from supervisor.logs.rotating_file import RotatingFile


@contextmanager
def _files_limited_to(size: int) -> Iterator[None]:
    """Let no file of this process grow over `size` bytes, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_file_over_its_size_is_rotated_and_the_oldest_dropped(tmp_path: Path) -> None:
    file = RotatingFile(tmp_path / "x.log", max_bytes=10, kept_files=3)
    for number in range(5):
        assert file.write(b"line %d..\n" % number, now=0.0)
    file.close()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "x.log": "line 4..\n",
        "x.log.1": "line 3..\n",
        "x.log.2": "line 2..\n",
    }


def test_file_goes_on_where_an_earlier_run_stopped(tmp_path: Path) -> None:
    for line in (b"first\n", b"second\n"):
        file = RotatingFile(tmp_path / "x.log")
        file.write(line, now=0.0)
        file.close()
    assert (tmp_path / "x.log").read_text() == "first\nsecond\n"


def test_unwritable_file_counts_lines_and_is_tried_again_after_a_second(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.mkdir()
    file = RotatingFile(path)
    assert not file.write(b"a\nb\n", now=0.0)
    path.rmdir()
    assert not file.write(b"c\n", now=0.5)
    assert file.lost_lines == 3
    assert file.write(b"d\n", now=1.5)
    file.close()
    assert path.read_text() == "d\n"


def test_half_a_line_does_not_stay_in_the_file(tmp_path: Path) -> None:
    file = RotatingFile(tmp_path / "x.log")
    with _files_limited_to(8):
        assert not file.write(b"one\ntwo\nthree\n", now=0.0)
        assert not file.write(b"four\n", now=0.0)
    file.write(b"five\n", now=2.0)
    file.close()
    assert (tmp_path / "x.log").read_text() == "one\ntwo\nfive\n"
    assert file.lost_lines == 2


def test_short_write_in_the_middle_of_a_line_is_taken_back(tmp_path: Path) -> None:
    file = RotatingFile(tmp_path / "x.log")
    with _files_limited_to(10):
        assert not file.write(b"one\ntwo\nthree\n", now=0.0)
    assert file.write(b"four\n", now=2.0)
    file.close()
    assert (tmp_path / "x.log").read_text() == "one\ntwo\nfour\n"


def test_file_that_was_deleted_is_made_anew_within_a_second(tmp_path: Path) -> None:
    file = RotatingFile(tmp_path / "logs" / "x.log")
    file.write(b"old\n", now=0.0)
    shutil.rmtree(tmp_path / "logs")
    assert file.write(b"new\n", now=1.0)
    file.close()
    assert (tmp_path / "logs" / "x.log").read_text() == "new\n"
