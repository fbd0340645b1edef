"""A minute of everything at once, seeded; afterwards all is as if nothing had happened.

`make chaos` runs it for longer. CHAOS_SEED repeats a run, CHAOS_SECONDS sets its length.
"""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISDIR, S_ISREG

import psutil
import pytest

from shared.recordings.day_files import DayFile
from shared.run_files.run_directory import RunDirectory
from supervisor.control.client import NoAnswerError, NotRunningError, ask
from supervisor.control.messages import Request
from supervisor.processes.guardian import SCRIPT
from tests.supervisor.harness import ROOT, Run, command_of, status_of, wait_until
from tests.support.ordinary_user import as_ordinary_user

SECONDS = float(os.environ.get("CHAOS_SECONDS", "60"))
SEED = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(1_000_000))

POLICY = {
    "backoff_first_s": 0.05,
    "backoff_max_s": 0.5,
    "max_failures_in_a_row": 100_000,
    "max_failures_per_hour": 100_000,
    "startup_allowance_s": 6.0,
    "heartbeat_deadline_s": 3.0,
    "failed_probes_hung": 3,
}
FOLDERS = ("data", "logs")
DATA_FILES = ("ohlc_data.json", "depth_data.json", "metrics_data.json", "cvd_data.json")


def processor_command(recording: Path, run_dir: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "processor.main", "--instrument", "BTC-USDT"),
        *("--from", "2025-07-01", "--to", "2025-07-02"),
        *("--data-dir", str(recording), "--run-dir", str(run_dir)),
    ]


@pytest.fixture(scope="module")
def recording(demo_half_hour: DayFile) -> Path:
    return demo_half_hour.path.parent


