"""Level lists: JSON or Python literal in, prices and sizes out, or one BadRowError."""

import contextlib
import json
import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.recordings.level_parser import (
    normalize_levels,
    parse_levels_including_zeros,
    parse_number,
)
from shared.recordings.problems import BadRowError, RowProblem

numbers = st.floats(min_value=1e-12, max_value=1e12)
levels_lists = st.lists(
    st.tuples(numbers, st.one_of(st.just(0.0), numbers)).map(list), max_size=8
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        '[["100.5","2","0","1"],["99","0","0","0"]]',
        '[["100.5","2"],["99","0"]]',
        "[[100.5, 2, 0], [99, 0, 0]]",
        "[['100.5', '2', '0', '1'], ['99', '0', '0', '0']]",
        "[('100.5', '2'), ('99', '0')]",
        "(('100.5', 2.0), (99, 0))",
        '[{"price": "100.5", "size": 2}, {"price": 99, "size": "0"}]',
        "[{'price': 100.5, 'size': '2', 'orders': 3}, {'size': 0, 'price': '99'}]",
        "  [['1.005e2', '+2.'], ['99', '.0']]",
    ],
    ids=[
        "json-strings-of-4",
        "json-strings-of-2",
        "json-numbers-of-3",
        "literal-strings",
        "literal-tuples",
        "literal-numbers",
        "json-mappings",
        "literal-mappings-with-more",
        "other-decimal-forms",
    ],
)
def test_every_form_of_the_same_levels_parses_alike(text: str) -> None:
    assert parse_levels_including_zeros(text) == [(100.5, 2.0), (99.0, 0.0)]
    assert parse_levels_including_zeros(text.encode()) == [(100.5, 2.0), (99.0, 0.0)]


@pytest.mark.parametrize("text", ["[]", "()", " [ ] "])
def test_an_empty_list_is_no_levels(text: str) -> None:
    assert parse_levels_including_zeros(text) == []


def test_levels_keep_their_order_and_repeats() -> None:
    assert parse_levels_including_zeros('[["2","1"],["1","1"],["2","0"]]') == [
        (2.0, 1.0),
        (1.0, 1.0),
        (2.0, 0.0),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "null",
        "None",
        "5",
        '"[]"',
        "{}",
        '{"price": 1, "size": 1}',
        '[["1","2"]',
        '[["1","2"]]]',
        "[1, 2]",
        '["12"]',
        "[[]]",
        '[["1"]]',
        '[["1","2","0","1","5"]]',
        '[{"price": 1}]',
        '[{"price": 1, "size": 1}, null]',
        "[[['1','2']]]",
        "[['1', '2']] * 2",
        "__import__('os').getcwd()",
        "[['1', '2'], open('x')]",
        "[NaN]",
        "[{[]: 1}]",
        "\x00",
        "[\ud800]",
        "(" * 5000,
        "[" * 1010 + "]" * 1010,
        "[" * 100_000,
        "0x" + "f" * 5000,
        "[0x" + "f" * 5000 + "]",
        "1" * 5000,
    ],
    ids=[
        "empty-text",
        "blank",
        "json-null",
        "literal-none",
        "number",
        "string",
        "empty-mapping",
        "mapping",
        "cut-off",
        "one-bracket-too-many",
        "flat",
        "two-character-string",
        "level-of-0",
        "level-of-1",
        "level-of-5",
        "mapping-without-size",
        "null-among-levels",
        "nested-too-deep",
        "expression",
        "call",
        "call-among-levels",
        "bare-nan",
        "unhashable-key",
        "nul-character",
        "lone-surrogate",
        "unbalanced-deep",
        "balanced-deep",
        "unbalanced-very-deep",
        "number-too-long-to-print",
        "level-too-long-to-print",
        "number-too-long-to-read",
    ],
)
def test_what_is_no_list_of_levels_is_malformed(text: str) -> None:
    with pytest.raises(BadRowError) as caught:
        parse_levels_including_zeros(text)
    assert caught.value.problem is RowProblem.MALFORMED_LEVELS
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "level",
    [
        ["0", "1"],
        ["-1", "1"],
        ["nan", "1"],
        ["inf", "1"],
        ["1e999", "1"],
        ["1_000", "1"],
        [" 1", "1"],
        ["", "1"],
        ["0x10", "1"],
        ["１", "1"],
        [True, "1"],
        [None, "1"],
        [[1], "1"],
        [{}, 1],
        [10**400, "1"],
        ["1", "-1"],
        ["1", "nan"],
        ["1", "Infinity"],
        ["1", False],
        ["1", None],
        ["1", "1_0"],
        ["1", "one"],
    ],
    ids=repr,
)
def test_a_level_with_an_unusable_number_is_bad(level: list[Any]) -> None:
    with pytest.raises(BadRowError) as caught:
        normalize_levels([["5", "1"], level])
    assert caught.value.problem is RowProblem.BAD_LEVEL


