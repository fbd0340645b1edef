"""Run the real supervisor on small real workers, watch it, and see that nothing is left of it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import orjson
import psutil

from shared.events import VOCABULARY
from shared.run_files.event_lines import HEADER
from shared.run_files.run_directory import RunDirectory
from shared.worker_link import FAMILY
from supervisor.control.client import NoAnswerError, NotRunningError, ask_for_status

ROOT = Path(__file__).parents[2]
SUPERVISE = Path(__file__).parent / "workers" / "supervise.py"
Found = TypeVar("Found")

FAST = {"backoff_first_s": 0.05, "backoff_max_s": 0.1}
"""A policy for tests that are not about the delays."""


def wait_until(
    what: str,
    look: Callable[[], Found | None],
    seconds: float = 20.0,
    explain: Callable[[], str] = str,
) -> Found:
    """Return the first truthy result of `look`; fail after `seconds` with `what` and `explain`."""
    ends_at = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < ends_at, f"not within {seconds:g} s: {what}\n{explain()}"
        pause.wait(0.005)


OWN_FAMILY = f"family-of-{os.getpid()}"
"""The mark of processes that a test starts itself: a guardian ends all of its family, and that of a
test running beside this one must not be ours."""


def is_gone(pid: int) -> bool:
    """Say whether `pid` has ended, zombies included."""
    return status_of(pid) in (None, psutil.STATUS_ZOMBIE)


def status_of(pid: int) -> str | None:
    """Return psutil's word for the state of `pid`, None once nothing is left of it.

    A process that was just listed may be gone by the time it is asked.
    """
    try:
        return psutil.Process(pid).status()
    except psutil.NoSuchProcess:
        return None


def command_of(process: psutil.Process) -> list[str]:
    """Return the arguments of `process`, none of one that has ended since it was listed."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


