"""One case of odd but valid files: every way of the processor, and the sums by other means."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.job import Job
from tests.processor.fuzz import ways
from tests.processor.fuzz.agreement import agree, contents
from tests.processor.fuzz.comparison import differences
from tests.processor.fuzz.draw import Draw
from tests.processor.fuzz.odd.files import write_file
from tests.processor.fuzz.odd.market import draw_asked, draw_days
from tests.processor.fuzz.sums import Expected, expect
from tests.processor.fuzz.ways import Told
from tests.support.recordings import MS_PER_DAY, T0

INSTRUMENTS = {name: name for name in ("BTC-USDT", "SOL-USDT-SWAP", "O'X-€-1", "a b")}


def odd_case(draw: Draw, folder: Path) -> None:
    """Draw days, write them in odd forms, and check what every way of reading them gives."""
    days = draw_days(draw)
    asked = draw_asked(draw, days)
    instrument = draw.one("instrument's name", INSTRUMENTS, 0.7)
    data = folder / "data"
    names = {drawn.number: write_file(draw, drawn, data, instrument) for drawn in days}
    before = contents(data)
    told = _run(draw, ways.job_of(asked, instrument, data, folder))
    assert contents(data) == before, "something was written beside the files"
    touched = range((asked.from_ms - T0) // MS_PER_DAY, (asked.to_ms - 1 - T0) // MS_PER_DAY + 1)
    read = [drawn for drawn in days if drawn.number in touched]
    problems = {names[drawn.number] for drawn in read if drawn.left_out}
    missing = [number for number in touched if number not in names]
    # Of days without a file that follow on each other, the first is named.
    problems |= {_usual_name(instrument, n) for n in missing if n - 1 not in missing}
    check(told, expect([drawn.day for drawn in read], asked), problems)
    draw.note("exit code", told.exit_code)
    for kind in (*told.status["skipped"], *told.status["observed"]):
        draw.note("counted", kind)


def check(told: Told, expected: Expected, problems: Collection[str] = ()) -> None:
    """Raise AssertionError unless `told` is what must come out, and its `problems` those files'."""
    is_partial = bool(problems) or expected.skipped.total() > 0
    exit_code = 66 if not expected.has_data else 65 if is_partial else 0
    assert told.exit_code == exit_code, f"expected exit {exit_code}: {told.status}"
    wrong = differences(expected, told.data, told.status)
    found = {file for file, _ in told.problems}
    if found != set(problems) and (found or exit_code != 66):  # without any file, none is named
        wrong.append(f"problems: expected {problems}, found {told.problems}")
    assert not wrong, "\n".join(wrong)


def _usual_name(instrument: str, number: int) -> str:
    day = datetime(2025, 7, 1, tzinfo=UTC) + timedelta(days=number)
    return f"{instrument}-{day:%y-%m-%d}.db"


def _run(draw: Draw, job: Job) -> Told:
    """Run `job` by the reference and by the engine in some ways, which must agree."""
    ran_by: dict[str, Callable[[Job], Told]] = {"engine": ways.by_engine}
    looks = [draw.rng.randrange(1, 40) for _ in range(draw.rng.randrange(1, 4))]
    others: dict[str, Callable[[Job], Told]] = {
        "small batches": ways.by_engine_in_small_batches,
        "stopped": lambda its: ways.by_engine_stopped(its, looks),
        "uncompiled": lambda its: ways.by_engine(its, ways.uncompiled),
        "switching": lambda its: ways.by_engine(its, ways.switching),
    }
    other = draw.rng.choice(list(others))
    ran_by[other] = others[other]
    if draw.chance("as a command", 0.01):
        ran_by["command"] = ways.by_command
        ran_by["command without engine"] = lambda its: ways.by_command(its, is_reference=True)
    expected = ways.by_reference(replace(job, run_dir=job.run_dir / "run by reference"))
    for name, way in ran_by.items():
        draw.note("way", name)
        agree(name, way(replace(job, run_dir=job.run_dir / f"run by {name}")), expected)
    return expected
