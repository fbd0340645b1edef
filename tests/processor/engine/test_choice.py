"""Which replay runs: the engine, and the reference with a warning where a wheel is missing."""

import subprocess
import sys
from pathlib import Path

import pytest

from processor.engine.replay.engine_replay import EngineReplay
from processor.job.choice import choose_replay, load_kernels
from processor.reporting.quality import Quality
from shared.job import Job
from shared.run_files.processor_status import Phase
from tests.support.commands import clean_environment
from tests.support.recordings import T0, Book, Recording, Tick
from tests.support.runs import ONE_DAY, published

ROOT = Path(__file__).parents[3]

WITHOUT = """
import sys
sys.modules[sys.argv.pop(1)] = None  # as if it were not installed
from processor.main import main
main()
"""


def test_the_engine_runs_by_default() -> None:
    job = Job("BTC-USDT", ONE_DAY, Path(), Path(), 60, 50)
    assert isinstance(choose_replay(load_kernels(), [], job, Quality()), EngineReplay)


@pytest.mark.parametrize("module", ["numba", "nanoarrow", "adbc_driver_sqlite"])
def test_without_one_of_its_wheels_the_reference_runs_and_says_so(
    tmp_path: Path, module: str
) -> None:
    Recording(tmp_path).write([Book(T0, [[99, 3]], [[101, 1]])], [Tick(T0 + 2, 100, 2)])
    done = subprocess.run(
        [
            *(sys.executable, "-c", WITHOUT, module),
            *("--from", "2025-07-01", "--to", "2025-07-02"),
            *("--data-dir", str(tmp_path), "--run-dir", str(tmp_path / "run")),
        ],
        env=clean_environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (warning,) = [line for line in done.stderr.splitlines() if "going row by row" in line]
    assert "WARNING" in warning
    assert module in warning
    result = published(tmp_path / "run")
    assert result.status.phase is Phase.FINISHED
    assert result.ohlc == [[T0, 100, 100, 100, 100, 2]]
    assert result.metrics == [[T0, *[0.5] * 4, *[4] * 4]]
