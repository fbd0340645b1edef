"""Replay through the engine in every state of its kernels, beside the reference."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from processor.calculation.position import Position
from processor.calculation.replay import Replay
from processor.calculation.sink import Sink
from processor.engine.compiling.loading import Kernels
from processor.engine.replay.engine_replay import EngineReplay
from processor.reference.replay import ReferenceReplay
from processor.reporting.quality import Quality
from shared.job import Job, TimeRange
from shared.recordings.day_files import DayFile
from tests.support.memory_sink import Content, MemorySink
from tests.support.runs import ONE_DAY, Outcome, compiled_kernels, outcome_of


class UncompiledKernels(Kernels):
    """Kernels that stay plain Python, as before the compiler is done."""

    def prepare(self, *, keeps_time: bool = True) -> None:
        """Do not begin."""

    def load_sorted(self) -> Iterator[None]:
        """Do not begin."""
        yield from ()


class SwitchingKernels(UncompiledKernels):
    """Kernels that are plain Python until `switch` is called."""

    def switch(self) -> None:
        """Become ready from one step to the next, as the compiler's thread does it."""
        compiled = compiled_kernels()
        self.apply_to_ladder = compiled.apply_to_ladder
        self.apply_to_sorted = compiled.apply_to_sorted
        self.count_trades = compiled.count_trades
        self.is_ready = True


@dataclass(frozen=True, slots=True)
class Result:
    """All that a replay says at its end."""

    outcome: Outcome
    conservation: Any
    position: Position
    kept: Content


Make = Callable[[Job, Quality, Sink], Replay]


def run(
    make: Make,
    files: Sequence[DayFile],
    time_range: TimeRange = ONE_DAY,
    **options: int,
) -> Result:
    """Do a whole replay over `files`."""
    job = Job(files[0].instrument, time_range, Path(), Path(), **{**_USUAL, **options})
    quality = Quality()
    sink = MemorySink()
    replay = make(job, quality, sink)
    outcome = outcome_of(replay, quality)
    position = replay.position
    if position.data_time_ms is not None and position.data_time_ms < time_range.from_ms:
        position.data_time_ms = None  # what was read before the range is nobody's result
    return Result(outcome, replay.conservation, position, sink.content)


def reference(files: Sequence[DayFile]) -> Make:
    """Return what makes the reference."""
    return lambda job, quality, sink: ReferenceReplay(files, job, quality, sink)


def engine(files: Sequence[DayFile], kernels: Kernels | None = None) -> Make:
    """Return what makes the engine with `kernels`, compiled ones if not told."""
    return lambda job, quality, sink: EngineReplay(
        files, job, quality, kernels or compiled_kernels(), sink=sink
    )


class SwitchingReplay(EngineReplay):
    """An engine whose kernels become ready after some steps."""

    def __init__(
        self,
        files: Sequence[DayFile],
        job: Job,
        quality: Quality,
        switch_after: int,
        sink: Sink | None = None,
    ) -> None:
        kernels = SwitchingKernels()
        super().__init__(files, job, quality, kernels, sink=sink)
        self._switch = kernels.switch
        self._switch_after = switch_after

    def steps(self) -> Iterator[None]:
        """Switch on the way."""
        for step, _ in enumerate(super().steps()):
            if step == self._switch_after:
                self._switch()
            yield


def assert_all_agree(
    *files: DayFile, time_range: TimeRange = ONE_DAY, switch_after: int = 3, **options: int
) -> Result:
    """Replay in every way there is, compare to the last bit, and return what came out.

    Long recordings go without the one that is never compiled: until `switch_after` steps, none is.
    """
    expected = run(reference(files), files, time_range, **options)
    ways = [
        engine(files),
        lambda job, quality, sink: SwitchingReplay(files, job, quality, switch_after, sink),
    ]
    if expected.position.book_rows <= _ROWS_UNCOMPILED:
        ways.append(engine(files, UncompiledKernels()))
    for make in ways:
        found = run(make, files, time_range, **options)
        assert found.outcome == expected.outcome
        # at the end only the reference closes its last bar, whose volume then counts compensated
        assert asdict(found.conservation) == pytest.approx(asdict(expected.conservation), rel=1e-15)
        assert found.position == expected.position
        assert found.kept == expected.kept
    return expected


_ROWS_UNCOMPILED = 4000
_USUAL = {"window_seconds": 60, "depth_levels": 50}
