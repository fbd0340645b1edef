"""The workers' output: drained, stamped, capped, and its last words kept."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from supervisor.logs.output import MAX_LINE_BYTES, OutputLog
from supervisor.logs.rotating_file import RotatingFile


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    yield reading, writing
    os.close(reading)


@pytest.fixture
def log(tmp_path: Path) -> OutputLog:
    return OutputLog("page", RotatingFile(tmp_path / "page.log"), lambda: 0.0)


def lines_of(log: OutputLog) -> list[str]:
    stamped = log.file.path.read_text("utf-8").splitlines()
    assert all(line[:2] == "20" and line[23:32] == "Z page | " for line in stamped)
    return [line[32:] for line in stamped]


def test_each_line_gets_time_and_name(pipe: tuple[int, int], log: OutputLog) -> None:
    os.write(pipe[1], b"one\ntwo\n")
    assert log.pump(pipe[0])
    assert lines_of(log) == ["one", "two"]


def test_line_in_two_pieces_is_one_line(pipe: tuple[int, int], log: OutputLog) -> None:
    for piece in (b"half a ", b"line\nand "):
        os.write(pipe[1], piece)
        log.pump(pipe[0])
    assert lines_of(log) == ["half a line"]


def test_unfinished_line_is_kept_at_the_end(pipe: tuple[int, int], log: OutputLog) -> None:
    os.write(pipe[1], b"last words")
    log.finish(pipe[0])
    assert lines_of(log) == ["last words"]
    assert (log.last_words() or "").endswith("last words")


def test_long_line_is_cut_at_64_kb_and_the_next_one_is_whole(
    pipe: tuple[int, int], log: OutputLog
) -> None:
    for piece in (b"x" * 60_000, b"x" * 60_000, b"x" * 60_000, b"\nshort\n"):
        os.write(pipe[1], piece)
        log.pump(pipe[0])
    cut, short = lines_of(log)
    assert (len(cut), short) == (MAX_LINE_BYTES, "short")
    assert cut.endswith(" [cut at 64 KB]")


def test_end_of_the_pipe_is_told(pipe: tuple[int, int], log: OutputLog) -> None:
    os.close(pipe[1])
    assert not log.pump(pipe[0])


def test_last_words_are_the_newest_twenty_lines(pipe: tuple[int, int], log: OutputLog) -> None:
    os.write(pipe[1], b"".join(b"line %d\n" % number for number in range(30)))
    log.pump(pipe[0])
    words = (log.last_words() or "").splitlines()
    assert (words[0], words[-1], len(words)) == ("line 10", "line 29", 20)
    log.begin()
    assert log.last_words() is None
