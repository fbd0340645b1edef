"""One case after another, each drawn from a seed of its own: by it a case can be run alone."""

import shutil
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.processor.fuzz.damaged.case import damaged_case
from tests.processor.fuzz.draw import Draw, Seen
from tests.processor.fuzz.live.case import live_case
from tests.processor.fuzz.odd.case import odd_case

Case = Callable[[Draw, Path], None]

CASES: dict[str, tuple[float, Case]] = {
    "odd": (0.67, odd_case),
    "damaged": (0.28, damaged_case),
    "live": (0.05, live_case),
}
"""What a case may be, with the share of cases that are: a live one takes as long as ten."""

CASE_SECONDS = 30.0
"""CPU that a case may take; the longest takes about a second."""

MOST_FAILURES = 10


@dataclass(slots=True)
class Round:
    """What came of some cases."""

    seed: int
    cases: int = 0
    seen: Seen = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def run(self, number: int, folder: Path) -> None:
        """Run the case of that number in `folder`, which stays where it fails."""
        draw = Draw(f"{self.seed} {number}", self.seen)
        kind = draw.rng.choices(list(CASES), [share for share, _ in CASES.values()])[0]
        draw.note("case", kind)
        self.cases += 1
        try:
            with _limited_cpu():
                CASES[kind][1](draw, folder)
        except Exception:  # noqa: BLE001 - whatever it is, the case failed
            command = f"FUZZ_SEED={self.seed} FUZZ_CASE={number} make fuzz"
            self.failures.append(f"{command}  # {kind}, {folder}\n{traceback.format_exc()}")
        else:
            shutil.rmtree(folder)

    def run_for(self, seconds: float, folder: Path) -> None:
        """Run cases until the time is over, or too many have failed."""
        ends_at = time.monotonic() + seconds
        while time.monotonic() < ends_at and len(self.failures) < MOST_FAILURES:
            self.run(self.cases, folder / f"case {self.cases}")


@contextmanager
def _limited_cpu() -> Iterator[None]:
    """Raise TimeoutError when this takes too much: what goes on for ever is a failure, too."""

    def end(*_: object) -> None:
        raise TimeoutError(f"the case takes more than {CASE_SECONDS:.0f} s of CPU")

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, CASE_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
