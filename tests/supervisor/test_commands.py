"""The commands that a user types, as real processes against a real run."""

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from supervisor.control.server import short_address
from tests.supervisor.harness import ROOT, Run, command_of, is_gone, wait_until


def command(run: Run, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `orderflow-supervise` with its run directory and return what it did."""
    return subprocess.run(
        [sys.executable, "-m", "supervisor.main", *arguments],
        cwd=ROOT,
        env={**run.environment, "ORDERFLOW_RUN_DIR": str(run.run_dir.root)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_status_of_a_healthy_run_exits_0_and_names_both_workers(run: Run) -> None:
    run.start()
    pids = run.wait_ready()
    done = command(run, "status")
    assert done.returncode == 0
    assert "processor   RUNNING" in done.stdout
    assert "visualizer  RUNNING" in done.stdout
    assert all(f"pid {pid}" in done.stdout for pid in pids)


def test_status_as_json_is_the_document_of_status_json(run: Run) -> None:
    run.start()
    run.wait_ready()
    told = orjson.loads(command(run, "status", "--json").stdout)
    written = orjson.loads(run.run_dir.supervisor_status.read_bytes())
    assert told.keys() == written.keys()
    assert (told["pid"], told["boot_id"]) == (written["pid"], written["boot_id"])


def test_status_with_a_fatal_worker_exits_4(run: Run) -> None:
    run.start(processor=["--exit-after", "0", "--exit-code", "78"])
    run.wait_for("processor", "FATAL")
    run.wait_for("visualizer", "RUNNING")
    done = command(run, "status")
    assert (done.returncode, "FATAL" in done.stdout) == (4, True)


def test_status_after_the_processor_is_done_exits_0(run: Run) -> None:
    run.start(processor=["--exit-after", "0.1"])
    run.wait_for("processor", "EXITED")
    run.wait_for("visualizer", "RUNNING")
    assert command(run, "status").returncode == 0


@pytest.mark.parametrize("name", ["status", "stop", "restart"])
def test_command_without_a_run_exits_3_and_says_so(run: Run, name: str) -> None:
    done = command(run, name)
    assert (done.returncode, done.stderr) == (
        3,
        f"Error: {run.run_dir.root}: no supervisor runs here\n",
    )


def test_status_of_a_supervisor_that_does_not_answer_exits_4(run: Run) -> None:
    run.start()
    run.wait_ready()
    run.signal(signal.SIGSTOP)
    done = command(run, "status")
    run.signal(signal.SIGCONT)
    assert (done.returncode, "does not answer" in done.stderr) == (4, True)


def test_stop_returns_when_all_is_gone(run: Run) -> None:
    run.start()
    pids = run.wait_ready()
    done = command(run, "stop")
    assert (done.returncode, done.stdout) == (0, "stopped\n")
    assert all(is_gone(pid) for pid in pids)
    assert run.wait() == 0
    assert not run.run_dir.control_socket.exists()


def test_restart_of_one_worker_leaves_the_other_alone(run: Run) -> None:
    run.start()
    processor, page = run.wait_ready()
    assert command(run, "restart", "processor").returncode == 0
    run.wait_for_new_pid("processor", processor)
    run.wait_for("processor", "RUNNING")
    assert run.worker("visualizer")["pid"] == page
    assert run.worker("processor")["attempt"] == 0


def test_restart_tells_the_whole_story(run: Run) -> None:
    run.start()
    processor, _ = run.wait_ready()
    command(run, "restart", "processor")
    new = run.wait_for_new_pid("processor", processor)
    story = [
        (e["event"], e["from"], e["to"], e["pid"], e.get("signal"))
        for e in run.events(worker="processor")
    ]
    assert story[2:5] == [
        ("stopping", "RUNNING", "STOPPING", processor, None),
        ("stopped", "STOPPING", "STOPPED", processor, "SIGTERM"),
        ("starting", "STOPPED", "STARTING", new, None),
    ]


def test_restart_clears_a_fatal_worker(run: Run) -> None:
    run.start(processor=["--exit-after", "0", "--exit-code", "78"])
    run.wait_for("processor", "FATAL")
    run.wait_for("visualizer", "RUNNING")
    assert command(run, "restart", "processor").returncode == 0
    wait_until("a second start", lambda: len(run.events("starting", "processor")) == 2)


def test_logs_print_what_the_workers_said(run: Run) -> None:
    run.start(processor=["--exit-after", "0", "--exit-code", "78", "--last-words", "so long"])
    run.wait_for("processor", "FATAL")
    one, both = command(run, "logs", "processor"), command(run, "logs")
    assert one.stdout.endswith(" processor | so long\n")
    assert one.stdout in both.stdout
    run.stop()
    assert command(run, "logs", "processor").stdout == one.stdout, "they outlast the run"


def test_followed_logs_show_new_lines(run: Run) -> None:
    run.start(visualizer=["--chatter"])
    run.wait_ready()
    following = subprocess.Popen(
        [sys.executable, "-m", "supervisor.main", "logs", "-f", "-n", "0", "visualizer"],
        cwd=ROOT,
        env={**run.environment, "ORDERFLOW_RUN_DIR": str(run.run_dir.root)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert following.stdout is not None
    with following.stdout:
        assert following.stdout.readline().endswith(" visualizer | still here\n")
        following.send_signal(signal.SIGINT)
        following.wait(10)


def test_control_socket_is_the_owner_s_alone(run: Run) -> None:
    run.start()
    run.wait_ready()
    assert stat.S_IMODE(run.run_dir.control_socket.stat().st_mode) == 0o600


def test_control_socket_that_was_deleted_comes_back(run: Run) -> None:
    run.start()
    run.wait_ready()
    run.run_dir.control_socket.unlink()
    wait_until("it is told", lambda: run.events("control_socket_rebuilt"))
    assert command(run, "status").returncode == 0


def test_control_socket_works_in_a_very_deep_run_directory(tmp_path: Path) -> None:
    deep = Run(tmp_path / ("a" * 120) / ("b" * 120))
    deep.run_dir.root.parent.mkdir()
    try:
        deep.start()
        deep.wait_ready()
        assert command(deep, "status").returncode == 0
    finally:
        deep.clean_up()


def test_nonsense_on_the_control_socket_is_answered_and_harmless(run: Run) -> None:
    run.start()
    pids = run.wait_ready()
    for nonsense in (b"\n", b"[]\n", b"{}\n", b'{"command": "rm"}\n', b"\xff\xfe"):
        with socket.socket(socket.AF_UNIX) as connection:
            with short_address(run.run_dir.control_socket) as address:
                connection.connect(address)
            connection.sendall(nonsense)
            assert b'"is_ok":false' in connection.recv(4096)
    assert run.wait_ready() == pids


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--no-such-option",), 2),
        (("--from", "2025-07-02", "--to", "2025-07-01"), 2),
        (("--from", "July"), 2),
        (("--window-seconds", "0"), 2),
        (("--host", "203.0.113.1"), 2),
    ],
    ids=["unknown option", "from after to", "no date", "no window", "no address of ours"],
)
def test_wrong_usage_exits_2(run: Run, arguments: tuple[str, ...], code: int) -> None:
    assert command(run, *arguments).returncode == code


def test_run_directory_that_cannot_be_made_exits_73(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = command(run, "--run-dir", str(tmp_path / "file" / "run"))
    assert (done.returncode, "cannot be written" in done.stderr) == (73, True)


def test_page_for_other_machines_is_warned_of_and_needs_a_token(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    console = os.open(run.console_path, os.O_WRONLY | os.O_CREAT)
    run.popen = subprocess.Popen(
        [sys.executable, "-m", "supervisor.main", "--host", "0.0.0.0", "--port", "0"],
        cwd=ROOT,
        env={
            **run.environment,
            "ORDERFLOW_RUN_DIR": str(run.run_dir.root),
            "ORDERFLOW_DATA_DIR": str(tmp_path / "empty"),
        },
        stdout=console,
        stderr=console,
    )
    os.close(console)
    fatal = wait_until("the processor finds nothing", lambda: run.events("fatal", "processor"))
    assert fatal[0]["exit_code"] == 66
    [warning] = [line for line in run.console.splitlines() if line.startswith("Warning: ")]
    [link] = [line for line in run.console.splitlines() if line.startswith("Page: ")]
    token = link.partition("?token=")[2]
    assert "other machines" in warning
    assert len(token) >= 32
    everything = run.run_dir.events.read_text() + run.run_dir.supervisor_status.read_text()
    assert token not in everything, "the secret is in no file"
    for process in run.family():
        assert token not in " ".join(command_of(process))
    os.kill(run.pid, signal.SIGTERM)
    run.wait()


def test_help_lists_every_option_with_its_help(run: Run) -> None:
    done = command(run, "--help")
    assert done.returncode == 0
    for option in ("--instrument", "--port", "--backoff-first", "--memory-limit-bytes"):
        assert option in done.stdout
    for name in ("status", "stop", "restart", "logs"):
        assert name in done.stdout
