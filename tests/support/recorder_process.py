"""The recorder as a user or the supervisor starts it, and what its day files hold."""

import math
import os
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from shared.worker_link import BOOT_ID, HEARTBEAT_FD, SUPERVISOR_PID, Beat
from tests.support.commands import clean_environment, command_path
from tests.support.local_exchange import LocalExchange
from tests.support.waiting import wait_for

SECONDS = 20.0


class RecorderProcess:
    """A running recorder: what it logs, and what it tells its supervisor."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.lines: list[str] = []
        self.beats: list[Beat] = []

    def log(self) -> str:
        return "".join(self.lines)

    def has_logged(self, text: str, times: int = 1, seconds: float = SECONDS) -> None:
        wait_for(lambda: self.log().count(text) >= times, f"{text!r} in the log", seconds)

    def number(self, name: str) -> float:
        """Return a number of the newest heartbeat, -inf before there is one."""
        number = self.beats[-1].progress.get(name) if self.beats else None
        return -math.inf if number is None else number

    def has_reached(self, name: str, least: float, seconds: float = SECONDS) -> None:
        """Wait for a number of the heartbeats."""
        what = f"{name} to reach {least} in a heartbeat"
        wait_for(lambda: self.number(name) >= least, what, seconds)

    def stop(self) -> int:
        """End it as the supervisor does; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(SECONDS)


@contextmanager
def recorder(
    exchange: LocalExchange, data_dir: Path, *options: object
) -> Iterator[RecorderProcess]:
    """Run the recorder under a supervisor's pipe until the block ends."""
    reading, writing = os.pipe()
    addresses = (
        "--ws-url",
        exchange.ws_url,
        "--rest-url",
        exchange.url,
    )
    link = {BOOT_ID: "boot", SUPERVISOR_PID: str(os.getpid()), HEARTBEAT_FD: str(writing)}
    process = subprocess.Popen(
        [command_path("orderflow-record"), *addresses, "--data-dir", data_dir, *map(str, options)],
        env=clean_environment(**link),
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=[writing],
    )
    os.close(writing)
    running = RecorderProcess(process)
    assert process.stderr is not None
    threads = [
        threading.Thread(target=lambda: running.lines.extend(process.stderr or ()), daemon=True),
        threading.Thread(target=_take_beats, args=(reading, running.beats), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield running
    finally:
        running.kill()
        for thread in threads:
            thread.join(SECONDS)
        process.stderr.close()


def _take_beats(reading: int, beats: list[Beat]) -> None:
    with os.fdopen(reading, "rb") as pipe:
        for line in pipe:
            beats.append(msgspec.json.decode(line, type=Beat))  # noqa: PERF401 - as they come


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of some day files, in the order of files and ids."""

    book: list[Any]  # (bids, asks, timestamp, action, seq_id, prev_seq_id)
    trades: list[Any]  # (trade_id, price, size, side, timestamp), the numbers as such
    gaps: list[Any]  # (table_name, from_ms, to_ms, rows, reason)


def rows_of(data_dir: Path, instrument: str = "BTC-USDT") -> Rows:
    rows = Rows([], [], [])
    for path in sorted(data_dir.glob(f"{instrument}-??-??-??.db")):
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            rows.book.extend(
                db.execute(
                    "SELECT bids, asks, CAST(timestamp AS INTEGER), action, seq_id, prev_seq_id"
                    " FROM book ORDER BY id"
                )
            )
            rows.trades.extend(
                db.execute(
                    "SELECT CAST(trade_id AS INTEGER), price, size, side,"
                    " CAST(timestamp AS INTEGER) FROM trades ORDER BY id"
                )
            )
            rows.gaps.extend(
                db.execute("SELECT table_name, from_ms, to_ms, rows, reason FROM gaps ORDER BY id")
            )
    return rows
