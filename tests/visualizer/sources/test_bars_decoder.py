from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import BrokenFileError
from shared.run_files.atomic_file import read_json, write_json
from shared.series import CVD, Column, Series
from visualizer.sources.bars_decoder import BarsDecoder

PAIRS = Series("pairs", "pairs.json", "", (Column("ts", "ms"), Column("value", "")))
BARS = [[0, 1, 2, 3, 4], [60, 4, 5, 6, 7.5], [120, 7.5, 8, 7, 7]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cvd_data.json"


def test_bars_are_returned_as_they_are(file: Path) -> None:
    write_json(file, BARS)
    assert BarsDecoder(CVD)(file) == BARS


@pytest.mark.parametrize(
    "grown",
    [
        [*BARS, [180, 7, 7, 7, 7]],
        [*BARS[:2], [120, 7.5, 9, 7, 9]],
        BARS[1:],
        [BARS[1], [120, 0, 0, 0, 0], [180, 1, 1, 1, 1], [240, 2, 2, 2, 2]],
        [BARS[2], [180, 1, 1, 1, 1]],
        [[180, 1, 1, 1, 1]],
        BARS[:1],
        [[0, 9, 9, 9, 9], *BARS[1:]],
        [],
    ],
    ids=[
        *("one more", "open bar changed", "trimmed", "trimmed and grown", "all but one trimmed"),
        *("all new", "end cut off", "oldest changed", "emptied"),
    ],
)
def test_what_follows_is_decoded_whatever_it_is(file: Path, grown: Any) -> None:
    decode = BarsDecoder(CVD)
    for bars in (BARS, grown, BARS):
        write_json(file, bars)
        assert decode(file) == bars


def test_unchanged_bars_are_the_same_objects(file: Path) -> None:
    decode = BarsDecoder(CVD)
    write_json(file, BARS)
    before = decode(file)
    write_json(file, [*BARS[1:], [180, 7, 7, 7, 7]])
    assert decode(file)[0] is before[1]


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ({"bars": []}, "expected an array of bars, found dict"),
        ([[0, 1, 2]], "bar 0: expected 5 numbers"),
        ([[0, 1, 2, 3, "4"]], "bar 0: expected 5 numbers"),
        ([[0, 1, 2, 3, None]], "bar 0: expected 5 numbers"),
        ([[0, 1, 2, 3, True]], "bar 0: expected 5 numbers"),
        ([[0, 1, 2, 3, 4], "bar"], "bar 1: expected 5 numbers"),
        ([[5, 1, 2, 3, 4], [5, 1, 2, 3, 4]], "bar 1: expected a time above 5"),
        ([[1e30, 1, 2, 3, 4]], "bar 0: expected a time in epoch milliseconds, found 1e[+]30"),
        ([[-1e308, 1, 2, 3, 4]], "bar 0: expected a time in epoch milliseconds"),
        ([*BARS, [180, 1, 2, 3]], "bar 3: expected 5 numbers"),
        ([*BARS[:2], [60, 1, 2, 3, 4]], "bar 2: expected a time above 60"),
    ],
    ids=[
        *("object", "short", "text", "null", "truth value", "no array", "time repeated"),
        *("no such year", "before any year"),
        *("grown short", "grown backwards"),
    ],
)
@pytest.mark.parametrize("has_good_one_before", [False, True], ids=["at first", "later"])
def test_what_is_no_array_of_bars_is_refused(
    file: Path, document: Any, complaint: str, has_good_one_before: bool
) -> None:
    decode = BarsDecoder(CVD)
    if has_good_one_before:
        write_json(file, BARS)
        decode(file)
    write_json(file, document)
    with pytest.raises(BrokenFileError, match=complaint):
        decode(file)
    write_json(file, BARS)
    assert decode(file) == BARS


def test_a_bar_that_is_none_is_quoted_as_it_stands_in_the_file(file: Path) -> None:
    write_json(file, [*BARS, {"open": None, "is_open": True}])
    with pytest.raises(BrokenFileError, match=r'found \{"open": null, "is_open": true\}$'):
        BarsDecoder(CVD)(file)


@pytest.mark.parametrize("cut", range(1, 50, 7))
def test_half_a_file_is_refused(file: Path, cut: int) -> None:
    decode = BarsDecoder(CVD)
    write_json(file, BARS)
    decode(file)
    file.write_bytes(file.read_bytes()[:-cut])
    with pytest.raises(BrokenFileError, match="expected one JSON document"):
        decode(file)


CHANGES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 99), st.booleans()),
    max_size=12,
)


@settings(deadline=None)  # how fast is no matter here, and the disk may be busy
@given(CHANGES)
def test_a_run_of_any_states_is_decoded_as_json_decodes_it(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int, int, bool]]
) -> None:
    file = tmp_path_factory.mktemp("bars") / "bars.json"
    decode = BarsDecoder(PAIRS)
    bars: list[list[int]] = []
    for trimmed, added, value, is_rewritten in changes:
        bars = [list(bar) for bar in bars[trimmed:]]
        if bars and is_rewritten:
            bars[value % len(bars)][1] = value
        if bars:
            bars[-1][1] = value
        for _ in range(added):
            bars.append([bars[-1][0] + 60 if bars else value, value])
        write_json(file, bars)
        assert decode(file) == read_json(file) == bars
