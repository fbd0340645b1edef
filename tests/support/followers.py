"""Followers of a recording as real processes, and what they are held against."""

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from shared.errors import BrokenFileError
from shared.run_files.processor_status import ProcessorStatus, read_processor_status
from shared.run_files.run_directory import RunDirectory
from tests.support.commands import clean_environment, command_path
from tests.support.resume import result
from tests.support.waiting import wait_for


@dataclass(frozen=True, slots=True)
class Follower:
    """A process that follows the recording in `data_dir`; what it says is in `log`."""

    process: "subprocess.Popen[bytes]"
    run_dir: Path
    log: Path

    @property
    def status(self) -> ProcessorStatus | None:
        """What it has published of itself, None before the first of this process."""
        try:
            status = read_processor_status(RunDirectory(self.run_dir).processor_status)
        except (FileNotFoundError, BrokenFileError):
            return None
        return status if status.pid == self.process.pid else None

    def wait_until_done(self, rows: int, seconds: float = 30) -> None:
        """Wait until so many rows are published."""

        def is_done() -> bool:
            status = self.status
            return status is not None and status.book_rows + status.trades >= rows

        wait_for(is_done, f"{rows} published rows; {self.log.read_text()[-2000:]}", seconds)

    def wait_for_end(self, seconds: float = 60) -> int:
        """Wait for its exit code."""
        return self.process.wait(seconds)

    def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait_for_end()

    def cpu_seconds(self) -> float:
        """What it has used of a core so far."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)


@contextmanager
def follower(
    data_dir: Path, run_dir: Path, *options: str, follow: bool = True
) -> Iterator[Follower]:
    """Run `orderflow-process --follow` until it ends or the block does."""
    log = run_dir.with_name(f"{run_dir.name}.log")
    command = [command_path("orderflow-process"), "--data-dir", str(data_dir)]
    command += ["--run-dir", str(run_dir), *(("--follow",) if follow else ()), *options]
    with (
        log.open("ab") as output,
        subprocess.Popen(command, stdout=output, stderr=output, env=clean_environment()) as process,
    ):
        try:
            yield Follower(process, run_dir, log)
        finally:
            process.kill()


def content(run_dir: Path) -> dict[str, Any]:
    """Return all that a run has made: files, history and status.

    Without what tells a file that was at rest from any other: one that grew is known by its name.
    """
    made = result(run_dir)
    made["history.files"] = [row[:3] for row in made["history.files"]]
    return made


def content_of_plain_run(data_dir: Path, run_dir: Path, *options: str) -> dict[str, Any]:
    """Return what one run over the finished files makes."""
    with follower(data_dir, run_dir, *options, follow=False) as run:
        run.wait_for_end()
    return content(run_dir)


def logged(follower: Follower, pattern: str) -> int:
    """Return how often a line of the log has `pattern` in it."""
    return len(re.findall(pattern, follower.log.read_text()))
