"""One case of damage: no row that SQLite returns is lost in silence, and the next day is right."""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from shared.job import Job
from tests.processor.fuzz import ways
from tests.processor.fuzz.agreement import agree, contents
from tests.processor.fuzz.comparison import differences
from tests.processor.fuzz.damaged.damage import DAMAGES
from tests.processor.fuzz.damaged.plain_days import INSTRUMENT, write_plain
from tests.processor.fuzz.damaged.scan import Scan, scanned
from tests.processor.fuzz.draw import Draw
from tests.processor.fuzz.sums import Asked, expect
from tests.processor.fuzz.ways import Told
from tests.support.recordings import MS_PER_DAY, T0

TWO_DAYS = Asked(T0, T0 + 2 * MS_PER_DAY, 60_000, 50)
LEFT = {name: name for name in ("nothing", "a hot journal", "a log", "a log and its index")}


def damaged_case(draw: Draw, folder: Path) -> None:
    """Write two days, damage the first or what lies beside it, and check what is made of both."""
    data = folder / "data"
    path = write_plain(draw, data, 0)
    _leave(draw, path)
    harmed = [path, *sorted(data.glob(f"{path.name}-*"))]
    target = draw.rng.choice(harmed)
    for _ in range(draw.rng.choice((1, 1, 1, 2, 3))):
        content = bytearray(target.read_bytes())
        damage = draw.rng.choice(DAMAGES)
        kind = damage.__name__.replace("_", " ")
        draw.note(f"damage to the {target.name.rpartition('.')[2]}", kind)
        if content:
            damage(content, _page_size(path), draw.rng)
        target.write_bytes(content)
    if draw.chance("damaged at rest", 0.7):
        then = time.time() - 3600
        for each in harmed:
            os.utime(each, (then, then))
    next_path = write_plain(draw, data, 1)
    scans = [scanned(each, folder / f"scan of {each.name}") for each in (path, next_path)]
    before = contents(data)
    told = _run(draw, ways.job_of(TWO_DAYS, INSTRUMENT, data, folder))
    assert contents(data) == before, "something was written beside the files"
    is_told = path.name in dict(told.problems)
    draw.note("damaged file", _in_words(is_told, scans[0]))
    draw.note("exit code of damage", told.exit_code)
    check(told, scans, path.name)


def _leave(draw: Draw, path: Path) -> None:
    """Leave beside the file what a recorder that was killed leaves."""
    left = draw.any_of("left beside", LEFT)
    if left == "nothing":
        return
    aside = path.with_name("aside")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        if left == "a hot journal":
            connection.execute("PRAGMA cache_size = 1")
            connection.execute("BEGIN")
        else:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("UPDATE trades SET size = size + 1")
        connection.execute("DELETE FROM book WHERE id % 3 = 1")
        aside.mkdir()
        for each in path.parent.glob(f"{path.name}*"):
            if left == "a log and its index" or not each.name.endswith("-shm"):
                shutil.copyfile(each, aside / each.name)
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()
    for each in aside.iterdir():
        each.rename(path.with_name(each.name))
    aside.rmdir()


def _run(draw: Draw, job: Job) -> Told:
    by_engine: Callable[[Job], Told] = ways.by_engine
    if draw.chance("damaged, in small batches", 0.5):
        by_engine = ways.by_engine_in_small_batches
    expected = ways.by_reference(replace(job, run_dir=job.run_dir / "run by reference"))
    found = by_engine(replace(job, run_dir=job.run_dir / "run by engine"))
    # They may tell of the same damage in other words, and come to it at another moment.
    agree("engine", _without_words(found), _without_words(expected))
    if draw.chance("damaged, as a command", 0.01):
        by_command = ways.by_command(replace(job, run_dir=job.run_dir / "run by command"))
        agree("command", _without_words(by_command), _without_words(found))
    return found


def _without_words(told: Told) -> Told:
    status = {**told.status, "file_problems": sorted({file for file, _ in told.problems})}
    return replace(told, status=status)


def check(told: Told, scans: Sequence[Scan], name: str) -> None:
    """Raise AssertionError where the file `name`, of which the first scan is, lost a row.

    All rows that the scans return must be in the sums. Where a scan ends early, or rows have what
    is not plain, that must be told.
    """
    assert told.exit_code in (0, 65), f"exit {told.exit_code}: {told.status}"
    damaged, *_ = scans
    if damaged.errors:
        assert name in dict(told.problems), f"{damaged.errors}, and nothing is told"
    if not damaged.undecided and not damaged.has_ties:
        wrong = differences(expect([scan.day for scan in scans], TWO_DAYS), told.data, told.status)
        assert not wrong, "\n".join([*wrong, str(told.problems)])
        return
    rows = sum(count for scan in scans for count in scan.rows.values())
    found = told.status["book_rows"] + told.status["trades"]
    found += sum(told.status["skipped"].values())
    # One that damage took to another day is of none of the range; a table whose schema is no text
    # is told as one that cannot be read.
    unread = any("cannot be read" in problem for file, problem in told.problems if file == name)
    lost = sum(damaged.rows.values()) if unread else damaged.undecided
    assert rows - lost <= found <= rows, f"{rows} rows scanned, {found} told of: {told.problems}"


def _in_words(is_told: bool, damaged: Scan) -> str:
    scan = "scan fails" if damaged.errors else "scan goes through"
    rows = ", rows only a parser understands" if damaged.undecided else ""
    return f"{'told' if is_told else 'not told'}, {scan}{rows}"


def _page_size(path: Path) -> int:
    with path.open("rb") as file:
        size = int.from_bytes(file.read(18)[16:18], "big")
    return size if size in (512, 1024, 4096) else 4096
