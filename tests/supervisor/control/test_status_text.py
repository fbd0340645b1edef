"""How a run reads in a few lines, and when it is called healthy."""

from dataclasses import replace

import pytest

from shared.run_files.processor_status import HistoryStatus
from shared.run_files.supervisor_status import SupervisorStatus, WorkerState, WorkerStatus
from supervisor.control.status_text import is_healthy, status_text

RUNNING = WorkerStatus(
    "processor",
    WorkerState.RUNNING,
    is_ready=True,
    pid=41,
    uptime_s=1234.4,
    restarts=1,
    rss_bytes=189_400_000,
    reason="healthy",
)
STATUS = SupervisorStatus(
    pid=7,
    create_time=1.5,
    boot_id="b",
    started_at_ms=1,
    updated_at_ms=2,
    instrument="BTC-USDT",
    page_url="http://localhost:8050/",
    workers=(RUNNING,),
)


def test_every_worker_has_a_line_of_its_own() -> None:
    failed = WorkerStatus(
        "recorder", WorkerState.BACKOFF, restarts=2, reason="exit code 1", next_delay_s=0.5
    )
    silent = replace(RUNNING, name="page", is_ready=False, restarts=0, rss_bytes=None, reason=None)
    assert status_text(replace(STATUS, workers=(RUNNING, failed, silent))).splitlines() == [
        "supervisor  pid 7  BTC-USDT  http://localhost:8050/",
        "processor   RUNNING  pid 41  up 1,234 s  189 MB  1 restart  healthy",
        "recorder    BACKOFF  2 restarts  exit code 1  next start in 0.5 s",
        "page        RUNNING (not ready)  pid 41  up 1,234 s  0 restarts",
        "files       file changes are noticed at once",
    ]


@pytest.mark.parametrize(
    ("file_watch", "told"),
    [("polling", "up to a quarter of a second late"), ("telepathy", "telepathy")],
)
def test_how_files_are_watched_is_said_in_the_words_of_the_log(file_watch: str, told: str) -> None:
    assert status_text(replace(STATUS, file_watch=file_watch)).endswith(told)


@pytest.mark.parametrize(
    ("state", "is_ready", "expected"),
    [
        (WorkerState.RUNNING, True, True),
        (WorkerState.EXITED, False, True),
        (WorkerState.RUNNING, False, False),
        (WorkerState.STARTING, False, False),
        (WorkerState.BACKOFF, False, False),
        (WorkerState.FATAL, False, False),
        (WorkerState.STOPPED, False, False),
    ],
)
def test_a_run_is_healthy_when_each_worker_is_ready_or_done(
    state: WorkerState, is_ready: bool, expected: bool
) -> None:
    other = WorkerStatus("recorder", state, is_ready=is_ready)
    assert is_healthy(replace(STATUS, workers=(RUNNING, other))) == expected


@pytest.mark.parametrize(
    ("history", "told"),
    [
        (HistoryStatus(19_234_816), "history     19.2 MB"),
        (
            HistoryStatus(1_200_000_000, "database or disk is full"),
            "history     1,200.0 MB  ended before the run: database or disk is full",
        ),
    ],
)
def test_the_history_is_told_with_its_size_and_its_end(history: HistoryStatus, told: str) -> None:
    assert status_text(STATUS, history).splitlines()[-1] == told
    assert "history" not in status_text(STATUS)
