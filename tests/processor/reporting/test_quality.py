"""What a run could not use: counted by kind, the first few logged, kept for the status."""

from pathlib import Path

import pytest

from processor.reporting.quality import LOGGED_PER_KIND, Quality
from shared.recordings.problems import BadRowError, RowProblem
from shared.run_files.processor_status import FileProblem

PATH = Path("/somewhere/X-25-07-01.db")


def test_a_run_without_problems_is_complete() -> None:
    assert Quality().is_complete


def test_a_skipped_row_is_counted_and_named(caplog: pytest.LogCaptureFixture) -> None:
    quality = Quality()
    quality.skip_row(PATH, "book", 812, BadRowError(RowProblem.BAD_LEVEL, "expected size >= 0"))
    assert not quality.is_complete
    assert dict(quality.skipped) == {"bad_level": 1}
    assert caplog.messages == ["skipped X-25-07-01.db, book row 812: expected size >= 0"]


def test_each_kind_has_its_own_first_few(caplog: pytest.LogCaptureFixture) -> None:
    quality = Quality()
    for row in range(LOGGED_PER_KIND + 7):
        quality.skip_row(PATH, "trades", row, BadRowError(RowProblem.BAD_SIZE, "size"))
    quality.skip_row(PATH, "trades", 99, BadRowError(RowProblem.BAD_PRICE, "price"))
    assert len(caplog.messages) == LOGGED_PER_KIND + 1 + 1
    assert caplog.messages[LOGGED_PER_KIND] == (
        "further rows with a size that cannot be are counted, not logged"
    )
    assert caplog.messages[-1].endswith("row 99: price")
    assert quality.skipped.total() == LOGGED_PER_KIND + 8


def test_a_file_with_a_problem_is_kept_and_logged_with_its_folder(
    caplog: pytest.LogCaptureFixture,
) -> None:
    quality = Quality()
    quality.report_file(PATH, "expected a file, found none")
    assert not quality.is_complete
    assert quality.file_problems == [FileProblem("X-25-07-01.db", "expected a file, found none")]
    assert caplog.messages == [f"{PATH}: expected a file, found none"]
