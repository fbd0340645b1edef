"""One case of a recorder at work, or killed at it: what is read is one moment, and committed."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.processor.fuzz import ways
from tests.processor.fuzz.agreement import contents
from tests.processor.fuzz.damaged.plain_days import INSTRUMENT
from tests.processor.fuzz.draw import Draw
from tests.processor.fuzz.sums import Asked
from tests.processor.fuzz.ways import Told
from tests.support.recordings import BOOK_SCHEMA, MS_PER_DAY, T0, TRADES_SCHEMA

WRITER = Path(__file__).with_name("writer_process.py")
ONE_DAY = Asked(T0, T0 + MS_PER_DAY, 86_400_000, 50, "never")
MODES = {mode: mode for mode in ("WAL", "DELETE", "TRUNCATE", "PERSIST")}
STYLES = {style: style for style in ("append", "rewrite", "long", "move")}
PAUSES = {pause: pause for pause in ("0.001", "0.005", "0.02")}
FIRST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Moment:
    """What SQLite says of a recording at one moment: rows of a table, and the newest price."""

    rows: int
    newest: int


def live_case(draw: Draw, folder: Path) -> None:
    """Read a file that a process writes, then one whose process was killed."""
    path = folder / "data" / f"{INSTRUMENT}-25-07-01.db"
    _begin(path)
    style = draw.any_of("writer", STYLES)
    mode = draw.any_of("writer's journal", MODES)
    job = ways.job_of(ONE_DAY, INSTRUMENT, path.parent, folder)
    with _writer(path, mode, style, draw.any_of("writer's pause", PAUSES)):
        for name, way in _ways(draw).items():
            before = _moment_of(path)
            if draw.chance("looks at rest while it is written", 0.3):
                then = time.time() - 3600
                os.utime(path, (then, then))
            told = way(replace(job, run_dir=folder / f"run by {name}"))
            check(told, style, before, _moment_of(path), is_reference=name == "reference")
    # The writer is dead now, wherever it was.
    draw.note("left by a killed writer", _left_beside(path))
    if draw.chance("at rest since it was killed", 0.7):
        for each in path.parent.iterdir():
            os.utime(each, (time.time() - 3600,) * 2)
    moment = _moment_of_copy(path, folder / "copy")
    before_files = contents(path.parent)
    for name, way in (("engine", ways.by_engine), ("reference", ways.by_reference)):
        told = way(replace(job, run_dir=folder / f"run afterwards by {name}"))
        check(told, style, moment, moment)
    assert contents(path.parent) == before_files, "something was written beside the files"


def _ways(draw: Draw) -> dict[str, Callable[..., Told]]:
    found: dict[str, Callable[..., Told]] = {
        "engine": ways.by_engine,
        "reference": ways.by_reference,
        "engine again": ways.by_engine,
    }
    if draw.chance("live, as a command", 0.1):
        found["command"] = ways.by_command
    return found


def check(
    told: Told, style: str, before: Moment, after: Moment, *, is_reference: bool = False
) -> None:
    """Raise AssertionError unless `told` is one moment, `before`, `after` or in between."""
    if is_reference and told.exit_code == 65 and "changed while it was read" in str(told.problems):
        return  # it says so, and reads it no second time
    assert told.exit_code == 0, f"exit {told.exit_code}: {told.status}"
    rows, trades = told.status["book_rows"], told.status["trades"]
    assert rows == trades, f"of two moments: {rows} book rows and {trades} trades"
    (bar,) = told.data["ohlc"]
    first, high, low, newest, volume = bar[1:]
    assert volume == trades
    assert newest == told.data["depth"]["bids"][0][0], (
        f"of two moments: {bar}, {told.data['depth']}"
    )
    assert before.newest <= newest <= after.newest, f"{newest} not in {before} to {after}"
    assert before.rows <= rows <= after.rows, f"{rows} not in {before} to {after}"
    assert high == newest, bar
    if style == "rewrite":
        assert first == low == newest, f"torn: {bar}"
    if style == "append":
        assert rows - before.rows == newest - before.newest, f"{told.status} after {before}"


def _begin(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        for schema in (BOOK_SCHEMA, TRADES_SCHEMA):
            connection.execute(schema)
        times = [(n, str(T0 + n)) for n in range(1, FIRST_ROWS + 1)]
        connection.executemany(
            "INSERT INTO book VALUES (?, NULL, '[[1, 1]]', '[[1000000, 1]]', ?)", times
        )
        connection.executemany("INSERT INTO trades VALUES (?, NULL, NULL, 1, 1, 'buy', ?)", times)


@contextmanager
def _writer(path: Path, *arguments: str) -> Iterator[None]:
    command = [sys.executable, str(WRITER), str(path), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield
            assert process.poll() is None, "the writer was hindered"
        finally:
            process.kill()


def _moment_of(path: Path) -> Moment:
    with closing(sqlite3.connect(path, timeout=60)) as connection:
        return _asked_of(connection)


def _moment_of_copy(path: Path, copy: Path) -> Moment:
    """Return what SQLite makes of the file and all that lies beside it, asked of a copy."""
    shutil.copytree(path.parent, copy)
    return _moment_of(copy / path.name)


def _asked_of(connection: sqlite3.Connection) -> Moment:
    rows, newest = connection.execute("SELECT count(*), max(price) FROM trades").fetchone()
    return Moment(rows, int(newest))


def _left_beside(path: Path) -> str:
    beside = {
        each.name.rpartition("-")[2]
        for each in path.parent.glob(f"{path.name}-*")
        if each.stat().st_size
    }
    return " and ".join(sorted(beside)) or "nothing"
