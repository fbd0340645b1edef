from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from visualizer.feed.row_log import RowLog


def apply(rows: list[Any], delta: dict[str, Any]) -> list[Any]:
    """Do what the browser does with a delta."""
    if delta.get("whole"):
        return list(delta["rows"])
    kept = {row[0]: row for row in rows if row[0] >= delta["first"]}
    kept.update({row[0]: row for row in delta["rows"]})
    return [kept[key] for key in sorted(kept)]


def test_a_reader_without_anything_gets_all_rows() -> None:
    log = RowLog()
    log.update([[1, "a"], [2, "b"]], 1)
    assert log.since(0) == {"whole": True, "rows": [[1, "a"], [2, "b"]]}


def test_only_changed_and_new_rows_travel() -> None:
    log = RowLog()
    log.update([[1, "a"], [2, "b"]], 1)
    assert log.update([[1, "a"], [2, "c"], [3, "d"]], 2)
    assert log.since(1) == {"first": 1, "rows": [[2, "c"], [3, "d"]]}


def test_equal_rows_are_no_change() -> None:
    log = RowLog()
    log.update([[1, "a"]], 1)
    assert not log.update([[1, "a"]], 2)


def test_a_trim_at_the_front_sends_no_rows_again() -> None:
    log = RowLog()
    log.update([[1, "a"], [2, "b"]], 1)
    assert log.update([[2, "b"], [3, "c"]], 2)
    assert log.since(1) == {"first": 2, "rows": [[3, "c"]]}


def test_another_run_is_sent_whole() -> None:
    log = RowLog()
    log.update([[1, "a"], [2, "b"], [4, "d"]], 1)
    log.update([[1, "a"], [3, "c"], [4, "d"]], 2)
    assert log.since(1) == {"whole": True, "rows": [[1, "a"], [3, "c"], [4, "d"]]}


def test_a_reset_to_nothing_is_sent() -> None:
    log = RowLog()
    log.update([[1, "a"]], 1)
    assert log.update([], 2)
    assert log.since(1) == {"whole": True, "rows": []}


ROWS = st.dictionaries(st.integers(1, 12), st.integers(0, 2), max_size=8).map(
    lambda rows: [[key, rows[key]] for key in sorted(rows)]
)


@given(st.lists(ROWS, min_size=1, max_size=8), st.data())
def test_every_reader_arrives_at_the_newest_rows_from_wherever_it_was(
    states: list[list[list[int]]], data: st.DataObject
) -> None:
    log = RowLog()
    held: dict[int, list[Any]] = {0: []}
    for version, rows in enumerate(states, start=1):
        log.update(rows, version)
        start = data.draw(st.sampled_from(sorted(held)))
        held[version] = apply(held[start], log.since(start))
        assert held[version] == rows
