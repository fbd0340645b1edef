"""Values that might stand for nothing and occur all the same: time 0, label 0, before 1970."""

from pathlib import Path

import pytest

from processor.engine.kernels import arguments
from shared import clock
from shared.job import TimeRange
from shared.recordings import level_parser
from tests.support.engine_runs import assert_all_agree
from tests.support.recordings import T0, Book, Recording, Tick
from tests.support.resume import StopAfter, make_job, result, run_job

AGES = TimeRange(-(10**13), 10**13)
LONGER_THAN_THE_EPOCH = 2_000_000_000


def test_a_window_longer_than_the_epoch_is_one_bar_with_label_0(tmp_path: Path) -> None:
    file = Recording(tmp_path).write(
        [Book(T0, [[99, 1]], [[101, 3]]), Book(T0 + 90_000, [[99, 3]], [])],
        [Tick(T0 + 1, 100, 2), Tick(T0 + 99_000, 102, 1, "sell")],
    )
    outcome = assert_all_agree(file, window_seconds=LONGER_THAN_THE_EPOCH).outcome
    assert outcome.ohlc == [[0, 100, 102, 100, 102, 3]]
    assert outcome.cvd == [[0, 0, 2, 0, 1]]
    assert outcome.metrics == [[0, -0.5, 0, -0.5, 0, 4, 6, 4, 6]]


def test_rows_at_the_epoch_and_before_it_count(tmp_path: Path) -> None:
    times = ["1969-12-31T23:59:00Z", "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00Z"]
    file = Recording(tmp_path).write(
        [Book(time, [[99, 1 + i]], [[101, 1]]) for i, time in enumerate(times)],
        [Tick(time, 100 + i, 1 + i) for i, time in enumerate(times)],
    )
    found = assert_all_agree(file, time_range=AGES)
    assert found.outcome.ohlc == [[-60_000, 100, 101, 100, 101, 3], [0, 102, 102, 102, 102, 3]]
    assert [bar[0] for bar in found.outcome.metrics] == [-60_000, 0]
    assert (found.position.book_rows, found.position.trades) == (3, 3)
    assert found.position.data_time_ms == 0
    assert found.outcome.skipped == {}


def test_a_run_goes_on_from_an_open_bar_with_label_0(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processor.engine.replay.file_replay.BOOK_ROWS", 8)
    monkeypatch.setattr("processor.engine.replay.file_replay.TRADE_ROWS", 8)
    monkeypatch.setattr("processor.job.job_run.LOOK_SECONDS", 0.0)
    Recording(tmp_path / "data").write(
        [Book(T0 + 10 * i, [[99, 1 + i]], [[101, 1]]) for i in range(200)],
        [Tick(T0 + 10 * i, 100 + i, 1) for i in range(200)],
    )
    changes = {"window_seconds": LONGER_THAN_THE_EPOCH}
    run_job(make_job(tmp_path / "data", tmp_path / "whole", **changes), every_s=1000)
    job = make_job(tmp_path / "data", tmp_path / "run", **changes)
    run_job(job, stop=StopAfter(40))
    assert 0 < result(tmp_path / "run")["trades"] < 200
    run_job(job)
    assert result(tmp_path / "run") == result(tmp_path / "whole")


def test_kernels_and_parsers_mean_the_same_by_nothing_and_by_too_large() -> None:
    assert arguments.NO_MOMENT == clock.NO_MOMENT
    assert arguments.LARGEST == level_parser.LARGEST
