"""What the kernels see of many bytes at once is what one sees byte by byte."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from processor.engine.kernels import wide_reads
from processor.engine.kernels.wide_reads import WIDTH
from tests.support.checked_array import CheckedArray

ROOT = Path(__file__).parents[4]

READS = {
    "digit_free": njit(lambda text, at: wide_reads.digit_free(text, at)),
    "closing": njit(lambda text, at: wide_reads.closing(text, at)),
    "word": njit(lambda text, at: wide_reads.word(text, at)),
}
compiled_same = njit(lambda *arguments: wide_reads.same(*arguments))
compiled_zeros = njit(lambda mask: wide_reads.trailing_zeros(mask))


def width_of(name: str) -> int:
    return 8 if name == "word" else WIDTH


TEXTS = st.lists(st.integers(0, 255) | st.sampled_from(b"0189/:[]()"), min_size=64, max_size=80)


@pytest.mark.parametrize("name", READS)
@settings(deadline=None)  # the first example compiles
@given(text=TEXTS, data=st.data())
def test_compiled_and_plain_reads_agree(name: str, text: list[int], data: st.DataObject) -> None:
    width = width_of(name)
    at = np.uint64(data.draw(st.integers(0, len(text) - width)))
    plain: Callable[..., Any] = getattr(wide_reads, name)
    assert READS[name](np.array(text, np.uint8), at) == plain(CheckedArray(text), at)


@settings(deadline=None)  # the first example compiles
@given(text=TEXTS, mask=TEXTS, data=st.data())
def test_compiled_and_plain_comparisons_agree(
    text: list[int], mask: list[int], data: st.DataObject
) -> None:
    other = [a if b % 2 else b for a, b in zip(text, mask, strict=False)]
    at = np.uint64(data.draw(st.integers(0, len(text) - WIDTH)))
    other_at = np.uint64(data.draw(st.integers(0, len(other) - WIDTH)))
    arrays = np.array(text, np.uint8), np.array(other, np.uint8)
    compiled = compiled_same(arrays[0], at, arrays[1], other_at)
    assert compiled == wide_reads.same(CheckedArray(text), at, CheckedArray(other), other_at)


def test_masks_have_a_bit_for_each_byte() -> None:
    text = np.frombuffer(b"[12]" + b"0" * 60 + b")", np.uint8)
    assert wide_reads.digit_free(text, 0) == 0b1001
    assert wide_reads.closing(text, 0) == 0b1000
    assert wide_reads.closing(text, 1) == 1 << 63 | 0b100
    other = np.frombuffer(b"...[13]" + b"1" * 60, np.uint8)
    assert wide_reads.same(text, 0, other, 3) == 0b1011
    assert wide_reads.word(text, 0) == int.from_bytes(b"[12]0000", "little")


@pytest.mark.parametrize(("mask", "place"), [(1, 0), (0b1100, 2), (1 << 63, 63), (0, 64)])
def test_the_lowest_bit_set(mask: int, place: int) -> None:
    assert wide_reads.trailing_zeros(np.uint64(mask)) == place
    assert compiled_zeros(np.uint64(mask)) == place


PAST_THE_END = """
import numpy as np
from numba import njit
from processor.engine.kernels import wide_reads
text = np.zeros(70, np.uint8)
read = njit(lambda text, at: wide_reads.{name}(text, at))
read(text, np.uint64(70 - {width}))
try:
    read(text, np.uint64(71 - {width}))
except IndexError:
    print("refused")
"""


@pytest.mark.parametrize("name", READS)
def test_the_bounds_check_sees_the_last_byte_read(name: str, tmp_path: Path) -> None:
    width = width_of(name)
    done = subprocess.run(
        [sys.executable, "-c", PAST_THE_END.format(name=name, width=width)],
        env=os.environ | {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "refused\n", done.stderr
