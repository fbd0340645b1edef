"""The status of a run: share, rate and time left, from the rows done and the time passed."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from processor.calculation.following import Following
from processor.calculation.position import Position
from processor.reporting.quality import Quality
from processor.reporting.status_reporter import StatusReporter
from shared.clock import MS_PER_DAY
from shared.job import Job, TimeRange
from shared.recordings.day_files import DayFile
from shared.recordings.problems import BadRowError, RowProblem
from shared.run_files.processor_status import Conservation, FileProblem, Phase

FILES = [DayFile(Path(f"X-70-01-0{day + 1}.db"), "X", day) for day in range(2)]
JOB = Job("X", TimeRange(1000, 9000), Path("d"), Path("r"), 10, 5)


@dataclass
class FakeReplay:
    position: Position = field(
        default_factory=lambda: Position(files_done=1, book_rows=30, trades=10, data_time_ms=5000)
    )
    observed: dict[str, int] = field(default_factory=lambda: {"crossed_rows": 1})
    conservation: Conservation = field(default_factory=lambda: Conservation(10, 5.0, 5.0))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("processor.reporting.status_reporter.time.monotonic", lambda: now[0])
    return now


def test_before_there_is_a_replay_nothing_is_done(clock: list[float]) -> None:
    status = StatusReporter(JOB, Quality()).status(Phase.STARTING)
    assert (status.instrument, status.from_ms, status.to_ms) == ("X", 1000, 9000)
    assert (status.window_seconds, status.depth_levels, status.pid) == (10, 5, os.getpid())
    assert (status.book_rows, status.trades, status.share_done) == (0, 0, 0.0)
    assert (status.data_time_ms, status.eta_s, status.last_error) == (None, None, None)


def test_share_rate_and_time_left_follow_from_rows_and_time(clock: list[float]) -> None:
    reporter = StatusReporter(JOB, Quality())
    reporter.expect(FILES, 160)
    clock[0] += 4
    status = reporter.status(Phase.RUNNING, FakeReplay())
    assert (status.share_done, status.rows_per_s, status.eta_s) == (0.25, 10.0, 12.0)
    assert (status.book_rows, status.trades, status.data_time_ms) == (30, 10, 5000)
    assert (status.files_done, status.files_total) == (1, 2)
    assert status.observed == {"crossed_rows": 1}
    assert status.conservation == Conservation(10, 5.0, 5.0)


def test_without_a_number_of_rows_the_share_goes_by_the_time(clock: list[float]) -> None:
    reporter = StatusReporter(JOB, Quality())
    reporter.expect(FILES, None)
    replay = FakeReplay()
    replay.position.data_time_ms = MS_PER_DAY * 3 // 2
    clock[0] += 6
    status = reporter.status(Phase.RUNNING, replay)
    assert (status.share_done, status.eta_s) == (0.75, 2.0)


def test_in_the_first_second_the_time_left_is_unknown(clock: list[float]) -> None:
    reporter = StatusReporter(JOB, Quality())
    reporter.expect(FILES, 160)
    clock[0] += 0.9
    assert reporter.status(Phase.RUNNING, FakeReplay()).eta_s is None


def test_more_rows_than_estimated_are_no_more_than_all(clock: list[float]) -> None:
    reporter = StatusReporter(JOB, Quality())
    reporter.expect(FILES, 7)
    clock[0] += 4
    status = reporter.status(Phase.RUNNING, FakeReplay())
    assert (status.share_done, status.eta_s) == (1.0, 0.0)


def test_a_finished_run_is_all_done_whatever_was_estimated(clock: list[float]) -> None:
    reporter = StatusReporter(JOB, Quality())
    reporter.expect(FILES, 1_000_000)
    clock[0] += 4
    status = reporter.status(Phase.FINISHED, FakeReplay())
    assert (status.share_done, status.eta_s) == (1.0, None)


def test_what_could_not_be_used_is_in_the_status() -> None:
    quality = Quality()
    quality.skip_row(Path("a.db"), "book", 1, BadRowError(RowProblem.BAD_LEVEL, "bad"))
    quality.report_file(Path("b.db"), "gone")
    status = StatusReporter(JOB, quality).status(Phase.FAILED, last_error="it broke")
    assert status.skipped == {"bad_level": 1}
    assert status.file_problems == (FileProblem("b.db", "gone"),)
    assert status.last_error == "it broke"


def test_each_run_has_an_id_of_its_own_that_stays() -> None:
    one, other = StatusReporter(JOB, Quality()), StatusReporter(JOB, Quality())
    assert one.status(Phase.STARTING).run_id == one.status(Phase.FINISHED).run_id
    assert one.status(Phase.STARTING).run_id != other.status(Phase.STARTING).run_id


def test_of_a_follower_is_told_when_rows_last_came(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_000]
    monkeypatch.setattr(
        "processor.reporting.status_reporter.time.time_ns", lambda: now[0] * 1_000_000
    )
    reporter, replay = StatusReporter(JOB, Quality()), FakeReplay()
    reporter.follow(Following())
    reporter.go_on("r", replay)
    assert reporter.status(Phase.RUNNING, replay).rows_came_at_ms is None
    told = []
    for now_ms, book_rows in ((2_000, 31), (3_000, 31), (4_000, 5), (5_000, 31), (6_000, 32)):
        now[0], replay.position.book_rows = now_ms, book_rows
        told.append(reporter.status(Phase.FOLLOWING, replay).rows_came_at_ms)
    assert told == [2_000, 2_000, 2_000, 2_000, 6_000]


def test_of_a_run_that_follows_nothing_is_not_told_when_rows_came() -> None:
    status = StatusReporter(JOB, Quality()).status(Phase.RUNNING, FakeReplay())
    assert status.rows_came_at_ms is None
