"""A recording followed under the supervisor: started before it, killed amid it, never hung."""

import os
import signal
from pathlib import Path

from shared.run_files.processor_status import Phase, read_processor_status
from tests.supervisor.conftest import run as run
from tests.supervisor.harness import Run, wait_until
from tests.support.followers import content, content_of_plain_run
from tests.support.live_recorder import live_recorder, market
from tests.support.recordings import MS_PER_DAY, T0

MIDNIGHT = T0 + MS_PER_DAY
RANGE = ("--from", "2025-07-01", "--to", "2025-07-02T00:00:20")


def rows_published(run: Run) -> int:
    status = read_processor_status(run.run_dir.processor_status)
    return status.book_rows + status.trades


def is_waiting(run: Run) -> bool:
    path = run.run_dir.processor_status
    return path.exists() and read_processor_status(path).waiting_for is not None


def test_a_follower_waits_is_killed_goes_on_and_ends_as_a_plain_run(
    run: Run, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    where = ("--data-dir", str(data), "--run-dir", str(run.run_dir.root), "--port", "0")
    deadline = ("--heartbeat-deadline", "3")
    run.launch(run.command_line("--follow", *RANGE, *where, *deadline))
    first = run.wait_for("processor", "RUNNING", 60)["pid"]
    wait_until("it waits for the recording", lambda: is_waiting(run), 60)
    rows = market(31, MIDNIGHT - 20_000, MIDNIGHT + 30_000)
    with live_recorder(data) as recorder:
        recorder.record(rows[:200])
        wait_until("rows are published", lambda: rows_published(run) == 200, 60)
        os.kill(first, signal.SIGKILL)
        recorder.record(rows[200:])
        run.wait_for("processor", "EXITED", 120)
    assert read_processor_status(run.run_dir.processor_status).phase is Phase.FINISHED
    assert [event["signal"] for event in run.events("backoff", "processor")] == ["SIGKILL"]
    made, plain = content(run.run_dir.root), content_of_plain_run(data, tmp_path / "plain", *RANGE)
    assert made == plain
