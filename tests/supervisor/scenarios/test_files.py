"""Scenarios 24 and 25: the published files, and the watch on them, go wrong."""

import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from shared.run_files.atomic_file import write_json
from tests.supervisor.harness import Run, wait_until


def test_24_truncated_json_is_reported_and_restarts_nobody(run: Run) -> None:
    run.start()
    pids = run.wait_ready()
    broken = run.run_dir.metrics
    broken.write_bytes(b"[[60000, 0.1,")
    # A writer that does not replace the file in one step may be seen before its first byte as well.
    reports = wait_until(
        "it is reported",
        lambda: [each for each in run.events("file_broken") if each["bytes"] == 13],
        2,
    )
    assert [report["file"] for report in reports] == ["metrics_data.json"]
    write_json(broken, [[60_000, 0.1]])
    [mended] = wait_until("it is whole again", lambda: run.events("file_changed"), 2)
    assert (mended["bars"], mended["newest_ms"]) == (1, 60_000)
    assert run.wait_ready() == pids
    assert len(run.events("starting")) == 2


def test_24b_change_after_an_event_overflow_is_seen_within_2_s(run: Run) -> None:
    run.start()
    run.wait_ready()
    limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    run.signal(signal.SIGSTOP)
    scratch = run.run_dir.data / ".scratch"
    for _ in range(limit // 3 + 1000):  # create, close and delete: three events and more
        scratch.touch()
        scratch.unlink()
    run.signal(signal.SIGCONT)
    _assert_change_is_seen(run)


def test_24c_change_in_a_recreated_folder_is_seen_within_2_s(run: Run) -> None:
    run.start()
    pids = run.wait_ready()
    write_json(run.run_dir.ohlc, [[60_000, 1, 1, 1, 1, 1]])
    wait_until("it is seen", lambda: run.events("file_changed"))
    shutil.rmtree(run.run_dir.data)
    wait_until("the loss is told", lambda: run.events("file_gone"), 3)
    run.run_dir.data.mkdir(exist_ok=True)
    _assert_change_is_seen(run)
    wait_until("the watch is rebuilt", lambda: run.events("file_watch_rebuilt"))
    assert run.wait_ready() == pids


def test_24d_each_change_is_reported_once(run: Run) -> None:
    run.start()
    run.wait_ready()
    for number in range(1, 21):
        write_json(run.run_dir.cvd, [[number, 0, 0, 0, 0]])
        wait_until(f"change {number}", lambda n=number: _newest(run) == n, 2)
    seen = [event["newest_ms"] for event in run.events("file_changed")]
    assert seen == list(range(1, 21))


@pytest.mark.patient
def test_24e_progress_without_changes_is_told_once(run: Run) -> None:
    run.start(processor=["--data", str(run.run_dir.data), "--silent-files"])
    run.wait_ready()
    [stale] = wait_until("it is told", lambda: run.events("files_stale"), 30)
    assert "claims progress" in stale["reason"]
    assert len(run.events("starting")) == 2


def test_25_without_inotify_polling_takes_over_and_is_said(run: Run) -> None:
    run.make_plan()
    without = 'echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"'
    namespace = ["unshare", "-Ur", "sh", "-c", without, "sh"]
    if subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("taking inotify away needs user namespaces")
    with run.console_path.open("wb") as console:
        run.popen = subprocess.Popen(
            [*namespace, *run.command],
            env=run.environment,
            stdout=console,
            stderr=console,
            start_new_session=True,
        )
    run.wait_ready()
    [fallen] = run.events("file_watch_polling")
    assert "cannot watch" in fallen["reason"]
    status = run.status()
    assert status is not None
    assert status["file_watch"] == "polling"
    _assert_change_is_seen(run)


def _newest(run: Run) -> int | None:
    changes = run.events("file_changed")
    return changes[-1]["newest_ms"] if changes else None


def _assert_change_is_seen(run: Run) -> None:
    newest = time.time_ns() // 1_000_000
    write_json(run.run_dir.ohlc, [[newest, 1, 1, 1, 1, 1]])
    wait_until("the change is seen", lambda: _newest(run) == newest, 2)
