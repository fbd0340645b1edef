"""Reading the workers' logs: the newest lines of all, and new ones as they come."""

from pathlib import Path

import pytest

from supervisor.logs import reader
from supervisor.logs.reader import follow, tail


def test_the_newest_lines_of_all_logs_come_in_the_order_of_time(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("1 a | x\n4 a | y\n")
    (tmp_path / "b.log").write_text("2 b | x\n3 b | y\n")
    paths = [tmp_path / "a.log", tmp_path / "b.log"]
    assert tail(paths, 3) == ["2 b | x", "3 b | y", "4 a | y"]
    assert tail(paths, 100) == ["1 a | x", "2 b | x", "3 b | y", "4 a | y"]
    assert tail(paths, 0) == tail([], 5) == []


def test_bytes_that_are_no_text_are_shown_as_such(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"1 \xff\n")
    assert tail([tmp_path / "a.log"], 1) == ["1 \N{REPLACEMENT CHARACTER}"]


def test_new_lines_are_followed_across_a_rotation_and_halves_are_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.log"
    path.write_text("1 before\n")

    def append(text: str) -> None:
        with path.open("a") as file:
            file.write(text)

    happens = iter(
        [
            lambda: append("2 half"),
            lambda: append(" whole\n"),
            lambda: path.rename(tmp_path / "a.log.1"),
            lambda: append("3 in a new file\n"),
            lambda: path.write_text(""),
            lambda: append("4 after\n"),
        ]
    )
    monkeypatch.setattr(reader.time, "sleep", lambda _seconds: next(happens)())
    lines = follow([path])
    assert [next(lines) for _ in range(3)] == ["2 half whole", "3 in a new file", "4 after"]
