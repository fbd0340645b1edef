"""The whole product: real supervisor, processor and page on a recording."""

import http.client
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from shared.recordings.day_files import DayFile
from shared.run_files.run_directory import RunDirectory
from tests.supervisor.conftest import run as run
from tests.supervisor.harness import ROOT, Run, is_gone, wait_until
from tests.support.ports import free_port

RANGE = ("--instrument", "BTC-USDT", "--from", "2025-07-01", "--to", "2025-07-02")
BINANCE = ROOT.parent / "shared" / "data" / "binance-spot"


@pytest.fixture
def recording(demo_half_hour: DayFile) -> Path:
    return demo_half_hour.path.parent


def start(run: Run, *arguments: str) -> None:
    folder = ("--run-dir", str(run.run_dir.root), "--port", "0")
    run.launch(run.command_line(*arguments, *folder))


def page_answer(run: Run) -> int:
    status = run.status()
    assert status is not None
    address = urlsplit(status["page_url"])
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    finally:
        connection.close()


def published(run_dir: RunDirectory) -> dict[str, bytes]:
    """The four data files; the status beside them tells times and is never the same twice."""
    return {p.name: p.read_bytes() for p in run_dir.published if p != run_dir.processor_status}


def test_recording_is_processed_and_the_page_stays_up(run: Run, recording: Path) -> None:
    start(run, *RANGE, "--data-dir", str(recording))
    run.wait_for("processor", "EXITED", 120)
    run.wait_for("visualizer", "RUNNING", 60)
    assert page_answer(run) == 200
    assert all(path.exists() for path in run.run_dir.published)
    changed = {event["file"] for event in run.events("file_changed")}
    assert changed == {path.name for path in run.run_dir.published}


def test_killed_half_is_back_and_the_other_keeps_its_pid(run: Run, recording: Path) -> None:
    start(run, *RANGE, "--data-dir", str(recording))
    # At once, while it still starts: the recording is short.
    processor = wait_until("there is a processor", lambda: run.worker("processor").get("pid"))
    os.kill(processor, signal.SIGKILL)
    page = run.wait_for("visualizer", "RUNNING", 60)["pid"]
    run.wait_for("processor", "EXITED", 120)
    assert [event["signal"] for event in run.events("backoff", "processor")] == ["SIGKILL"]
    assert run.worker("visualizer")["pid"] == page
    assert run.worker("visualizer")["restarts"] == 0
    before = published(run.run_dir)
    os.kill(page, signal.SIGKILL)
    assert run.wait_for_new_pid("visualizer", page) != page
    assert page_answer(run) == 200
    assert run.worker("processor")["state"] == "EXITED"
    assert published(run.run_dir) == before


def test_ctrl_c_leaves_no_process_behind(run: Run, recording: Path) -> None:
    start(run, *RANGE, "--data-dir", str(recording))
    page = run.wait_for("visualizer", "RUNNING", 60)["pid"]
    run.signal(signal.SIGINT)
    assert run.wait(10) == 130
    assert is_gone(page)
    assert not run.family()


def test_missing_recording_is_fatal_in_the_processor_s_own_words(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    start(run, *RANGE, "--data-dir", str(tmp_path / "empty"))
    fatal = run.wait_for("processor", "FATAL", 60)
    assert fatal["exit_code"] == 66
    assert "BTC-USDT" in fatal["last_words"]
    assert run.wait_for("visualizer", "RUNNING", 60)["restarts"] == 0


@pytest.mark.skipif(not BINANCE.is_dir(), reason="the real recordings are not beside this checkout")
def test_real_recording_runs_to_its_end(run: Run) -> None:
    days = ("--from", "2024-08-08", "--to", "2024-08-10")
    start(run, "--instrument", "BTC-USDT", *days, "--data-dir", str(BINANCE))
    assert run.wait_for("processor", "EXITED", 120)["exit_code"] == 0
    run.wait_for("visualizer", "RUNNING", 60)
    assert page_answer(run) == 200


@pytest.mark.slow
def test_26_honcho_start_runs_the_demo_out_of_the_box(run: Run, tmp_path: Path) -> None:
    # A folder as after a clone: the Procfile, the environment, no recording, no settings.
    home = tmp_path / "clone"
    home.mkdir()
    (home / "Procfile").write_bytes((ROOT / "Procfile").read_bytes())
    (home / ".venv").symlink_to(sys.prefix)
    run.run_dir = RunDirectory(home / "run")
    with run.console_path.open("wb") as console:
        run.popen = subprocess.Popen(
            [str(Path(sys.executable).with_name("honcho")), "start"],
            cwd=home,
            env={**run.environment, "ORDERFLOW_PORT": str(free_port())},
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            start_new_session=True,
        )
    for worker in ("recorder", "processor", "visualizer"):
        run.wait_for(worker, "RUNNING", 150)
    assert page_answer(run) == 200
    assert list((home / "demo-live").glob("BTC-USDT-*.db"))
    supervisor = psutil.Process((run.status() or {})["pid"])
    os.killpg(run.pid, signal.SIGINT)
    assert run.wait(8) == 130
    assert not supervisor.is_running()
    assert "SIGKILL" not in run.console
