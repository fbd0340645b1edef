"""The run directory goes wrong under a run: nobody is harmed, and all is as before afterwards."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.run_files.run_directory import RunDirectory
from supervisor.control.client import NoAnswerError, ask_for_status
from tests.supervisor.harness import FAST, ROOT, Run, is_gone, wait_until
from tests.support.ordinary_user import as_ordinary_user
from tests.support.ports import free_port
from tests.support.recordings import T0, Book, Recording, Tick
from tests.support.tiny_disk import fill, tiny_disk

BACK_SECONDS = 2.0

FILES = ("supervisor.lock", "workers.json", "status.json", "events.jsonl", "ctl.sock", "logs")


def delete(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def put_folder(path: Path) -> None:
    delete(path)
    (path / "with").mkdir(parents=True)


def put_fifo(path: Path) -> None:
    delete(path)
    os.mkfifo(path)


def put_link(path: Path) -> None:
    delete(path)
    path.symlink_to(path.parent.parent / "nowhere")


def put_file_of_another(path: Path) -> None:
    delete(path)
    path.write_bytes(b"not ours\n")
    if os.geteuid() == 0:
        os.chown(path, 12_345, 12_345)


HARMS = [delete, put_folder, put_fifo, put_link, put_file_of_another]
HARM_IDS = ["deleted", "folder", "fifo", "dangling-link", "anothers-file"]


def second_supervisor(run: Run) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        run.command, env=run.environment, capture_output=True, text=True, timeout=30, check=False
    )


@pytest.mark.parametrize("has_port", [True, False], ids=["same-port", "any-port"])
def test_a_second_supervisor_is_refused_though_the_lock_file_was_deleted(
    run: Run, has_port: bool
) -> None:
    run.start(port=free_port() if has_port else 0)
    pids = run.wait_ready()
    run.signal(signal.SIGSTOP)  # so that it does not make the file anew
    run.run_dir.lock.unlink()
    second = second_supervisor(run)
    run.signal(signal.SIGCONT)
    assert second.returncode == 75, second.stderr
    assert f"(pid {run.pid})" in second.stderr
    assert run.wait_ready() == pids
    assert not run.events("backoff")


@pytest.mark.parametrize("harm", HARMS, ids=HARM_IDS)
@pytest.mark.parametrize("name", FILES)
def test_a_second_supervisor_is_refused_whatever_became_of_a_file(
    run: Run, name: str, harm: Callable[[Path], None]
) -> None:
    run.start()
    pids = run.wait_ready()
    harm(run.run_dir.root / name)
    second = second_supervisor(run)
    assert second.returncode == 75, second.stderr
    assert f"(pid {run.pid})" in second.stderr
    wait_until("commands are answered", run.status, BACK_SECONDS)
    assert run.wait_ready() == pids
    # Back in time for who clears up after this test.
    harm_undone(run.run_dir.root / name)
    assert run.stop() == 0


def harm_undone(path: Path) -> None:
    if path.name in {"events.jsonl", "logs"}:
        delete(path)


@pytest.mark.parametrize("harm", HARMS[1:], ids=HARM_IDS[1:])
@pytest.mark.parametrize("name", FILES)
def test_a_run_starts_whatever_lies_in_a_file_s_place(
    run: Run, name: str, harm: Callable[[Path], None]
) -> None:
    run.run_dir.create()
    harm(run.run_dir.root / name)
    run.start()
    run.wait_ready()
    harm_undone(run.run_dir.root / name)
    assert run.stop() == 0
    assert not (run.run_dir.root.parent / "nowhere").exists() or name == "events.jsonl"


def test_a_copy_of_a_run_directory_harms_the_run_it_was_copied_from_in_nothing(
    run: Run, tmp_path: Path
) -> None:
    run.start()
    pids = run.wait_ready()
    other = Run(tmp_path / "copy")
    shutil.copytree(run.run_dir.root, other.run_dir.root, ignore=shutil.ignore_patterns("ctl.sock"))
    try:
        other.start()
        other.wait_ready()
        assert other.stop() == 0
    finally:
        other.clean_up()
    assert run.wait_ready() == pids
    assert not run.events("backoff")


def test_a_run_directory_that_was_moved_and_put_back_is_in_use_again_within_2_s(run: Run) -> None:
    run.start()
    pids = run.wait_ready()
    away = run.run_dir.root.with_name("away")
    run.run_dir.root.rename(away)
    wait_until("it is told", lambda: "the run directory is gone" in run.console, 5)
    assert not run.run_dir.root.exists(), "else it could not be put back"
    away.rename(run.run_dir.root)
    wait_until("commands are answered", run.status, BACK_SECONDS)
    wait_until("it is told", lambda: run.events("run_directory_back"), BACK_SECONDS)
    assert run.wait_ready() == pids
    assert run.stop() == 0


def test_a_run_directory_swapped_for_another_and_back_is_answered_in_each(run: Run) -> None:
    run.start()
    pids = run.wait_ready()
    root = run.run_dir.root
    root.rename(root.with_name("first"))
    root.mkdir()
    wait_until("answered in the second", run.status, BACK_SECONDS)
    root.rename(root.with_name("second"))
    root.with_name("first").rename(root)
    wait_until("answered in the first", run.status, BACK_SECONDS)
    assert run.wait_ready() == pids
    assert run.stop() == 0


def test_a_run_directory_that_was_deleted_is_made_anew(run: Run) -> None:
    run.start()
    pids = run.wait_ready()
    shutil.rmtree(run.run_dir.root)
    wait_until("commands are answered", run.status, BACK_SECONDS + 1)
    wait_until("the status is there", run.run_dir.supervisor_status.exists, BACK_SECONDS)
    assert run.wait_ready() == pids
    assert second_supervisor(run).returncode == 75
    assert run.stop() == 0


@pytest.mark.parametrize("harm", HARMS, ids=HARM_IDS)
def test_stop_works_at_once_after_the_control_socket_was_taken(
    run: Run, harm: Callable[[Path], None]
) -> None:
    run.start()
    pids = run.wait_ready()
    harm(run.run_dir.control_socket)
    done = command(run, "stop")
    assert (done.returncode, done.stdout) == (0, "stopped\n"), done.stderr
    assert run.wait() == 0
    assert all(is_gone(pid) for pid in pids)


def test_status_tells_by_the_lock_that_a_supervisor_runs_which_cannot_be_reached(run: Run) -> None:
    run.start()
    run.wait_ready()
    run.signal(signal.SIGSTOP)
    run.run_dir.control_socket.unlink()
    done = command(run, "status")
    with pytest.raises(NoAnswerError):
        ask_for_status(run.run_dir.control_socket)
    run.signal(signal.SIGCONT)
    assert done.returncode == 4
    assert f"a supervisor runs here already (pid {run.pid})" in done.stderr


def command(run: Run, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        run.command_line(*arguments, "--run-dir", str(run.run_dir.root)),
        cwd=ROOT,
        env=run.environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Half an hour of a recording that is done at once."""
    rows = [Book(T0 + 1000 * index, [["100", "1"]], [["101", "1"]]) for index in range(1800)]
    trades = [Tick(T0 + 1000 * index + 500) for index in range(1800)]
    return Recording(tmp_path / "recording").write(rows, trades).path.parent


