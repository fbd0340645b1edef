"""Everything at once, live: an exchange full of faults, and each part killed at random, seeded.

`make chaos` runs it. Data time goes by ten times as fast as ours: six minutes are an hour of it.
CHAOS_SEED repeats a run, CHAOS_SECONDS sets its length.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from shared.history.repository import open_history
from shared.recordings.day_files import parse_day_file
from shared.run_files.run_directory import RunDirectory
from tests.support.faithful import check_chain, check_trades
from tests.support.local_exchange import LocalExchange, local_exchange
from tests.support.real_recordings import ROOT
from tests.support.recorder_process import Rows, rows_of
from tests.support.replayed import books_after
from tests.support.supervised import Supervised, supervised
from tests.support.waiting import wait_for

SECONDS = float(os.environ.get("CHAOS_SECONDS", "60"))
SEED = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(1_000_000))
SPEED = 10

FAULTS = ("gap:60", "lost-trades:50", "cut:150", "repeat:40", "reorder:150", "garbage:50")
RARE_FAULTS = ("notice:300", "reset:400", "no-snapshot:600")
IMPATIENT = (
    *("--backoff-first", "0.1", "--backoff-max", "0.5"),
    *("--max-failures-in-a-row", "100000", "--max-failures-per-hour", "100000"),
)
WORKERS = ("recorder", "processor", "visualizer")
MINUTE_MS = 60_000
FEWEST_MOMENTS = 10


@pytest.mark.chaos
@pytest.mark.timeout(int(4 * SECONDS) + 300)
def test_no_row_is_lost_but_in_gaps_and_none_is_there_twice(tmp_path: Path) -> None:
    print(f"CHAOS_SEED={SEED} CHAOS_SECONDS={SECONDS:g}")  # noqa: T201 - to repeat a failure
    draw = random.Random(SEED)
    faults = (option for fault in (*FAULTS, *RARE_FAULTS) for option in ("--fault", fault))
    with local_exchange("--speed", SPEED, "--seed", SEED, *faults) as exchange:
        options = (
            *("--record", "--ws-url", exchange.ws_url),
            *("--rest-url", exchange.url, "--data-dir", str(tmp_path / "data"), *IMPATIENT),
        )
        with supervised(tmp_path / "run", *options) as live:
            wait_for(lambda: len(book_rows(tmp_path)) > 0, "rows", 60)
            moments, killed = harm(draw, exchange, live)
            for name in WORKERS:
                wait_for(lambda name=name: live.worker(name)["is_ready"], name, 60)
            reached = exchange.get("/_control/state")["now_ms"]
            wait_for(lambda: live.reached_ms >= reached, "a processor that has caught up", 120)
        rows = rows_of(tmp_path / "data")
        check_trades(exchange, rows, "BTC-USDT")
    check_chain(rows)
    compared = check_moments(rows, moments)
    assert compared >= min(FEWEST_MOMENTS, len(moments) // 4)
    check_history(tmp_path)
    print(  # noqa: T201 - what was done
        f"{len(rows.book)} book rows, {len(rows.trades)} trades, {len(rows.gaps)} gaps,"
        f" {compared} of {len(moments)} moments compared, killed: {dict(killed)}"
    )


def harm(
    draw: random.Random, exchange: LocalExchange, live: Supervised
) -> tuple[list[Any], Counter[str]]:
    """Kill the parts at random; return books of the exchange at random moments, and who died."""
    moments: list[Any] = []
    killed: Counter[str] = Counter()
    deadline = time.monotonic() + SECONDS
    next_kill = time.monotonic() + draw.uniform(1, 4)
    while time.monotonic() < deadline:
        time.sleep(draw.uniform(0.1, SECONDS / 100))
        moments.append(exchange.get("/_control/book", instId="BTC-USDT"))
        if time.monotonic() >= next_kill:
            name = draw.choice(WORKERS)
            pid = live.worker(name)["pid"]
            if pid is not None and psutil.pid_exists(pid):
                os.kill(pid, signal.SIGKILL)
                killed[name] += 1
            next_kill = time.monotonic() + draw.uniform(1, 8)
    return moments, killed


def check_moments(rows: Rows, moments: list[Any]) -> int:
    """The rows lead to the exchange's own book wherever both have it; return how often."""
    wanted = {(moment["seq_id"], moment["timestamp_ms"]): moment for moment in moments}
    compared = 0
    for place, book in books_after(rows.book, set(wanted)):
        own = wanted[place]
        assert book == {
            side: {level[0]: level[1] for level in own[side]} for side in ("bids", "asks")
        }, f"at {place}"
        compared += 1
    return compared


def check_history(folder: Path) -> None:
    """What the follower kept of all whole minutes is what a run over the finished files keeps."""
    plain = RunDirectory(folder / "plain")
    days = [file.date for file in map(parse_day_file, (folder / "data").glob("*.db")) if file]
    end = max(days) + timedelta(days=1)
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "processor.main", "--instrument", "BTC-USDT"),
            *("--from", f"{min(days):%Y-%m-%d}", "--to", f"{end:%Y-%m-%d}"),
            *("--data-dir", str(folder / "data"), "--run-dir", str(plain.root)),
        ],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr.decode()
    with (
        open_history(RunDirectory(folder / "run").history) as followed,
        open_history(plain.history) as whole,
    ):
        kept, made = (each.bars(MINUTE_MS, 0, 2**61) for each in (followed, whole))
    newest_ms = int(kept.book.ts[-1])
    for of_follower, of_run in zip(
        kept.between(0, newest_ms), made.between(0, newest_ms), strict=True
    ):
        for name, one, other in zip(of_run._fields, of_follower, of_run, strict=True):
            assert np.array_equal(one, other, equal_nan=True), name


def book_rows(folder: Path) -> list[Any]:
    return rows_of(folder / "data").book if list(folder.glob("data/*.db")) else []
