import ast
import json

import pytest

from recorder.simulator.level_text import LevelWriter, format_decimal
from recorder.simulator.recording import LevelForm

LEVELS = [(1_072_361, (5_452_000, 1)), (1_072_350, (0, 0))]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (
            LevelForm.JSON,
            '[["107236.1","0.05452","0","1"],["107235","0","0","0"]]',
        ),
        (
            LevelForm.LITERAL,
            "[['107236.1', '0.05452', '0', '1'], ['107235', '0', '0', '0']]",
        ),
        (LevelForm.NUMBERS, "[[107236.1,0.05452,0,1],[107235,0,0,0]]"),
    ],
    ids=list(LevelForm),
)
def test_levels_are_written_as_recorders_write_them(form, text):
    assert LevelWriter(form)(LEVELS) == text


@pytest.mark.parametrize(
    ("form", "parse"),
    [
        (LevelForm.JSON, json.loads),
        (LevelForm.LITERAL, ast.literal_eval),
        (LevelForm.NUMBERS, json.loads),
    ],
    ids=list(LevelForm),
)
def test_no_levels_are_an_empty_list(form, parse):
    assert parse(LevelWriter(form)([])) == []


@pytest.mark.parametrize(
    ("units", "decimals", "text"),
    [
        (1, 8, "0.00000001"),
        (10, 8, "0.0000001"),
        (100_000_000, 8, "1"),
        (1000, 1, "100"),
        (0, 8, "0"),
    ],
)
def test_decimals_have_no_trailing_zeros(units, decimals, text):
    assert format_decimal(units, decimals) == text
