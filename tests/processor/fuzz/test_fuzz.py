"""Day files at random, seeded: odd ones, damaged ones, and such as are being written.

`make fuzz` runs it. FUZZ_SECONDS sets how long, FUZZ_SEED repeats a run, and FUZZ_CASE runs one
case of it alone.
"""

import os
import random
from pathlib import Path

import pytest

from tests.processor.fuzz.draw import table_of
from tests.processor.fuzz.rounds import Round

SECONDS = float(os.environ.get("FUZZ_SECONDS", "60"))
SEED = int(os.environ.get("FUZZ_SEED") or random.SystemRandom().randrange(1_000_000))
CASE = os.environ.get("FUZZ_CASE")


@pytest.mark.fuzz
@pytest.mark.timeout(SECONDS + 240)
def test_whatever_is_in_a_day_file_is_in_the_sums_or_told(tmp_path: Path) -> None:
    print(f"FUZZ_SEED={SEED} FUZZ_SECONDS={SECONDS:g}")  # noqa: T201 - to repeat a failure
    cases = Round(SEED)
    if CASE:
        cases.run(int(CASE), tmp_path / f"case {CASE}")
    else:
        cases.run_for(SECONDS, tmp_path)
    print(f"{cases.cases} cases\n{table_of(cases.seen)}")  # noqa: T201 - what was covered
    assert not cases.failures, "\n\n".join(cases.failures)
