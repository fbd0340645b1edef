"""The file watch as the supervisor has it: what it tells of a folder, and when it wants to look."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from shared.run_files.event_lines import EventRecord
from supervisor.files.file_watch import FileWatch, WatchMode
from tests.supervisor.harness import wait_until


@dataclass
class Heard:
    """Stands for the status log: what was written, and which of it was said on the terminal."""

    written: list[EventRecord] = field(default_factory=list)
    said: list[EventRecord] = field(default_factory=list)
    turns: list[EventRecord] = field(default_factory=list)

    def write(self, record: EventRecord) -> None:
        if record.event.startswith("file_watch"):
            self.turns.append(record)
        else:
            self.written.append(record)

    def say(self, record: EventRecord) -> None:
        if not record.event.startswith("file_watch"):
            self.said.append(record)

    def tell(self, record: EventRecord) -> None:
        self.write(record)
        self.say(record)

    def names(self) -> list[str]:
        return [record.event for record in self.written]

    def said_names(self) -> list[str]:
        return [record.event for record in self.said]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def watch(tmp_path: Path, heard: Heard) -> Iterator[FileWatch]:
    watch = FileWatch(tmp_path, lambda: None, heard, 0.0)
    yield watch
    watch.close()


def publish(folder: Path, content: bytes) -> None:
    (folder / ".x.tmp").write_bytes(content)
    (folder / ".x.tmp").replace(folder / "x.json")


def test_each_version_is_written_and_said_at_most_every_5_s(
    watch: FileWatch, heard: Heard, tmp_path: Path
) -> None:
    for second in range(5):
        publish(tmp_path, b"[" + b"1," * second + b"1]")
        watch.tick(float(second), 0.0)
    assert heard.names() == ["file_changed"] * 5
    assert [record.bars for record in heard.said] == [1]
    watch.tick(5.0, 0.0)
    assert [record.bars for record in heard.said] == [1, 5], "the newest of what waited"


def test_damage_and_its_mending_are_said_at_once(
    watch: FileWatch, heard: Heard, tmp_path: Path
) -> None:
    for second, content in enumerate((b"[]", b"[", b"[[", b"[[]]")):
        publish(tmp_path, content)
        watch.tick(float(second), 0.0)
    (tmp_path / "x.json").unlink()
    watch.tick(4.0, 0.0)
    broken = ["file_changed", "file_broken", "file_broken", "file_changed", "file_gone"]
    assert heard.names() == broken
    assert heard.said_names() == ["file_changed", "file_broken", "file_changed", "file_gone"]
    assert (heard.written[1].reason or "").startswith("expected one JSON document")


def test_progress_without_news_is_told_once(watch: FileWatch, heard: Heard) -> None:
    for second in range(30):
        watch.tick(float(second), float(second))
    assert heard.names() == heard.said_names() == ["files_stale"]


def test_a_hint_is_followed_before_the_next_look_is_due(
    watch: FileWatch, heard: Heard, tmp_path: Path
) -> None:
    watch.start(0.0)

    def is_by_events() -> bool:
        watch.tick(watch.next_deadline, 0.0)
        return watch.mode is WatchMode.EVENTS

    wait_until("the watch works by events", is_by_events, 5)
    publish(tmp_path, b"[]")

    def is_told() -> bool:
        watch.tick(watch.next_deadline - 0.9, 0.0)
        return bool(heard.names())

    wait_until("the change is told", is_told, 5)
    assert heard.turns == [EventRecord(event="file_watch_events")]


def test_a_watch_that_was_not_started_looks_each_quarter_of_a_second(watch: FileWatch) -> None:
    assert watch.mode is WatchMode.POLLING
    watch.tick(0.0, 0.0)
    assert watch.next_deadline == 0.25
