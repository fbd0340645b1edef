"""The level kernel accepts nothing that the strict parser refuses, and reads the same numbers."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.engine.kernels import level_by_bytes, level_kernel
from processor.engine.kernels.arguments import LevelColumns, TextColumn
from processor.engine.kernels.level_kernel import SHORTEST_LEVEL
from processor.engine.kernels.level_shapes import no_shapes
from shared.recordings.day_files import DayFile
from shared.recordings.level_parser import parse_levels_including_zeros
from shared.recordings.problems import BadRowError
from tests.support.checked_array import CheckedArray
from tests.support.runs import compiled_kernels

ROOT = Path(__file__).parents[4]

Level = tuple[float, float]
Parse = Callable[[Sequence[bytes]], list[list[Level] | None]]


def parse_as_python(rows: Sequence[bytes]) -> list[list[Level] | None]:
    """Parse with the kernel's own Python code, on arrays that check every index."""
    with np.errstate(over="ignore"):  # unsigned numbers wrap silently once compiled
        return parse_with(level_kernel.parse_levels, CheckedArray, rows)


def parse_compiled(rows: Sequence[bytes]) -> list[list[Level] | None]:
    return parse_with(compiled_kernels().parse_levels, np.array, rows)


def parse_with(
    kernel: Any, array: Callable[[Any, Any], Any], rows: Sequence[bytes]
) -> list[list[Level] | None]:
    """Return the levels of each row, None where the kernel refuses it."""
    joined = b"".join(rows)
    capacity = len(joined) // SHORTEST_LEVEL + 1
    prices = array(np.full(capacity, np.nan), np.float64)
    sizes = array(np.full(capacity, np.nan), np.float64)
    ends = array(np.full(len(rows), -1), np.int64)
    is_refused = array(np.zeros(len(rows), np.bool_), np.bool_)
    offsets = array(np.cumsum([0, *map(len, rows)]), np.int32)
    text = array(list(joined), np.uint8)
    shapes = no_shapes()
    kernel(
        TextColumn(text, offsets),
        LevelColumns(prices, sizes, ends),
        is_refused,
        shapes._replace(looks=array(shapes.looks, np.uint8)),
    )
    levels, start = [], 0
    for row in range(len(rows)):
        end = int(ends[row])
        found = [(float(prices[i]), float(sizes[i])) for i in range(start, end)]
        assert not (is_refused[row] and found)
        levels.append(None if is_refused[row] else found)
        start = end
    return levels


def parse_strictly(row: bytes) -> list[Level] | None:
    try:
        return [(level.price, level.size) for level in parse_levels_including_zeros(row)]
    except BadRowError:
        return None


def bits(levels: list[Level]) -> list[tuple[str, str]]:
    return [(price.hex(), size.hex()) for price, size in levels]


def assert_no_more_lenient_than_strict(parse: Parse, rows: Sequence[bytes]) -> None:
    for row, levels in zip(rows, parse(rows), strict=True):
        if levels is not None:
            strict = parse_strictly(row)
            assert strict is not None, row
            assert bits(levels) == bits(strict), row


each_form = pytest.mark.parametrize(
    "parse", [parse_as_python, parse_compiled], ids=["python", "compiled"]
)


@each_form
@pytest.mark.parametrize(
    ("row", "levels"),
    [
        ("[]", []),
        ("[[1,1]]", [(1, 1)]),
        ('[["108123.4","0.5","0","3"]]', [(108123.4, 0.5)]),
        ("[['108123.4', '0.5', '0', '3'], ['7', '0']]", [(108123.4, 0.5), (7, 0)]),
        ("[(1.5, 2), (2.5, 3)]", [(1.5, 2), (2.5, 3)]),
        ('[["007","1"]]', [(7, 1)]),
        ("[[0.1, 0.000]]", [(0.1, 0)]),
        ('[["900719925474099.1","1"]]', [(900719925474099.1, 1)]),
        ('[["0.1234567890123456","1"]]', [(0.1234567890123456, 1)]),
    ],
)
def test_plain_levels_are_accepted(parse: Parse, row: str, levels: list[Level]) -> None:
    assert parse([row.encode()]) == [levels]
    assert parse_strictly(row.encode()) == levels