class Run:
    """A supervisor process and its run directory."""

    def __init__(self, root: Path) -> None:
        self.run_dir = RunDirectory(root)
        self.plan: dict[str, Any] = {}
        self.popen: subprocess.Popen[bytes] | None = None
        self.console_path = root.with_name(f"{root.name}.console")
        self.extra_environment: dict[str, str] = {}
        self._boot_ids: set[str] = set()

    def make_plan(
        self,
        processor: Iterable[str] = (),
        visualizer: Iterable[str] = (),
        policy: dict[str, float] | None = None,
        **others: Any,
    ) -> dict[str, Any]:
        self.plan = {
            "run_dir": str(self.run_dir.root),
            "processor": list(processor),
            "visualizer": list(visualizer),
            "policy": policy or {},
            **others,
        }
        return self.plan

    @property
    def command(self) -> list[str]:
        return [sys.executable, str(SUPERVISE), json.dumps(self.plan)]

    def start(self, *arguments: Any, **plan: Any) -> "Run":
        """Start the supervisor in a session of its own, its console going to a file."""
        self.make_plan(*arguments, **plan)
        self.launch()
        return self

    def launch(self, command: Sequence[str] = ()) -> None:
        """Start `command`, or that of the plan once more."""
        with self.console_path.open("ab") as console:
            self.popen = subprocess.Popen(
                command or self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
            )

    def command_line(self, *arguments: str) -> list[str]:
        """Return `orderflow-supervise` with `arguments`, for the real processor and page."""
        return [sys.executable, "-m", "supervisor.main", *arguments]

    @property
    def environment(self) -> dict[str, str]:
        clean = {name: text for name, text in os.environ.items() if "ORDERFLOW" not in name}
        return {**clean, "PYTHONPATH": str(ROOT), **self.extra_environment}

    @property
    def pid(self) -> int:
        assert self.popen is not None
        return self.popen.pid

    @property
    def console(self) -> str:
        return self.console_path.read_text("utf-8", "replace")

    def status(self) -> dict[str, Any] | None:
        """Return the live status, or None while nobody answers; fail if the run has ended."""
        assert self.popen is None or self.popen.poll() is None, f"it ended:\n{self._peek()}"
        try:
            document = asdict(ask_for_status(self.run_dir.control_socket))
        except (NotRunningError, NoAnswerError):
            return None
        self._boot_ids.add(document["boot_id"])
        return document

    def worker(self, name: str) -> dict[str, Any]:
        """Return one worker's status; an empty one while nobody answers."""
        workers = (self.status() or {"workers": []})["workers"]
        return next((worker for worker in workers if worker["name"] == name), {"state": None})

    def events(self, event: str | None = None, worker: str | None = None) -> list[dict[str, Any]]:
        """Return the status log's whole lines, of one kind or worker if so asked."""
        try:
            text = self.run_dir.events.read_bytes()
        except FileNotFoundError:
            return []
        # A line across two pages is there page by page; one that found the disk full is cut off.
        whole = text[: text.rfind(b"\n") + 1]
        found = [orjson.loads(line) for line in whole.splitlines()]
        self._boot_ids |= {line["boot_id"] for line in found}
        return [
            line
            for line in found
            if (event is None or line["event"] == event)
            and (worker is None or line.get("worker") == worker)
        ]

    def undeclared(self) -> list[str]:
        """Return what the status log tells otherwise than the vocabulary declares it."""
        wrong = []
        for line in self.events():
            kind = VOCABULARY.get(line["event"])
            if kind is None:
                wrong.append(f"{line['event']}: no such event")
                continue
            must = {*HEADER, *kind.always}
            wrong += [f"{kind.name}: no {field}" for field in must - line.keys()]
            undeclared = line.keys() - must - set(kind.sometimes)
            wrong += [f"{kind.name}: {field} is not declared" for field in undeclared]
        return wrong

    def log(self, worker: str) -> str:
        path = self.run_dir.logs / f"{worker}.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def wait_for(self, name: str, state: str, seconds: float = 20.0) -> dict[str, Any]:
        """Wait until a worker is in `state`; `RUNNING` means ready, too."""

        def look() -> dict[str, Any] | None:
            worker = self.worker(name)
            is_there = worker["state"] == state and (state != "RUNNING" or worker["is_ready"])
            return worker if is_there else None

        return wait_until(f"{name} is {state}", look, seconds, self._peek)

    def wait_ready(self, seconds: float = 20.0) -> tuple[int, int]:
        """Wait until both workers are ready and return their pids."""
        processor = self.wait_for("processor", "RUNNING", seconds)
        page = self.wait_for("visualizer", "RUNNING", seconds)
        return processor["pid"], page["pid"]

    def wait_for_new_pid(self, name: str, old: int, seconds: float = 20.0) -> int:
        """Wait until a worker runs under another pid and return that."""

        def look() -> int | None:
            pid = self.worker(name).get("pid")
            return pid if pid != old else None

        return wait_until(f"{name} has a new pid", look, seconds)

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self, seconds: float = 20.0) -> int:
        """Wait for the supervisor's end and return its exit code."""
        assert self.popen is not None
        return self.popen.wait(seconds)

    def stop(self, seconds: float = 20.0) -> int:
        """Stop it as a service manager would and return its exit code."""
        self.signal(signal.SIGTERM)
        return self.wait(seconds)

    def family(self) -> list[psutil.Process]:
        """Return every live process that descends from a worker of this run."""
        self.events()
        return [
            process
            for process in psutil.process_iter()
            if _family_of(process).partition("/")[0] in self._boot_ids
        ]

    def clean_up(self) -> None:
        """End what still runs."""
        if self.popen is not None and self.popen.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.signal(signal.SIGCONT)
                self.signal(signal.SIGTERM)
            try:
                self.popen.wait(10)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()

    def _peek(self) -> str:
        console = self.console[-2000:] if self.console_path.exists() else ""
        logs = "\n".join(self.log(path.stem)[-1000:] for path in self.run_dir.logs.glob("*.log"))
        return f"console:\n{console}\nlogs:\n{logs}"


def _family_of(process: psutil.Process) -> str:
    try:
        return process.environ().get(FAMILY, "")
    except (psutil.Error, OSError):
        return ""