@pytest.fixture(scope="module")
def undisturbed(recording: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the processor publishes when nobody bothers it."""
    run_dir = tmp_path_factory.mktemp("undisturbed")
    command = processor_command(recording, run_dir)
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return contents(run_dir / "data")


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in DATA_FILES}


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mount a small file system as `folder`, where that is allowed."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "none", str(folder)]
    is_mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


class Chaos:
    """Picks one bad thing after another, and takes back in the end what must be taken back."""

    def __init__(self, run: Run, seed: int, *, can_fill_disk: bool) -> None:
        self.done: list[str] = []
        self._run = run
        self._random = random.Random(seed)
        self._stopped: list[int] = []
        self._ballast = run.run_dir.root.with_name("ballast")
        self._is_closed = False
        self._number = 0
        self._acts = [
            *(self._kill,) * 4,
            *(self._stop,) * 2,
            *(self._continue,) * 2,
            self._corrupt,
            self._delete_data,
            self._restart,
            self._stop_supervisor,
            self._kill_guardian,
            *(self._harm_file,) * 4,
            self._move_run_directory,
            self._close_run_directory,
            *(self._open_run_directory,) * 2,
            self._start_second_supervisor,
            self._start_second_processor,
        ]
        if can_fill_disk:
            self._acts += [self._fill_disk, *(self._empty_disk,) * 2]

    def act(self) -> None:
        act = self._random.choice(self._acts)
        self.done.append(act.__name__.strip("_"))
        # An act may find nothing to act on: a process that is gone, a folder that is closed.
        with contextlib.suppress(OSError, psutil.Error, NotRunningError, NoAnswerError):
            act()

    def next_pause(self) -> float:
        return self._random.uniform(0.02, 0.6)

    def calm_down(self) -> None:
        for pid in self._stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self._empty_disk()
        self._open_run_directory()
        for path in self._files():
            is_folder = path.name in FOLDERS
            is_right = S_ISDIR if is_folder else S_ISREG
            # Its folder may be gone, or a file, which is next.
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                if not is_right(path.lstat().st_mode):  # a FIFO would be waited for without end
                    _remove(path)
                else:
                    path.chmod(0o755 if is_folder else 0o644)

    def _worker_pid(self) -> int:
        pid = self._run.worker(self._random.choice(["processor", "visualizer"])).get("pid")
        if pid is None:
            raise ProcessLookupError
        return int(pid)

    def _kill(self) -> None:
        os.kill(self._worker_pid(), signal.SIGKILL)

    def _stop(self) -> None:
        pid = self._worker_pid()
        self._stopped.append(pid)
        os.kill(pid, signal.SIGSTOP)

    def _continue(self) -> None:
        while self._stopped:
            os.kill(self._stopped.pop(), signal.SIGCONT)

    def _corrupt(self) -> None:
        name = self._random.choice(DATA_FILES)
        path, junk = self._run.run_dir.data / name, self._random.randbytes(200)
        if path.is_file():  # to open what another act put there might take for ever
            path.write_bytes(junk)

    def _delete_data(self) -> None:
        data = self._run.run_dir.data
        if data.is_dir():  # opening the FIFO that may stand for it would wait for ever
            shutil.rmtree(data, ignore_errors=True)

    def _restart(self) -> None:
        ask(self._run.run_dir.control_socket, Request("restart"))

    def _stop_supervisor(self) -> None:
        self._run.signal(signal.SIGSTOP)
        resume_at = time.monotonic() + self._random.uniform(0.1, 3.0)
        wait_until("the pause is over", lambda: time.monotonic() >= resume_at)
        self._run.signal(signal.SIGCONT)

    def _kill_guardian(self) -> None:
        for child in psutil.Process(self._run.pid).children():
            if any(argument == str(SCRIPT) for argument in command_of(child)):
                child.kill()

    def _files(self) -> list[Path]:
        run = self._run.run_dir
        beside = (run.lock, run.running, run.supervisor_status, run.events, run.control_socket)
        own = (run.checkpoint, run.previous_checkpoint, run.flight_record, run.suspects)
        logs = [run.logs / f"{name}.log" for name in ("processor", "visualizer")]
        return [*beside, *own, *run.published, *logs, run.logs, run.data]

    def _harm_file(self) -> None:
        path = self._random.choice(self._files())
        harm = self._random.choice(["delete", "move", "close", "folder", "fifo", "link"])
        self.done[-1] += f" {path.name} {harm}"
        self._number += 1
        match harm:
            case "close":
                path.chmod(0)
                return
            case "move":
                path.rename(path.with_name(f"{path.name}.moved.{self._number}"))
                return
        _remove(path)
        match harm:
            case "folder":
                path.mkdir()
            case "fifo":
                os.mkfifo(path)
            case "link":
                path.symlink_to(path.with_name("nowhere"))

    def _move_run_directory(self) -> None:
        root = self._run.run_dir.root
        root.rename(root.with_name("away"))
        back_at = time.monotonic() + self._random.uniform(0.0, 3.0)
        wait_until("it comes back", lambda: time.monotonic() >= back_at)
        root.with_name("away").rename(root)  # fails where somebody made another in its place

    def _close_run_directory(self) -> None:
        self._run.run_dir.root.chmod(0)
        self._is_closed = True

    def _open_run_directory(self) -> None:
        self._run.run_dir.root.chmod(0o755)
        self._is_closed = False

    def _start_second_supervisor(self) -> None:
        self._refused(self._run.command)

    def _start_second_processor(self) -> None:
        self._refused(self._run.plan["processor_command"])

    def _refused(self, command: list[str]) -> None:
        """Start `command` beside the run: it ends with 75, or 73 where it cannot even look."""
        # As the supervisor is: with root's rights it would see into a closed folder.
        done = subprocess.run(
            [*as_ordinary_user(), *command],
            cwd=ROOT,
            env=self._run.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        expected = {73, 75} if self._is_closed else {75}
        assert done.returncode in expected, f"{done.returncode} after {self.done}: {done.stderr}"

    def _fill_disk(self) -> None:
        with self._ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"\0" * 4096)

    def _empty_disk(self) -> None:
        self._ballast.unlink(missing_ok=True)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@pytest.mark.chaos
@pytest.mark.timeout(SECONDS + 240)
def test_chaos_converges_to_a_complete_and_clean_run(
    run: Run, recording: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    print(f"CHAOS_SEED={SEED} CHAOS_SECONDS={SECONDS:g}")  # noqa: T201 - to repeat a failure
    with small_disk(tmp_path / "disk") as can_fill_disk:
        run.run_dir = RunDirectory(tmp_path / "disk" / "run")
        command = processor_command(recording, run.run_dir.root)
        run.make_plan(processor_command=command, visualizer=["--chatter"], policy=POLICY)
        run.launch([*as_ordinary_user(), *run.command])
        run.wait_for("visualizer", "RUNNING")
        supervisor = psutil.Process(run.pid)
        descriptors = supervisor.num_fds()
        chaos = Chaos(run, SEED, can_fill_disk=can_fill_disk)
        ends_at = time.monotonic() + SECONDS
        while time.monotonic() < ends_at:
            chaos.act()
            assert run.popen is not None
            assert run.popen.poll() is None, f"it ended after {chaos.done}:\n{run.console}"
            go_on_at = time.monotonic() + chaos.next_pause()
            wait_until("the next act is due", lambda at=go_on_at: time.monotonic() >= at)
        chaos.calm_down()

        # Converged: both where they should be, and once more from the start, undisturbed.
        run.wait_for("visualizer", "RUNNING", 60)
        starts = run.worker("processor")["restarts"]
        assert ask(run.run_dir.control_socket, Request("restart", "processor")).is_ok
        wait_until("the restart began", lambda: run.worker("processor")["restarts"] > starts, 20)
        run.wait_for("processor", "EXITED", 120)
        page = run.wait_for("visualizer", "RUNNING", 60)["pid"]
        assert contents(run.run_dir.data) == undisturbed, f"after {chaos.done}"

        # Clean: the page, the guardian and nobody else; no zombie; no descriptor more.
        def only_two_children() -> bool:
            children = supervisor.children(recursive=True)
            is_clean = all(status_of(child.pid) != psutil.STATUS_ZOMBIE for child in children)
            return is_clean and len(children) == 2 and page in {child.pid for child in children}

        wait_until("only page and guardian are left", only_two_children, 10)
        assert [process.pid for process in run.family()] == [page]
        wait_until("no descriptor leaked", lambda: supervisor.num_fds() <= descriptors, 10)
        assert run.stop() == 0
        assert not run.events("internal_error")
        assert "a defect of the supervisor" not in run.console
        run.clean_up()
        assert run.undeclared() == []