def job(recording: Path, run_dir: RunDirectory) -> list[str]:
    return [
        *("--instrument", "BTC-USDT", "--from", "2025-07-01", "--to", "2025-07-02"),
        *("--data-dir", str(recording), "--run-dir", str(run_dir.root)),
    ]


@contextlib.contextmanager
def unreadable(folder: Path) -> Iterator[None]:
    folder.chmod(0)
    try:
        yield
    finally:
        folder.chmod(0o755)


def test_a_run_directory_unreadable_while_both_workers_restart_costs_a_wait_and_nothing_else(
    run: Run, recording: Path
) -> None:
    arguments = [*job(recording, run.run_dir), "--port", "0", "--backoff-max", "1"]
    run.launch([*as_ordinary_user(), *run.command_line(*arguments)])
    run.wait_for("processor", "EXITED", 60)
    page = run.wait_for("visualizer", "RUNNING", 60)["pid"]
    address = run.status()
    assert address is not None
    assert command(run, "restart", "processor").returncode == 0
    with unreadable(run.run_dir.root):
        os.kill(page, signal.SIGKILL)
        wait_until("the processor waits", lambda: "exit code 73" in run.console, 30)
        wait_until("it is told once", lambda: "run directory is gone or" in run.console, 5)
    run.wait_for("processor", "EXITED", 60)
    run.wait_for("visualizer", "RUNNING", 60)
    assert "cannot mend" not in run.console
    assert run.console.count("run directory is gone or") == 1
    assert not run.events("internal_error")
    assert not run.events("fatal")
    assert run.stop() == 0


