"""What a sink is given: everything, once, and never what a checkpoint does not know of."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from processor.engine.replay.engine_replay import EngineReplay
from processor.job.job_run import JobRun
from processor.job.stop_signal import StopSignal
from processor.reference.replay import ReferenceReplay
from processor.reporting.quality import Quality
from shared.bars import MAX_BARS
from shared.clock import END_OF_TIME_MS
from shared.job import Job, TimeRange
from shared.recordings.day_files import find_day_files
from shared.run_files.run_directory import RunDirectory
from shared.series import OHLC
from tests.support.memory_sink import Content, MemorySink
from tests.support.recordings import MS_PER_DAY, T0, Book, Recording, Tick
from tests.support.resume import StopAfter, make_job

ROWS = 1200


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Two days of rows, a second or less apart; those of the second day out of order."""
    rng = random.Random("sink")
    recording = Recording(tmp_path)
    for number, day in enumerate(("25-07-01", "25-07-02")):
        start = T0 + number * MS_PER_DAY
        book = [
            Book(
                str(start + 900 * row),
                json.dumps([[f"{rng.uniform(90, 99):.1f}", rng.choice(["0", "1", "2.5"])]]),
                json.dumps([[f"{rng.uniform(101, 110):.1f}", rng.choice(["0", "1", "2.5"])]]),
            )
            for row in range(ROWS)
        ]
        trades = [
            Tick(str(start + 890 * row), rng.uniform(99, 101), rng.random(), rng.choice(SIDES))
            for row in range(ROWS)
        ]
        if number:
            book[ROWS - 200 :], trades[ROWS - 200 :] = (
                shuffled(rng, book[ROWS - 200 :]),
                shuffled(rng, trades[ROWS - 200 :]),
            )
        recording.write(book, trades, day=day)
    for module in ("engine.replay.file_replay.BOOK_ROWS", "engine.replay.file_replay.TRADE_ROWS"):
        monkeypatch.setattr(f"processor.{module}", 64)
    monkeypatch.setattr("processor.job.job_run.LOOK_SECONDS", 0.0)
    run = RunDirectory(tmp_path / "run")
    run.create()
    return make_job(tmp_path, run.root, window_seconds=1, time_range=TWO_DAYS)


SIDES = ("buy", "sell")
TWO_DAYS = TimeRange(T0, T0 + 2 * MS_PER_DAY)


def shuffled(rng: random.Random, rows: list[Any]) -> list[Any]:
    rows = rows.copy()
    rng.shuffle(rows)
    return rows


def run(job: Job, sink: MemorySink, stop: StopSignal | None = None) -> int:
    return JobRun(job, stop=stop, sink=sink, checkpoint_seconds=0.0).run()


def undisturbed(job: Job) -> Content:
    sink = MemorySink()
    assert JobRun(job, sink=sink, is_fresh=True).run() == 0
    return sink.content


def test_a_sink_is_given_every_trade_sample_and_closed_bar(job: Job) -> None:
    content = undisturbed(job)
    trades, samples = content.tables["trades"], content.tables["samples"]
    assert len(trades) == 2 * ROWS
    assert len({row_id for row_id, *_ in trades[:ROWS]}) == ROWS
    assert [times for _, times, *_ in trades] == sorted(t for _, t, *_ in trades)
    assert len(samples) == 2 * ROWS
    assert any(row[-1] is None for row in samples)
    bars = content.tables["ohlc"]
    assert len(bars) > 2 * MAX_BARS
    open_bar_ms = trades[-1][1] // 1000 * 1000
    sizes = {}
    for _, time_ms, _, size, _ in trades:
        sizes.setdefault(time_ms // 1000 * 1000, []).append(size)
    assert open_bar_ms not in {bar[0] for bar in bars}
    assert {bar[0]: bar[5] for bar in bars} == pytest.approx(
        {start: sum(each) for start, each in sizes.items() if start != open_bar_ms}
    )
    assert content.tables["cvd"][-1][4] == pytest.approx(
        sum(size if is_buy else -size for _, t, _, size, is_buy in trades if t < open_bar_ms)
    )
    two_sided = {row[1] // 1000 for row in samples if row[-1] is not None}
    assert len(content.tables["metrics"]) == len(two_sided) - 1


@pytest.mark.parametrize("replay", [EngineReplay, ReferenceReplay])
def test_what_is_before_a_moment_has_come_when_it_is_reached(
    job: Job, replay: type[EngineReplay | ReferenceReplay]
) -> None:
    sink = MemorySink()
    files = find_day_files(job.data_dir, job.instrument, job.time_range.days).files
    for _ in replay(files, job, Quality(), sink=sink).steps():
        pass
    assert sink.stragglers == 0
    assert sink.reached[-1] == END_OF_TIME_MS
    assert len(set(sink.reached)) > 2 * ROWS / 64
    book_end_ms = T0 + MS_PER_DAY + 900 * (ROWS - 1)
    assert max(sink.reached[:-1]) == book_end_ms


def test_a_file_found_out_of_order_is_taken_back_whole(job: Job) -> None:
    sink = MemorySink()
    assert run(job, sink) == 0
    assert sink.taken_back == 1
    assert sink.commits > 30
    assert sink.content.files == ["BTC-USDT-25-07-01.db", "BTC-USDT-25-07-02.db"]
    assert sink.content == undisturbed(job)


@pytest.mark.parametrize("seed", range(5))
def test_killed_at_any_moment_it_ends_with_what_an_undisturbed_run_gives(
    job: Job, seed: int
) -> None:
    expected = undisturbed(job)
    RunDirectory(job.run_dir).checkpoint.unlink()
    RunDirectory(job.run_dir).previous_checkpoint.unlink(missing_ok=True)
    rng, sink = random.Random(seed), MemorySink()
    while run(job, sink, StopAfter(rng.randrange(1, 40))) != 0:
        for _ in range(rng.randrange(3)):  # given, and never committed
            sink.add_bars(OHLC, [[1, 2, 3, 4, 5, 6]])
        sink.die()
        if rng.random() < 0.3:  # a commit whose checkpoint never got to the disk
            RunDirectory(job.run_dir).checkpoint.unlink(missing_ok=True)
    assert sink.content == expected


def test_a_checkpoint_that_the_sink_does_not_reach_is_set_aside(job: Job) -> None:
    assert run(job, MemorySink(), StopAfter(20)) != 0
    sink = MemorySink()
    assert run(job, sink) == 0
    assert sink.content == undisturbed(job)
