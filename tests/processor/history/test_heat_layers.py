"""Layers of heat: what they are made of, and that the kernel makes the same bytes."""

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from processor.calculation.book_pieces import COLUMN_MS, HeatColumns
from processor.engine.history.fast_layers import FastLayers
from processor.history.heat_layers import HeatRow, OpenLayers, all_open, lay_heat
from shared.history.heat import LAYERS, pack_heat, unpack_heat
from shared.history.packing import PackedColumnsError
from tests.support.runs import compiled_kernels

START_MS = 1_751_328_000_000

Side = dict[int, float]
Column = tuple[int, int, int, Side, Side]

ROWS = st.integers(0, 30) | st.integers(0, 2**53 - 1) | st.integers(10**6, 10**6 + 500)
TOTALS = st.floats(1e-9, 1e12) | st.sampled_from([1e-30, 1e-12, 3e9, 1e31])
SIDES = st.dictionaries(ROWS, TOTALS, max_size=12)
COLUMNS = st.lists(
    st.tuples(
        st.sampled_from([1, 1, 1, 5, 6, 60, 361, 9000]),
        st.integers(1, COLUMN_MS),
        st.sampled_from([1, 1, 1, 0, 4]),
        SIDES,
        SIDES,
    ),
    max_size=30,
)


def heat_columns(columns: Sequence[Column]) -> HeatColumns:
    """The columns as a book gives them, each so many column widths after the one before it."""
    lists: list[list[float]] = [[] for _ in HeatColumns._fields]
    starts, standing, decimals, bid_ends, ask_ends, rows, totals = lists
    ts = START_MS
    for after, stood, places, bids, asks in columns:
        ts += after * COLUMN_MS
        starts.append(ts)
        standing.append(stood)
        decimals.append(places)
        for side, ends in ((bids, bid_ends), (asks, ask_ends)):
            rows.extend(sorted(side))
            totals.extend(side[row] for row in sorted(side))
            ends.append(len(rows))
    return HeatColumns(*lists)


@given(columns=COLUMNS)
@settings(deadline=None)  # the first of them compiles
def test_the_kernel_makes_the_bytes_of_the_definition(columns: list[Column]) -> None:
    fast = FastLayers(compiled_kernels())
    made: list[list[HeatRow]] = []
    states = []
    for lay in (lay_heat, fast):
        layers = OpenLayers()
        rows = lay(heat_columns(columns), layers)
        made.append(rows + all_open(None, layers))
        states.append(layers.to_lists())
    assert made[0] == made[1]
    assert states[0] == states[1]


@given(columns=COLUMNS, cut=st.integers(0, 30))
def test_taken_in_parts_with_a_restart_between_it_is_the_same(
    columns: list[Column], cut: int
) -> None:
    whole = OpenLayers()
    expected = lay_heat(heat_columns(columns), whole)
    first, rest = columns[:cut], columns[cut:]
    if rest:
        after = sum(column[0] for column in first)
        rest = [(rest[0][0] + after, *rest[0][1:]), *rest[1:]]
    layers = OpenLayers()
    made = lay_heat(heat_columns(first), layers)
    layers = OpenLayers.from_lists(layers.to_lists())
    made += lay_heat(heat_columns(rest), layers)
    assert made == expected
    assert layers.to_lists() == whole.to_lists()


TICKS = st.dictionaries(st.integers(1, 3000), st.integers(1, 10**6).map(float), max_size=8)


@given(
    columns=st.lists(
        st.tuples(
            st.sampled_from([1, 1, 2, 40]), st.integers(1, COLUMN_MS), st.just(1), TICKS, TICKS
        ),
        min_size=1,
        max_size=40,
    )
)
def test_each_layer_is_the_sum_of_its_columns_over_their_time(columns: list[Column]) -> None:
    layers = OpenLayers()
    made = lay_heat(heat_columns(columns), layers) + all_open(None, layers)
    for layer in LAYERS:
        sums: dict[int, tuple[int, list[dict[int, Fraction]]]] = {}
        ts = START_MS
        for after, stood, _, *sides in columns:
            ts += after * COLUMN_MS
            start = ts // (layer.seconds * 1000) * layer.seconds * 1000
            standing, cells = sums.get(start, (0, [{}, {}]))
            for cell, side in zip(cells, sides, strict=True):
                for row, total in side.items():
                    at = row // layer.ticks
                    cell[at] = cell.get(at, Fraction(0)) + Fraction(total)
            sums[start] = standing + stood, cells
        found = [row for row in made if row.seconds == layer.seconds]
        assert [(row.ts, row.standing_ms) for row in found] == [
            (start, sums[start][0]) for start in sorted(sums)
        ]
        for row in found:
            standing, cells = sums[row.ts]
            for blob, side in zip((row.bids, row.asks), cells, strict=True):
                got = unpack_heat([blob])
                assert got.rows.tolist() == sorted(side)
                for at, size in zip(got.rows.tolist(), got.sizes.tolist(), strict=True):
                    assert size == pytest.approx(float(side[at] / standing), rel=1 / 16)


@given(sides=st.lists(st.dictionaries(ROWS, st.floats(1e-3, 1e6), max_size=20), max_size=6))
@example(sides=[{}, {0: 1.0}, {}])
@example(sides=[{2**53 - 1: 1.0, 0: 1.0}])
def test_what_is_packed_can_be_unpacked_many_at_a_time(sides: list[Side]) -> None:
    blobs = [
        pack_heat(np.array(sorted(side), np.int64), np.array([side[row] for row in sorted(side)]))
        for side in sides
    ]
    got = unpack_heat(blobs)
    assert got.ends.tolist() == np.cumsum([len(side) for side in sides]).tolist()
    assert got.rows.tolist() == [row for side in sides for row in sorted(side)]
    sizes = [side[row] for side in sides for row in sorted(side)]
    assert got.sizes.tolist() == pytest.approx(sizes, rel=1 / 16)


def test_a_byte_tells_eight_sizes_an_octave_down_to_a_two_billionth() -> None:
    sizes = np.array([2.0**power for power in range(-40, 1)])
    got = unpack_heat([pack_heat(np.arange(41), sizes)])
    assert got.rows.tolist() == list(range(9, 41))
    between = 2.0 ** np.linspace(0, 1, 1000, endpoint=False)
    got = unpack_heat([pack_heat(np.arange(1000), between)])
    assert len(set(got.sizes.tolist())) == 8
    assert math.log2(got.sizes.max() / got.sizes.min()) < 1


@pytest.mark.parametrize("blob", [b"x", bytes(10), bytes(11), bytes(13), bytes(12), bytes(14)])
def test_a_damaged_column_of_heat_is_told(blob: bytes) -> None:
    with pytest.raises(PackedColumnsError, match="column of heat"):
        unpack_heat([blob])
