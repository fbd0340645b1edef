import pytest

from shared.recordings.problems import RowProblem, rows_text


@pytest.mark.parametrize("problem", RowProblem)
def test_every_problem_is_told_in_words_and_not_by_its_name(problem: RowProblem) -> None:
    told = rows_text({problem: 1})
    assert told.startswith("1 row ")
    assert not set(told) & set("_<>{}'")


def test_kinds_are_told_in_their_order_and_unknown_ones_as_they_are() -> None:
    counts = {"other_instrument": 1670, "late_trade": 1, "of_the_future": 2}
    assert rows_text(counts) == (
        "1,670 rows of another instrument, 1 row older than the bar that was open,"
        " 2 rows: of the future"
    )
