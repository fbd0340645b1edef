"""Arrays of bars in files: append and trim, replace or append, reset."""

from pathlib import Path

import pytest

from shared.errors import BrokenFileError
from shared.run_files.atomic_file import read_json
from shared.viz_io import (
    MAX_BARS,
    add_ohlc_bar,
    append_bar,
    clear_data,
    upsert_bar,
    upsert_ohlc_bar,
)

A = [60_000, 1.0, 2.0, 0.5, 1.5, 10.0]
B = [120_000, 1.5, 3.0, 1.0, 2.0, 20.0]
B2 = [120_000, 1.5, 4.0, 1.0, 3.0, 30.0]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ohlc_data.json"


def test_a_file_keeps_1000_bars() -> None:
    assert MAX_BARS == 1000


@pytest.mark.parametrize("write", [add_ohlc_bar, upsert_ohlc_bar], ids=["add", "upsert"])
def test_the_first_bar_makes_the_file(path: Path, write: object) -> None:
    write(path, A)
    assert read_json(path) == [A]


def test_adding_appends_even_when_the_timestamp_matches(path: Path) -> None:
    for bar in (A, B, B2):
        add_ohlc_bar(path, bar)
    assert read_json(path) == [A, B, B2]


def test_upserting_replaces_the_last_bar_of_the_same_timestamp(path: Path) -> None:
    for bar in (A, B, B2):
        upsert_ohlc_bar(path, bar)
    assert read_json(path) == [A, B2]


def test_upserting_appends_when_only_an_older_bar_has_the_timestamp(path: Path) -> None:
    for bar in (A, B, A):
        upsert_ohlc_bar(path, bar)
    assert read_json(path) == [A, B, A]


@pytest.mark.parametrize("write", [add_ohlc_bar, upsert_ohlc_bar], ids=["add", "upsert"])
def test_the_oldest_bars_above_the_limit_go(path: Path, write: object) -> None:
    for i in range(5):
        write(path, [i, 1.0], max_bars=3)
    assert read_json(path) == [[2, 1.0], [3, 1.0], [4, 1.0]]


@pytest.mark.parametrize("write", [append_bar, upsert_bar], ids=["append", "upsert"])
def test_in_memory_the_newest_1000_stay_in_place(write: object) -> None:
    bars: list[list[float]] = []
    for i in range(1002):
        write(bars, [i, 1.0])
    assert len(bars) == 1000
    assert (bars[0][0], bars[-1][0]) == (2, 1001)


def test_a_list_above_the_limit_is_trimmed_when_a_bar_comes() -> None:
    bars = [[i, 1.0] for i in range(10)]
    append_bar(bars, [10, 1.0], max_bars=3)
    assert bars == [[8, 1.0], [9, 1.0], [10, 1.0]]


def test_replacing_the_last_bar_trims_nothing() -> None:
    bars = [[1, 1.0], [2, 1.0]]
    upsert_bar(bars, [2, 9.0], max_bars=2)
    assert bars == [[1, 1.0], [2, 9.0]]


@pytest.mark.parametrize("content", [None, b"[[1,2]]", b"{broken", b"{}"])
def test_clearing_leaves_an_empty_array_whatever_was_there(
    path: Path, content: bytes | None
) -> None:
    if content is not None:
        path.write_bytes(content)
    clear_data(path)
    assert path.read_bytes() == b"[]"


@pytest.mark.parametrize("write", [add_ohlc_bar, upsert_ohlc_bar], ids=["add", "upsert"])
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"bids": []}', "expected an array of bars, found dict"),
        (b"null", "expected an array of bars, found NoneType"),
        (b"[[1, 2]", "expected one JSON document"),
        (b"", "expected one JSON document"),
    ],
    ids=["object", "null", "cut-off", "empty"],
)
def test_a_file_without_an_array_is_broken_and_left_as_it_was(
    path: Path, write: object, content: bytes, problem: str
) -> None:
    path.write_bytes(content)
    with pytest.raises(BrokenFileError, match=problem):
        write(path, A)
    assert path.read_bytes() == content


@pytest.mark.parametrize("content", [b"[5]", b"[[]]", b'["x"]', b"[null]"])
def test_upserting_to_an_array_of_something_else_is_broken_and_left_as_it_was(
    path: Path, content: bytes
) -> None:
    path.write_bytes(content)
    with pytest.raises(BrokenFileError, match="expected an array of bars"):
        upsert_ohlc_bar(path, A)
    assert path.read_bytes() == content