@each_form
@pytest.mark.parametrize(
    "row",
    [
        "",
        "[",
        "]",
        "[]\n",
        "\n[]",
        "[]]",
        "[[]]",
        "[[1]]",
        "[[1,]]",
        "[[1,1],]",
        "[[1,1]",
        "[[1,1}]",
        "[[1,1)]",
        "[(1,1]]",
        "[[1,1,1,1,1]]",
        "[[1,1,]]",
        "[[1,,1]]",
        "[[01,1]]",
        "[[0,1]]",
        '[["0.00","1"]]',
        "[[-1,1]]",
        "[[1,-1]]",
        "[[+1,1]]",
        "[[.5,1]]",
        "[[1.,1]]",
        "[[1e3,1]]",
        "[[1_0,1]]",
        '[["1,1]]',
        "[[\"1','1\"]]",
        '[[""1"",1]]',
        '[["1" ,1]]',
        "[[ 1,1]]",
        "[[1,  1]]",
        "[[1,1]  ,[1,1]]",
        "[[1,1][1,1]]",
        "[[1,1]\x00]",
        '[["1\x00","1"]]',
        '[["１","1"]]',
        '[["1","1"]]é',
        '[["9007199254740993","1"]]',
        '[["0.12345678901234567","1"]]',
        f'[["1","{"9" * 400}"]]',
        f'[["1","0.{"0" * 400}1"]]',
        f'[["{"0" * 100}1","1"]]',
        "[[nan,1]]",
        '{"price":1,"size":1}',
    ],
)
def test_anything_else_is_left_to_the_strict_parser(parse: Parse, row: str) -> None:
    before, after = b'[["3","4"]]', b"[[5,6]]"
    assert parse([before, row.encode(), after]) == [[(3, 4)], None, [(5, 6)]]


@each_form
def test_every_byte_at_every_place_of_a_short_text(parse: Parse) -> None:
    texts = [b'[["1.5","2"]]', b"[[1.5, 2],[3,0]]", b"[('1','2','3','4')]", b"[]"]
    rows = [
        text[:place] + bytes([byte]) + text[after:]
        for text in texts
        for place in range(len(text) + 1)
        for after in (place, place + 1)  # put in, and put in the place of another
        for byte in range(256)
    ]
    assert_no_more_lenient_than_strict(parse, rows)


@each_form
def test_every_cut_of_a_text(parse: Parse) -> None:
    text = b'[["1.5","2","0","1"], ["3", "0"]]'
    rows = [text[start:end] for start in range(len(text) + 1) for end in range(len(text) + 1)]
    assert_no_more_lenient_than_strict(parse, rows)


@each_form
def test_a_batch_of_no_rows_and_a_batch_of_empty_rows(parse: Parse) -> None:
    assert parse([]) == []
    assert parse([b""] * 3) == [None] * 3


DIGITS = st.text("0123456789", min_size=1, max_size=20)
NUMBERS = st.one_of(
    DIGITS,
    st.tuples(DIGITS, DIGITS).map(".".join),
    st.integers(0, 2**54).map(str),
    st.floats(0, 1e17, allow_subnormal=False).map(repr),
    st.sampled_from(["", "-1", "1e5", "1.", ".1", "NaN", "1_0", "١", "None", "true"]),
)


@st.composite
def near_levels(draw: st.DrawFn) -> bytes:
    """Text of levels as recorders write them, or nearly so, then perhaps changed in places."""
    comma = draw(st.sampled_from([",", ", ", ",  ", ";"]))
    levels = []
    for _ in range(draw(st.integers(0, 4))):
        quote = draw(st.sampled_from(['"', "'", ""]))
        elements = draw(st.lists(NUMBERS, min_size=1, max_size=5))
        opening, closing = draw(st.sampled_from(["[]", "[]", "()", "[)", "{}"]))
        levels.append(opening + comma.join(quote + e + quote for e in elements) + closing)
    text = bytearray(f"[{comma.join(levels)}]".encode())
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2, 3]))):
        place = draw(st.integers(0, len(text)))
        match draw(st.sampled_from(["put", "cut", "repeat", "truncate"])):
            case "put":
                text[place:place] = draw(
                    st.sampled_from("[](),.\"' 0123456789\n\t\x00-+eé")
                ).encode()
            case "cut":
                del text[place : place + draw(st.integers(1, 3))]
            case "repeat":
                text[place:place] = text[max(0, place - draw(st.integers(1, 8))) : place]
            case "truncate":
                del text[place:]
    return bytes(text)


@each_form
@settings(max_examples=150, deadline=None)
@given(rows=st.lists(near_levels(), max_size=6))
def test_what_is_accepted_the_strict_parser_reads_as_the_same_bits(
    parse: Parse, rows: list[bytes]
) -> None:
    assert_no_more_lenient_than_strict(parse, rows)


