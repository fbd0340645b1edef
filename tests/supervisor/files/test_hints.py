"""Scenario 25 from inside, and what the watch on the published files says of itself."""

import errno
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from supervisor.files.hints import RETRY_SECONDS, ChangeHints, WatchMode
from tests.supervisor.harness import wait_until

Turns = list[tuple[str, str | None]]
MakeWatch = Callable[..., ChangeHints]


@pytest.fixture
def turns() -> Turns:
    return []


@pytest.fixture
def make_watch(tmp_path: Path, turns: Turns) -> Iterator[MakeWatch]:
    watches = []

    def make(
        wake: Callable[[], None] = lambda: None,
        make_observer: Callable[[], BaseObserver] = Observer,
    ) -> ChangeHints:
        watch = ChangeHints(
            tmp_path / "data",
            wake,
            lambda record: turns.append((record.event, record.reason)),
            make_observer,
        )
        watches.append(watch)
        return watch

    yield make
    for watch in watches:
        watch.close()


def hear_the_canary(watch: ChangeHints, now: float) -> None:
    def look() -> bool:
        watch.check(now)
        return watch.next_deadline is None

    wait_until("the canary is heard", look, 5)


def test_watch_uses_events_once_the_canary_is_heard(make_watch: MakeWatch, turns: Turns) -> None:
    watch = make_watch()
    watch.start(0.0)
    assert watch.mode is WatchMode.POLLING
    hear_the_canary(watch, 0.1)
    assert watch.mode is WatchMode.EVENTS
    assert [event for event, _ in turns] == ["file_watch_events"]


def test_atomic_replace_is_a_hint(make_watch: MakeWatch, tmp_path: Path) -> None:
    hinted = threading.Event()
    watch = make_watch(hinted.set)
    watch.start(0.0)
    hear_the_canary(watch, 0.1)
    hinted.clear()
    temporary = tmp_path / "data" / ".ohlc_data.json.tmp"
    temporary.write_bytes(b"[]")
    temporary.replace(tmp_path / "data" / "ohlc_data.json")
    assert hinted.wait(5)


def test_write_in_place_is_a_hint(make_watch: MakeWatch, tmp_path: Path) -> None:
    file = tmp_path / "data" / "ohlc_data.json"
    file.parent.mkdir()
    file.write_bytes(b"[]")
    hinted = threading.Event()
    watch = make_watch(hinted.set)
    watch.start(0.0)
    hear_the_canary(watch, 0.1)
    hinted.clear()
    with file.open("r+b") as open_file:
        open_file.write(b"[0]")
    assert hinted.wait(5)


def test_reading_is_no_hint(make_watch: MakeWatch, tmp_path: Path) -> None:
    file = tmp_path / "data" / "ohlc_data.json"
    file.parent.mkdir()
    file.write_bytes(b"[]")
    hints: list[str] = []
    watch = make_watch(lambda: hints.append("hint"))
    watch.start(0.0)
    hear_the_canary(watch, 0.1)
    for _ in range(100):
        file.read_bytes()
    # Ten moves come after the reading; what came before them are the canary's two or three.
    for number in range(10):
        file = file.rename(file.with_name(f"moved{number}.json"))
    wait_until("the moves are hints", lambda: len(hints) >= 10, 5)
    assert len(hints) < 20


def test_25_canary_that_is_not_heard_means_polling(make_watch: MakeWatch, turns: Turns) -> None:
    class Deaf(type(Observer())):  # type: ignore[misc]
        def dispatch_events(self, _queue: object) -> None:
            threading.Event().wait(0.05)

    watch = make_watch(make_observer=Deaf)
    watch.start(0.0)
    watch.check(0.9)
    assert turns == []
    watch.check(1.0)
    assert turns == [("file_watch_polling", "a test file was not noticed within 1 s")]
    assert watch.rescan_seconds < 1


def test_25_no_inotify_means_polling_and_another_try_later(
    make_watch: MakeWatch, turns: Turns
) -> None:
    is_refused = True

    def make_observer() -> BaseObserver:
        if is_refused:
            raise OSError(errno.ENOSPC, "No space left on device")
        return Observer()

    watch = make_watch(make_observer=make_observer)
    watch.start(0.0)
    assert turns == [("file_watch_polling", "cannot watch data/: No space left on device")]
    is_refused = False
    watch.check(RETRY_SECONDS - 1)
    assert watch.mode is WatchMode.POLLING
    watch.check(RETRY_SECONDS)
    hear_the_canary(watch, RETRY_SECONDS + 0.1)
    assert watch.mode is WatchMode.EVENTS


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_25_handler_that_raises_leads_to_a_rebuild(
    make_watch: MakeWatch, turns: Turns, tmp_path: Path
) -> None:
    is_raising = False

    def wake() -> None:
        if is_raising:
            raise RuntimeError("the handler's own fault")

    watch = make_watch(wake)
    watch.start(0.0)
    hear_the_canary(watch, 0.1)
    is_raising = True
    (tmp_path / "data" / "ohlc_data.json").write_bytes(b"[]")

    def look() -> bool:
        watch.check(0.2)
        return ("file_watch_rebuilt", "the thread that takes the system's events died") in turns

    wait_until("the watch is rebuilt", look, 5)
    is_raising = False
    watch.check(0.3)
    hear_the_canary(watch, 0.4)
    assert watch.mode is WatchMode.EVENTS


def test_folder_that_was_replaced_leads_to_a_rebuild(
    make_watch: MakeWatch, turns: Turns, tmp_path: Path
) -> None:
    watch = make_watch()
    watch.start(0.0)
    hear_the_canary(watch, 0.1)
    (tmp_path / "data").rename(tmp_path / "old")
    watch.check(0.2)
    assert turns[-1] == ("file_watch_rebuilt", "the folder data/ is gone")
    hear_the_canary(watch, 0.3)
    assert watch.mode is WatchMode.EVENTS


def test_fifty_rebuilds_leave_no_descriptor_and_no_thread(
    make_watch: MakeWatch, tmp_path: Path
) -> None:
    watch = make_watch()
    watch.start(0.0)
    hear_the_canary(watch, 0.1)
    before = psutil.Process().num_fds(), threading.active_count()
    for number in range(50):
        (tmp_path / "data").rename(tmp_path / f"old{number}")
        watch.check(0.2)
        hear_the_canary(watch, 0.3)

    def look() -> bool:
        return (psutil.Process().num_fds(), threading.active_count()) <= before

    wait_until("as many as before", look, 10)
