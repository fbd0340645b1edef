"""Compiled kernels are kept, and never those of other sources."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import clean_environment

ROOT = Path(__file__).parents[4]

COMPILE = """
import logging
import numpy as np
logging.basicConfig(level=logging.WARNING)
from processor.engine.kernels import trade_kernel
from processor.engine.kernels.arguments import TradeRows
from processor.engine.compiling.loading import _count_trades
codes, numbers = np.zeros(0, np.int64), np.zeros(0)
rows, sums = TradeRows(codes, codes, numbers, numbers), np.zeros(1, trade_kernel.TRADE_STATE)
_count_trades(0, 0, rows, sums, trade_kernel.new_closed(0))
print(sum(_count_trades.stats.cache_hits.values()), sum(_count_trades.stats.cache_misses.values()))
"""


def compile_in(checkout: Path, **environment: str) -> tuple[str, str]:
    """Load a kernel; return whether one was found kept, or not, and what was logged."""
    return run_in(checkout, COMPILE, **environment)


def run_in(checkout: Path, program: str, **environment: str) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=clean_environment(PYTHONPATH=str(checkout), **environment),
        cwd=checkout,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the kernels need, for a test to change."""
    copy = tmp_path / "checkout"
    for package in ("shared", "processor"):
        shutil.copytree(
            ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    return copy


def test_a_change_in_any_file_of_the_kernels_has_all_compiled_anew(
    checkout: Path, tmp_path: Path
) -> None:
    cache = {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    assert compile_in(checkout, **cache)[0] == "0 1"
    assert compile_in(checkout, **cache)[0] == "1 0"
    with (checkout / "processor/engine/kernels/wide_reads.py").open("a") as helper:
        helper.write("\n# another text\n")
    assert compile_in(checkout, **cache)[0] == "0 1"


def test_without_a_folder_to_keep_them_in_they_are_compiled_and_it_is_said_once(
    checkout: Path, tmp_path: Path
) -> None:
    occupied = tmp_path / "occupied"
    occupied.write_text("a file where a folder should be")
    counts, log = compile_in(checkout, NUMBA_CACHE_DIR=str(occupied))
    assert counts == "0 1"
    assert log.count("no folder to keep compiled kernels in") == 1


LOAD = """
import logging
logging.basicConfig(level=logging.WARNING)
from processor.engine.compiling.loading import Kernels
kernels = Kernels()
kernels.prepare()
kernels.wait()
print(kernels.is_ready)
"""


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["junk", "folder"])
def test_kept_kernels_that_are_damaged_are_compiled_anew_and_it_is_said_once(
    checkout: Path, tmp_path: Path, damage: str
) -> None:
    cache = {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    compile_in(checkout, **cache)
    [index] = (tmp_path / "cache").rglob("*count_trades*.nbi")
    index.unlink()
    index.mkdir() if damage == "folder" else index.write_bytes(b"junk")
    told, log = run_in(checkout, LOAD, **cache)
    assert told == "True"
    assert log.count("compiled kernels cannot be kept") == 1
    assert "Traceback" not in log


def test_what_earlier_sources_left_beside_them_is_deleted(checkout: Path) -> None:
    beside = checkout / "processor/engine/kernels/__pycache__"
    old = beside / "kernels-0123456789abcdef"
    old.mkdir(parents=True)
    compile_in(checkout)
    assert not old.exists()
    assert len(list(beside.glob("kernels-*"))) == 1
