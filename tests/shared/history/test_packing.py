"""The layout of packed columns: byte by byte, there and back, and the kernel's against it."""

import doctest
import struct
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.engine.history.fast_packing import FastPacking
from shared.history import columns as columns_module
from shared.history import decimals
from shared.history.decimals import TOO_MANY, exact_decimals, running_decimals, snapped
from shared.history.packing import PackedColumnsError, pack, unpack
from tests.support.runs import compiled_kernels

INTEGERS = st.integers(-(2**63), 2**63 - 1) | st.integers(-300, 300)
NUMBERS = (
    st.decimals(-1000, 1000, places=3).map(float)
    | st.sampled_from([0.1, 1e16, 1e300, 1 / 3, -0.0, float("nan"), float("inf")])
    | st.floats()
)


def columns(draw: st.DrawFn, kind: st.SearchStrategy[float], rows: int, most: int) -> list[object]:
    count = draw(st.integers(1, most))
    lists = [draw(st.lists(kind, min_size=rows, max_size=rows)) for _ in range(count)]
    return [np.array(each, np.int64 if kind is INTEGERS else np.float64) for each in lists]


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[object], list[list[object]], list[object]]:
    rows = draw(st.integers(0, 6))
    groups = [columns(draw, NUMBERS, rows, 2) for _ in range(draw(st.integers(1, 2)))]
    return columns(draw, INTEGERS, rows, 3), groups, columns(draw, st.floats(), rows, 2)


@given(tables())
def test_what_is_unpacked_is_what_was_packed_to_the_last_bit(table: object) -> None:
    integers, groups, floats = table
    given_columns = [*integers, *(column for group in groups for column in group), *floats]
    unpacked = unpack(pack(integers, groups, floats))
    assert len(unpacked) == len(given_columns)
    for column, expected in zip(unpacked, given_columns, strict=True):
        assert column.dtype == expected.dtype
        # 0.0 and -0.0 are the same price.
        assert np.array_equal(column, expected, equal_nan=column.dtype == np.float64)


@settings(deadline=None)  # the first call may compile
@given(st.lists(tables(), min_size=1, max_size=3))
def test_the_kernel_packs_to_the_same_bytes(several: list[object]) -> None:
    fast = FastPacking(compiled_kernels())
    for table in several:
        assert fast(*table) == pack(*table)


def test_the_kernel_is_not_misled_by_as_many_columns_in_other_groups() -> None:
    fast = FastPacking(compiled_kernels())
    rows, prices = [np.array([1, 2])], np.array([0.5, 0.25])
    tables = [(rows, [[prices] * 8], []), (rows, [[prices]] * 8, [])]
    for table in tables:
        assert fast(*table) == pack(*table)
    assert {len(likely) for likely in fast._likely.values()} == {1, 8}


def test_a_blob_is_laid_out_as_described() -> None:
    blob = pack([np.array([7, 8, 10])], [[np.array([99.5, 99.25, 99.5])]], [np.array([0.0] * 3)])
    header = struct.pack("<BBHI", 1, 3, 0, 3)
    times = struct.pack("<BBbBqq", 1, 0, -1, 0, 0, 7)
    prices = struct.pack("<BBbBqq", 1, 0, 2, 0, 0, 9925)
    zeros = struct.pack("<BBbBqq", 0, 2, 0, 0, 0, 0)
    assert blob == header + times + prices + zeros + bytes([0, 1, 3]) + bytes([25, 0, 25])


def test_what_grows_evenly_is_kept_as_steps_and_costs_nothing() -> None:
    blob = pack([np.arange(0, 600_000, 1000)])
    assert len(blob) == 8 + 20
    assert struct.unpack_from("<BBbBqq", blob, 8) == (0, 1, -1, 0, 0, 1000)


@pytest.mark.parametrize(
    "damage",
    [
        lambda blob: blob[:5],
        lambda blob: blob[:20],
        lambda blob: blob[:-1],
        lambda blob: blob + b"\0",
        lambda blob: b"\2" + blob[1:],
        lambda blob: blob[:8] + b"\x09" + blob[9:],
        lambda _: b"",
    ],
    ids=["header", "columns", "planes", "longer", "version", "width", "empty"],
)
def test_what_is_no_blob_is_refused(damage: object) -> None:
    blob = pack([np.array([1, 2, 300])])
    with pytest.raises(PackedColumnsError, match="expected packed columns"):
        unpack(damage(blob))


def test_decimals_are_as_many_as_all_numbers_need() -> None:
    assert exact_decimals(np.array([1.0, 0.1, 7.435e-7])) == 10
    assert exact_decimals(np.array([2.0**53, 1.0])) == 0
    assert exact_decimals(np.array([2.0**53, 0.5])) == TOO_MANY
    assert exact_decimals(np.array([np.nan])) == TOO_MANY
    assert running_decimals(np.array([5.0, 0.5, 0.125, 2.0]), 0).tolist() == [0, 1, 3, 3]


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=50), st.integers(0, 8))
def test_sums_of_sizes_are_snapped_to_what_they_are_exactly(lots: list[int], places: int) -> None:
    sizes = np.array(lots) / 10.0**places
    total = snapped(np.array([sum(sizes)]), np.array([places]))
    assert total.tolist() == [sum(lots) / 10.0**places]


@pytest.mark.parametrize("module", [columns_module, decimals])
def test_the_examples_in_the_modules_run(module: ModuleType) -> None:
    outcome = doctest.testmod(module)
    assert (outcome.failed, outcome.attempted > 0) == (0, True)