def test_a_disk_full_at_the_moment_a_processor_restarts_is_waited_for(
    run: Run, recording: Path, tmp_path: Path
) -> None:
    with tiny_disk(tmp_path / "disk", 4096) as disk:
        run.run_dir = RunDirectory(disk / "run")
        processor = [sys.executable, "-m", "processor.main", *job(recording, run.run_dir)]
        run.start(processor_command=processor, policy=FAST)
        run.wait_for("processor", "EXITED", 60)
        good = run.run_dir.ohlc.read_bytes()
        run.run_dir.ohlc.unlink()  # it is to be written again
        ballast = fill(disk)
        assert ballast.stat().st_size > 0, "the run itself has left no room"
        assert command(run, "restart", "processor").returncode == 0
        wait_until("it waits", lambda: run.console.count("exit code 73") > 6, 60)
        assert run.worker("processor")["attempt"] == 0
        ballast.unlink()
        run.wait_for("processor", "EXITED", 60)
        assert run.run_dir.ohlc.read_bytes() == good
        assert run.stop() == 0


def test_a_processor_started_by_hand_beside_a_supervisor_is_refused_and_writes_nothing(
    run: Run, recording: Path
) -> None:
    run.start()
    pids = run.wait_ready()
    done = process_by_hand(run, recording)
    assert done.returncode == 75
    assert f"a supervisor runs here already (pid {run.pid})" in done.stderr
    assert not run.run_dir.processor_status.exists()
    assert run.wait_ready() == pids


def process_by_hand(run: Run, recording: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "processor.main", *job(recording, run.run_dir)],
        cwd=ROOT,
        env=run.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_supervisor_beside_a_processor_started_by_hand_is_refused(
    run: Run, tmp_path: Path
) -> None:
    rows = [Book(T0 + index, [["100", "1"]], [["101", "1"]]) for index in range(60_000)]
    folder = Recording(tmp_path / "long").write(rows, [Tick(T0)]).path.parent
    by_hand = subprocess.Popen(
        [sys.executable, "-m", "processor.main", *job(folder, run.run_dir)],
        cwd=ROOT,
        env=run.environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until("it holds the folder", run.run_dir.processor_lock.exists)
        by_hand.send_signal(signal.SIGSTOP)
        assert by_hand.poll() is None
        run.start()
        assert run.wait() == 75
        assert f"a processor runs here already (pid {by_hand.pid})" in run.console
        asked = command(run, "status")
        assert asked.returncode == 3
        assert f"(pid {by_hand.pid})" in asked.stderr
    finally:
        by_hand.kill()
        by_hand.wait()


@pytest.mark.slow
def test_what_goes_on_compiling_outlives_the_processor_and_not_the_run(
    run: Run, recording: Path, tmp_path: Path
) -> None:
    (tmp_path / "cold").mkdir()
    run.extra_environment["NUMBA_CACHE_DIR"] = str(tmp_path / "cold")
    processor = [sys.executable, "-m", "processor.main", *job(recording, run.run_dir)]
    run.start(processor_command=processor)
    run.wait_for("processor", "EXITED", 60)
    page = run.wait_for("visualizer", "RUNNING", 60)["pid"]
    [other] = [process for process in run.family() if process.pid != page]
    assert "processor.engine.compiling.finishing" in other.cmdline()
    assert run.stop() == 0
    wait_until("it is gone", lambda: is_gone(other.pid), 5)


@pytest.mark.parametrize(("asked", "code"), [("status", 4), ("stop", 4), ("logs", 3)])
def test_a_command_on_a_closed_run_directory_is_no_wrong_usage_and_no_defect(
    run: Run, asked: str, code: int
) -> None:
    prefix = as_ordinary_user()
    run.make_plan()
    run.launch([*prefix, *run.command])
    pids = run.wait_ready()
    with unreadable(run.run_dir.root):
        done = subprocess.run(
            [*prefix, *run.command_line(asked, "--run-dir", str(run.run_dir.root))],
            cwd=ROOT,
            env=run.environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert asked == "logs" or f"(pid {run.pid})" in done.stderr
    assert run.wait_ready() == pids


def test_a_supervisor_whose_place_another_has_taken_stops_and_leaves_that_one_alone(
    run: Run, tmp_path: Path
) -> None:
    run.start()
    run.wait_ready()
    run.signal(signal.SIGSTOP)
    run.run_dir.root.rename(tmp_path / "away")
    other = Run(run.run_dir.root)
    other.console_path = tmp_path / "other.console"
    try:
        other.start()
        pids = other.wait_ready()
        run.signal(signal.SIGCONT)
        assert run.wait() == 75
        assert other.wait_ready() == pids
        assert (other.status() or {})["pid"] == other.pid
        assert not other.events("backoff")
        assert other.stop() == 0
    finally:
        other.clean_up()
