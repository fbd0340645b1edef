from pathlib import Path

from shared.job import Job, TimeRange
from shared.run_files.processor_status import Phase, ProcessorStatus
from visualizer.feed.shown_records import ShownJob, shown_job

OWN = Job("BTC-USDT", TimeRange(0, 86_400_000), Path("data"), Path("run"), 60, 50)


def test_before_there_is_a_record_the_job_is_the_page_s_own() -> None:
    assert shown_job(None, OWN) == ShownJob("BTC-USDT", 0, 86_400_000, 60)


def test_the_job_is_the_one_that_the_processor_names() -> None:
    status = ProcessorStatus(
        run_id="r",
        pid=1,
        phase=Phase.RUNNING,
        instrument="ETH-USDT",
        from_ms=5,
        to_ms=9,
        window_seconds=300,
        depth_levels=50,
        started_at_ms=0,
        updated_at_ms=0,
    )
    assert shown_job(status, OWN) == ShownJob("ETH-USDT", 5, 9, 300)
