"""Publishing: seldom enough, only what changed, whole at every moment, put right when broken."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from processor.calculation.depth import Depth
from processor.reporting.publisher import LiveThrottle, Publisher, Throttle
from shared.bars import Bar
from shared.errors import RunDirectoryError
from shared.recordings.records import OrderbookLevel
from shared.run_files.processor_status import Phase, ProcessorStatus, read_processor_status
from shared.run_files.run_directory import RunDirectory
from tests.support.tiny_disk import fill, tiny_disk

STATUS = ProcessorStatus(
    run_id="r1",
    pid=1,
    phase=Phase.RUNNING,
    instrument="X",
    from_ms=0,
    to_ms=1,
    window_seconds=60,
    depth_levels=50,
    started_at_ms=0,
    updated_at_ms=0,
)


@dataclass(frozen=True)
class FakeState:
    ohlc_bars: list[Bar] = field(default_factory=lambda: [[60_000, 1.5, 2.0, 1.0, 1.5, 3.0]])
    metric_bars: list[Bar] = field(default_factory=lambda: [[60_000, *[0.5] * 4, *[4.0] * 4]])
    cvd_bars: list[Bar] = field(default_factory=lambda: [[60_000, 0.0, 3.0, 0.0, 3.0]])
    depth: Depth = field(
        default_factory=lambda: Depth([OrderbookLevel(99.5, 1.0)], [OrderbookLevel(100.0, 2.0)])
    )


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    run = RunDirectory(tmp_path / "run")
    run.create()
    return run


def identities(run: RunDirectory) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in run.published}


@pytest.mark.parametrize(
    ("waited_s", "bar_ms", "is_due"),
    [
        (0.0, 60_000, False),
        (0.249, 60_000, False),
        (0.25, 60_000, True),
        (5.0, 60_000, True),
        (0.099, 120_000, False),
        (0.101, 120_000, True),
    ],
    ids=[
        "at-once",
        "a-little-early",
        "after-250-ms",
        "much-later",
        "bar-end-at-once",
        "bar-end-after-100-ms",
    ],
)
def test_publishing_is_due_each_250_ms_and_soon_after_a_bar_ends(
    waited_s: float, bar_ms: int, is_due: bool
) -> None:
    throttle = Throttle(last_s=100.0, last_bar_ms=60_000)
    assert throttle.is_due(100.0 + waited_s, bar_ms) is is_due


def test_the_first_publishing_is_due_at_once() -> None:
    assert Throttle().is_due(0.0, 0)


def test_a_publishing_taken_note_of_starts_a_new_pause() -> None:
    throttle = Throttle()
    throttle.published(10.0, 60_000)
    assert not throttle.is_due(10.2, 60_000)
    throttle.published(10.25, 60_000)
    assert not throttle.is_due(10.45, 60_000)


def test_the_five_documents_are_those_of_the_contract(run: RunDirectory) -> None:
    Publisher(run).publish(FakeState(), STATUS)
    assert json.loads(run.ohlc.read_bytes()) == [[60_000, 1.5, 2.0, 1.0, 1.5, 3.0]]
    assert json.loads(run.metrics.read_bytes()) == [[60_000, 0.5, 0.5, 0.5, 0.5, 4, 4, 4, 4]]
    assert json.loads(run.cvd.read_bytes()) == [[60_000, 0, 3, 0, 3]]
    assert json.loads(run.depth.read_bytes()) == {"bids": [[99.5, 1]], "asks": [[100, 2]]}
    assert read_processor_status(run.processor_status) == STATUS
    assert sorted(path.name for path in run.data.iterdir()) == [
        "cvd_data.json",
        "depth_data.json",
        "metrics_data.json",
        "ohlc_data.json",
        "processor_status.json",
    ]


def test_a_new_run_clears_what_an_earlier_one_left(run: RunDirectory) -> None:
    Publisher(run).publish(FakeState(), STATUS)
    Publisher(run).clear()
    for path in (run.ohlc, run.metrics, run.cvd):
        assert json.loads(path.read_bytes()) == []
    assert json.loads(run.depth.read_bytes()) == {"bids": [], "asks": []}


def test_an_unchanged_document_is_not_written_again_but_the_status_is(run: RunDirectory) -> None:
    publisher = Publisher(run)
    publisher.publish(FakeState(), STATUS)
    before = identities(run)
    publisher.publish(FakeState(cvd_bars=[[60_000, 0.0, 9.0, 0.0, 9.0]]), STATUS)
    after = identities(run)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"cvd_data.json", "processor_status.json"}


def deleted(path: Path) -> None:
    path.unlink()


def overwritten(path: Path) -> None:
    path.write_bytes(b'{"half')


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def replaced_by_its_equal(path: Path) -> None:
    other = path.with_name("other")
    shutil.copyfile(path, other)
    other.write_bytes(b"[" + b" " * (path.stat().st_size - 2) + b"]")
    other.replace(path)


@pytest.mark.parametrize("harm", [deleted, overwritten, emptied, replaced_by_its_equal])
def test_a_harmed_file_is_put_right_at_the_next_publish(run: RunDirectory, harm: object) -> None:
    publisher = Publisher(run)
    publisher.publish(FakeState(), STATUS)
    good = {path: path.read_bytes() for path in run.published}
    for path in run.published:
        harm(path)
    publisher.publish(FakeState(), STATUS)
    assert {path: path.read_bytes() for path in run.published} == good


def test_a_deleted_folder_is_made_again_with_all_its_files(run: RunDirectory) -> None:
    publisher = Publisher(run)
    publisher.publish(FakeState(), STATUS)
    shutil.rmtree(run.data)
    publisher.publish(FakeState(), STATUS)
    assert all(json.loads(path.read_bytes()) for path in run.published)


def test_a_file_in_the_place_of_the_folder_is_an_error_that_names_it(run: RunDirectory) -> None:
    shutil.rmtree(run.data)
    run.data.write_text("in the way")
    with pytest.raises(RunDirectoryError, match=f"{run.data}: cannot be written: "):
        Publisher(run).publish(FakeState(), STATUS)


def many_bars(count: int) -> list[Bar]:
    return [[60_000 * i, 1.5, 2.0, 1.0, 1.5, 3.0] for i in range(count)]


def test_a_full_disk_leaves_the_old_files_whole_and_no_rest(tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk") as disk:
        run = RunDirectory(disk / "run")
        run.create()
        publisher = Publisher(run)
        publisher.publish(FakeState(), STATUS)
        before = {path: path.read_bytes() for path in run.data.iterdir()}
        ballast = fill(disk)
        with pytest.raises(RunDirectoryError, match="No space left on device"):
            publisher.publish(FakeState(ohlc_bars=many_bars(50)), STATUS)
        assert {path: path.read_bytes() for path in run.data.iterdir()} == before
        ballast.unlink()
        publisher.publish(FakeState(ohlc_bars=many_bars(50)), STATUS)
        assert len(json.loads(run.ohlc.read_bytes())) == 50


READER = """
import json, select, sys
paths = sys.argv[1:]
reads = 0
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0)[0] or reads < 100:
    for path in paths:
        with open(path, "rb") as file:
            document = json.loads(file.read())
        if isinstance(document, list):
            # every publish writes one number into all bars, and as many bars as it says
            assert {bar[1] for bar in document} == {len(document)}, path
        reads += 1
print(reads, flush=True)
"""


def test_readers_see_only_whole_documents_while_they_are_replaced(run: RunDirectory) -> None:
    publisher = Publisher(run)

    def publish(count: int) -> None:
        bars = [[i, float(count), 0.0] for i in range(count)]
        levels = [OrderbookLevel(1.0 + i, 1.0) for i in range(count)]
        state = FakeState(bars, bars, bars, Depth(levels, levels))
        publisher.publish(state, replace(STATUS, trades=count))

    publish(1)
    command = [sys.executable, "-c", READER, *map(str, run.published)]
    readers = [
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
    for turn in range(600):
        publish(1 + turn * 37 % 900)
    results = [reader.communicate("stop", timeout=60) for reader in readers]
    assert [error for _, error in results] == ["", ""]
    assert all(int(output) >= 100 for output, _ in results)
    assert not list(run.data.glob(".*"))


def test_a_followed_recording_is_published_soon_when_rows_have_come_and_seldom_else() -> None:
    throttle = LiveThrottle()
    throttle.published(10.0, rows=5)
    assert not throttle.is_due(10.17, rows=6)
    assert throttle.is_due(10.19, rows=6)
    assert not throttle.is_due(10.9, rows=5)
    assert throttle.is_due(11.0, rows=5)
