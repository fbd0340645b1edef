"""Any stream, split anywhere: going on from the checkpoint ends as one pass does."""

import tempfile
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from processor.engine.replay import file_replay
from processor.engine.replay.engine_replay import EngineReplay
from processor.engine.sqlite import queries, read_ranges
from processor.engine.sqlite.reading_order import ReadingOrder
from processor.job.memory import JobMemory
from processor.reporting.quality import Quality
from shared.job import Job, TimeRange
from shared.recordings.day_files import DayFile
from tests.support.recordings import DAY, LOOSE, MS_PER_DAY, T0, Book, Recording, Tick, iso
from tests.support.resume import make_job
from tests.support.runs import Outcome, compiled_kernels, outcome_of

FROM = 3_000
RANGE = TimeRange(T0 + FROM, T0 + MS_PER_DAY + 9_000)

sizes = st.sampled_from([0, 0, 1, "2.5", 0.1, 3.7, 1e-9])
levels = st.lists(st.tuples(st.integers(90, 110), sizes).map(list), max_size=3)
odd_levels = st.sampled_from(["[[1,", '[["x", 1]]', "[[1, -1]]", "[[100, 1e0]]", None, "[(99, 2)]"])
moments = st.integers(0, 12_000)

# A column of anything but numbers is read row by row, whatever the order: seldom met otherwise.
PRICES = {ReadingOrder.STRICT: [100, 101.5, "99.5", -1, None]}
SIZES = {ReadingOrder.STRICT: [1, 0.1, 0.2, "3", 1e308, 0]}
ONLY_PRICES = [100.0, 101.5, 99.5, -1.0]
ONLY_SIZES = [1.0, 0.1, 0.2, 1e308, 0.0]


def as_time(kind: ReadingOrder, moment: int, draw: Any) -> Any:
    if kind is ReadingOrder.STRICT:
        return draw(
            st.sampled_from([moment, str(moment), iso(moment), None, "soon", moment * 1000])
        )
    return str(moment)


@st.composite
def days(draw: Any, kind: ReadingOrder) -> list[tuple[list[Book], list[Tick]]]:
    made = []
    for start in (T0, T0 + MS_PER_DAY):
        tables = [draw(st.lists(moments, min_size=n, max_size=60)) for n in (1, 0)]
        if kind is ReadingOrder.STORED:
            tables = [sorted(times) for times in tables]
        book = [
            Book(as_time(kind, start + t, draw), draw(levels | odd_levels), draw(levels))
            for t in tables[0]
        ]
        trades = [
            Tick(
                as_time(kind, start + t, draw),
                draw(st.sampled_from(PRICES.get(kind, ONLY_PRICES))),
                draw(st.sampled_from(SIZES.get(kind, ONLY_SIZES))),
                draw(st.sampled_from(["buy", "sell", "SELL", "hold"])),
            )
            for t in tables[1]
        ]
        made.append((book, trades))
    return made


def go(
    job: Job, files: list[DayFile], most_steps: int | None
) -> tuple[Outcome, Any, ReadingOrder | None]:
    """Go on with the job for so many steps, or to its end, and take a checkpoint there."""
    quality = Quality()
    replay = EngineReplay(files, job, quality, compiled_kernels())
    with JobMemory(job, files) as memory:
        memory.recall(replay, quality)
        steps = replay.steps()
        order = None
        for _ in range(most_steps or 0):
            if next(steps, steps) is steps:
                break
            order = ReadingOrder(replay.to_document()["order"])
        if most_steps is None:
            return outcome_of(replay, quality), astuple(replay.conservation), order
        memory.save(replay, quality, "run")
        steps.close()
    return outcome_of(EngineReplay([], job, Quality()), Quality()), None, order


def as_bytes(outcome: tuple[Outcome, Any, Any]) -> bytes:
    return orjson.dumps([asdict(outcome[0]), outcome[1]], option=orjson.OPT_SORT_KEYS)


# Sizes near the largest double overflow the sums, as they should: to infinity.
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("kind", list(ReadingOrder), ids=[order.name for order in ReadingOrder])
def test_a_stream_split_anywhere_equals_one_pass(
    kind: ReadingOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_replay, "BOOK_ROWS", 4)
    monkeypatch.setattr(file_replay, "TRADE_ROWS", 5)
    for module in (file_replay, queries, read_ranges):
        monkeypatch.setattr(module, "RANGE_ROWS", 7)
    orders: set[ReadingOrder | None] = set()

    @settings(  # not shrunk: that would take minutes
        max_examples=40,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
        database=None,
    )
    @given(days(kind), st.lists(st.integers(1, 25), min_size=1, max_size=4))
    def check(made: list[tuple[list[Book], list[Tick]]], splits: list[int]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            recording = Recording(Path(folder) / "data", schema=LOOSE)
            files = [
                recording.write(book, trades, day=day)
                for (book, trades), day in zip(made, (DAY, "25-07-02"), strict=True)
            ]
            (Path(folder) / "one").mkdir()
            (Path(folder) / "split").mkdir()
            job = make_job(Path(folder), Path(folder) / "one", time_range=RANGE, window_seconds=2)
            once = go(job, files, None)
            job = make_job(Path(folder), Path(folder) / "split", time_range=RANGE, window_seconds=2)
            for steps in splits:
                orders.add(go(job, files, steps)[2])
            assert as_bytes(go(job, files, None)) == as_bytes(once)

    check()
    assert kind in orders
