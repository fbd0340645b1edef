"""A supervisor as a user starts it, with the page at an address of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from shared.run_files.atomic_file import read_json
from shared.run_files.run_directory import RunDirectory
from tests.support.real_recordings import ROOT
from tests.support.waiting import wait_for


class Supervised:
    """A supervisor with its workers."""

    def __init__(self, run_dir: Path, *options: str, **environment: str) -> None:
        self.run = RunDirectory(run_dir)
        self._log = run_dir.with_name("console.log").open("w+")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "supervisor.main", "--port", "0", "--poll-ms", "100"),
                *("--run-dir", str(run_dir), *options),
            ],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=self._log,
            stderr=self._log,
        )
        self.url = wait_for(self._address, "the page's address", seconds=30)
        wait_for(self.run.supervisor_status.exists, "the supervisor's status")

    def close(self) -> None:
        """End the supervisor as Ctrl-C does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=30)
        self._log.close()

    def worker(self, name: str) -> dict[str, Any]:
        """Return the worker's record in `status.json`."""
        workers: list[dict[str, Any]] = read_json(self.run.supervisor_status)["workers"]
        return next(worker for worker in workers if worker["name"] == name)

    @property
    def reached_ms(self) -> int:
        """The time of the data that the processor says it has come to, 0 before any."""
        return int(read_json(self.run.processor_status)["data_time_ms"] or 0)

    def processor(self) -> psutil.Process | None:
        """Return the processor that runs now, if one does."""
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if "processor.main" in child.cmdline():
                    return child
        return None

    def _address(self) -> str | None:
        found = re.search(r"http://localhost:\d+/", Path(self._log.name).read_text())
        return found[0] if found else None


@contextmanager
def supervised(run_dir: Path, *options: str, **environment: str) -> Iterator[Supervised]:
    system = Supervised(run_dir, *options, **environment)
    try:
        yield system
    finally:
        system.close()
