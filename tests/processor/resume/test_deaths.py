"""Killed anywhere, as often as may be, and gone on: the result is that of an undisturbed run."""

import os
import random
from pathlib import Path

import pytest

from shared.job import TimeRange
from shared.recordings.day_files import DayFile
from shared.run_files.run_directory import RunDirectory
from tests.support.real_recordings import RealRecording, each_recording, needs_real_data
from tests.support.recordings import T0, Book, Recording, Tick
from tests.support.resume import die_and_go_on, make_job, result, run_job

KILLS = 50
SEED = int(os.environ.get("RESUME_SEED", random.randrange(2**32)))

FAULTS = ("before temp", "half written", "before the first", "between", "after the second", "after")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two small days, odd rows and a late one included."""
    recording = Recording(tmp_path / "data")
    for day, start in (("25-07-01", T0), ("25-07-02", T0 + 86_400_000)):
        rng = random.Random(day)
        book = [
            Book(
                start + 1_000 * i,
                [[100 - rng.randint(0, 9), rng.randint(0, 3)]],
                "bad" if i == 11 else [[101 + rng.randint(0, 9), rng.randint(0, 3)]],
            )
            for i in range(24)
        ]
        trades = [
            Tick(
                start + 700 * i, 100 + rng.random(), rng.random() + 0.1, rng.choice(["buy", "sell"])
            )
            for i in range(24)
        ]
        trades[5] = Tick(start + 700 * 5, -1)
        recording.write(book, trades, day=day)
    return tmp_path / "data"


TWO_DAYS = TimeRange(T0, T0 + 2 * 86_400_000)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_death_at_every_step_of_every_checkpoint_changes_nothing(
    data: Path, tmp_path: Path, fault: str
) -> None:
    run_job(make_job(data, tmp_path / "whole", time_range=TWO_DAYS))
    lives = die_and_go_on(data, tmp_path / "run", time_range=TWO_DAYS, batch_rows=4, fault=fault)
    assert lives.deaths >= 24, lives
    assert lives.exit_code == 65
    assert result(tmp_path / "run") == result(tmp_path / "whole")
    assert not list((tmp_path / "run").glob(".*.tmp"))


def check_random_deaths(
    data_dir: Path, tmp_path: Path, recording: RealRecording, rows: int
) -> None:
    print(f"RESUME_SEED={SEED}")  # noqa: T201 - repeats a run that failed
    job = make_job(
        data_dir,
        tmp_path / "whole",
        instrument=recording.instrument,
        time_range=recording.time_range,
    )
    whole_code = run_job(job, every_s=1000)
    lives = die_and_go_on(
        data_dir,
        tmp_path / "run",
        instrument=recording.instrument,
        time_range=recording.time_range,
        batch_rows=max(1, rows // 200),
        kills=KILLS,
        seed=SEED,
    )
    assert lives.deaths == KILLS
    assert lives.exit_code == whole_code
    assert lives.log.count("going on from") > KILLS // 2
    assert result(tmp_path / "run") == result(tmp_path / "whole")
    assert not list(RunDirectory(tmp_path / "run").root.glob(".*.tmp"))


@needs_real_data
@each_recording
def test_fifty_kills_at_random_moments_of_a_recording_change_nothing(
    recording: RealRecording, tmp_path: Path
) -> None:
    rows = recording.book_rows + recording.trades
    check_random_deaths(recording.data_dir, tmp_path, recording, rows)


@pytest.mark.slow
def test_fifty_kills_at_random_moments_of_a_demo_hour_change_nothing(
    demo_hour: DayFile, tmp_path: Path
) -> None:
    demo = RealRecording("", "BTC-USDT", "2025-07-01", "2025-07-02", 36_000, 20_000)
    check_random_deaths(demo_hour.path.parent, tmp_path, demo, 56_000)