@each_form
@settings(max_examples=150, deadline=None)
@given(
    levels=st.lists(
        st.tuples(
            st.decimals("0.00000001", "9999999", places=8).map("{:f}".format),
            st.decimals(0, "9999999", places=8).map("{:f}".format),
        ),
        max_size=20,
    )
)
def test_what_recorders_write_is_accepted(parse: Parse, levels: list[tuple[str, str]]) -> None:
    for text in (json.dumps(levels), repr(levels), json.dumps(levels, separators=(",", ":"))):
        assert parse([text.encode()]) == [[(float(price), float(size)) for price, size in levels]]


PADDING = b"[" + b"x" * 100 + b"]"
"""A row after the others, so that even the last of them may be looked at as a whole."""


@each_form
@settings(max_examples=150, deadline=None)
@given(row=near_levels())
def test_a_row_is_read_the_same_whether_its_shapes_are_known_or_not(
    parse: Parse, row: bytes
) -> None:
    # Each time round one more of its shapes is known.
    *rows, _ = parse([*[row] * 6, PADDING])
    assert rows == [*parse([row])] * 6


SHAPELY = ['["12.5","0.25","0","17"]', "('12', '0.5', '3', '1')", "[12.5,0.25,0,7]", "[105,10]"]


@each_form
@pytest.mark.parametrize("level", SHAPELY)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_levels_of_a_known_shape_are_read_as_the_strict_parser_reads_them(
    parse: Parse, level: str, data: st.DataObject
) -> None:
    digits = st.sampled_from("0019")
    texts = [
        "".join(data.draw(digits) if c.isdigit() else c for c in level).encode() for _ in range(4)
    ]
    if data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(level) - 1))
        other = data.draw(st.sampled_from(b"[](),.\"' 09/:\x00-e"))
        texts[0] = texts[0][:place] + bytes([other]) + texts[0][place + 1 :]
    rows = [b"[" + text + b"]" for text in (level.encode(), *texts)]
    known, *found, _ = parse([*rows, PADDING])
    assert known is not None
    for row, levels in zip(rows[1:], found, strict=True):
        assert levels == parse([row])[0]
        assert levels is None or bits(levels) == bits(parse_strictly(row) or []), row


@each_form
def test_levels_of_many_shapes_in_one_row(parse: Parse) -> None:
    numbers = [f"{10**whole}.{'5' * part}" for whole in range(7) for part in range(1, 10)]
    levels = ", ".join(f'["{price}", "{size}"]' for price in numbers for size in numbers[::5])
    expected = [(float(price), float(size)) for price in numbers for size in numbers[::5]]
    row = f"[{levels}]".encode()
    assert parse([row] * 3 + [PADDING]) == [expected] * 3 + [None]


def test_nearly_all_levels_of_a_recording_are_read_by_their_shape(demo_minutes: DayFile) -> None:
    unknown: list[Any] = []

    def noted(*arguments: Any) -> Any:
        unknown.append(arguments)
        return level_by_bytes.read_levels(*arguments)

    with sqlite3.connect(demo_minutes.path) as connection:
        rows = [text.encode() for (text,) in connection.execute("SELECT bids FROM book LIMIT 100")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(level_kernel, "read_levels", noted)
        levels = parse_as_python([*rows, PADDING])
    assert sum(map(len, filter(None, levels))) > 1_500
    assert len(unknown) < 40


@pytest.fixture
def checked_kernels(pytestconfig: pytest.Config) -> Iterator[Path]:
    """A folder for kernels compiled under bounds checks, which lasts from run to run.

    They need one of their own: Numba would take the unchecked ones for them. Within it the
    product keeps those of one state of all their sources apart from those of another.
    """
    folder = pytestconfig.cache.mkdir("kernels-under-bounds-checks")
    yield folder
    used_last = sorted(folder.glob("kernels-*"), key=lambda kept: kept.stat().st_mtime)
    for of_older_sources in used_last[:-1]:
        shutil.rmtree(of_older_sources)


@pytest.mark.slow
def test_the_kernels_stay_inside_their_arrays(checked_kernels: Path) -> None:
    """The same tests once more, compiled so that any index out of bounds raises IndexError."""
    folder = Path(__file__).parent
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-n", "0", "-k", "compiled"),
            *(folder / "test_level_kernel.py", folder.parent / "books" / "test_book.py"),
        ],
        env=os.environ | {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(checked_kernels)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stdout
