"""Progress: a bar on a terminal, a plain line every few seconds elsewhere."""

import os
import pty
import re
import subprocess
import termios
from dataclasses import replace
from pathlib import Path

import pytest

from processor.reporting.progress import ProgressLines, choose_progress
from shared.run_files.processor_status import Phase, ProcessorStatus
from tests.support.commands import clean_environment, command_path
from tests.support.recordings import T0, Book, Recording

STATUS = ProcessorStatus(
    run_id="r",
    pid=1,
    phase=Phase.RUNNING,
    instrument="X",
    from_ms=T0,
    to_ms=T0 + 1,
    window_seconds=60,
    depth_levels=50,
    started_at_ms=0,
    updated_at_ms=0,
    data_time_ms=T0 + 1500,
    book_rows=1200,
    trades=34,
    share_done=0.254,
    rows_per_s=9876.5,
    eta_s=12.4,
)


def test_a_line_shows_share_data_time_rows_rate_and_time_left(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    ProgressLines().show(STATUS, now_s=10.0)
    assert caplog.messages == [
        " 25 %, data time 2025-07-01 00:00:01.500 UTC, 1,234 rows, 9,876 rows/s, ETA 12 s"
    ]


def test_lines_come_every_5_seconds_and_not_before_the_first_row(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    lines = ProgressLines()
    lines.show(replace(STATUS, data_time_ms=None), now_s=1.0)
    for now_s in (2.0, 3.0, 6.9, 7.0, 11.9, 12.0):
        lines.show(replace(STATUS, eta_s=None), now_s)
    assert len(caplog.messages) == 3
    assert caplog.messages[0].endswith("ETA unknown")


def test_without_a_terminal_progress_is_plain_lines() -> None:
    assert isinstance(choose_progress(10), ProgressLines)


def test_on_a_terminal_the_command_draws_a_bar_and_leaves_it_full(tmp_path: Path) -> None:
    Recording(tmp_path).write(Book(T0 + i, [[99, 1]], [[101, 1]]) for i in range(500))
    primary, secondary = pty.openpty()
    termios.tcsetwinsize(secondary, (24, 120))
    command = [command_path("orderflow-process"), "--to", "2025-07-02"]
    command += ["--data-dir", str(tmp_path), "--run-dir", str(tmp_path / "run")]
    with subprocess.Popen(command, stderr=secondary, env=clean_environment(TERM="xterm")) as child:
        os.close(secondary)
        output = bytearray()
        while chunk := _read(primary):
            output += chunk
    os.close(primary)
    text = output.decode()
    assert child.returncode == 0, text
    last_bar = [line for line in re.split(r"[\r\n]+", text) if "%|" in line][-1]
    assert last_bar.startswith("100%|"), text
    assert "| 500/500 [" in last_bar
    assert last_bar.endswith(" rows/s, 2025-07-01 00:00:00.499 UTC]")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says EIO where the other end is closed
        return b""