@pytest.mark.parametrize(
    "text",
    ["[[1e999, 1]]", "[[1, 1e999]]", "[[0x" + "f" * 5000 + ", 1]]", "[[1j, 1]]", "[[b'1', 1]]"],
    ids=["price-overflow", "size-overflow", "price-too-long-to-print", "complex", "bytes"],
)
def test_a_literal_level_with_an_unusable_number_is_bad(text: str) -> None:
    with pytest.raises(BadRowError) as caught:
        parse_levels_including_zeros(text)
    assert caught.value.problem is RowProblem.BAD_LEVEL


def test_the_message_says_what_was_expected_and_what_was_found() -> None:
    with pytest.raises(BadRowError, match=r"^expected size >= 0, found '-1\.5'$"):
        normalize_levels([["1", "-1.5"]])
    with pytest.raises(BadRowError, match=r"^expected price > 0, found '0'$"):
        normalize_levels([["0", "1"]])


def test_a_long_text_is_cut_in_the_message() -> None:
    with pytest.raises(BadRowError, match=r"… \(\d+ characters\)$"):
        parse_levels_including_zeros("x" * 10_000)


def test_an_escape_python_warns_of_is_read_as_any_other_text() -> None:
    assert parse_levels_including_zeros(r"[['1', '2', '\d']]") == [(1.0, 2.0)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1.5", 1.5), ("-2", -2.0), ("1e3", 1000.0), (7, 7.0), (10**400, math.inf)],
    ids=repr,
)
def test_plain_numbers_are_read(value: Any, expected: float) -> None:
    assert parse_number(value) == expected


@pytest.mark.parametrize(
    "value", ["1_0", "infinity", "", ".", "1e", True, None, b"1", []], ids=repr
)
def test_anything_else_is_not_a_number(value: Any) -> None:
    assert math.isnan(parse_number(value))


@given(levels_lists)
def test_parsing_what_json_dumped_gives_the_same_levels(levels: list[list[float]]) -> None:
    assert parse_levels_including_zeros(json.dumps(levels)) == [tuple(level) for level in levels]


@given(levels_lists)
def test_parsing_what_repr_dumped_gives_the_same_levels(levels: list[list[float]]) -> None:
    texts = [tuple(map(repr, level)) for level in levels]
    assert parse_levels_including_zeros(repr(texts)) == [tuple(level) for level in levels]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)


@given(
    st.one_of(
        st.text(),
        st.text("[](){}0123456789'\",.-+*eE_:xjb \\", max_size=40),
        json_values.map(json.dumps),
        json_values.map(repr),
    )
)
@example("[[1,2,'\\x00']]")
def test_arbitrary_text_gives_levels_or_one_kind_of_error(text: str) -> None:
    try:
        levels = parse_levels_including_zeros(text)
    except BadRowError:
        return
    assert all(0 < price < math.inf and 0 <= size < math.inf for price, size in levels)


@given(st.binary())
def test_arbitrary_bytes_give_levels_or_one_kind_of_error(content: bytes) -> None:
    with contextlib.suppress(BadRowError):
        parse_levels_including_zeros(content)
