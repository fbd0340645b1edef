"""Whose rows a recording has, and whether that is a real exchange."""

import doctest
import sqlite3
from contextlib import closing

import pytest

from shared.recordings import sources
from shared.recordings.sources import at_host, is_simulated, sources_in


def test_the_examples_run() -> None:
    assert doctest.testmod(sources) == (0, 2)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("simulated market", True),
        ("simulated recording", True),
        (at_host("OKX, live", "127.0.0.1:8080"), True),
        (at_host("OKX, live", "[::1]:8080"), True),
        ("OKX, live", False),
        ("OKX trades", False),
        ("looked at twice, not simulated", False),
        ("", False),
    ],
)
def test_what_names_a_host_or_begins_with_simulated_is_no_real_exchange(
    source: str, expected: bool
) -> None:
    assert is_simulated(source) is expected


def test_a_recording_says_whose_rows_it_has() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE sources (table_name TEXT PRIMARY KEY, source TEXT)")
        rows = [("book", "OKX, live"), ("trades", b"caf\xe9"), ("else", 7)]
        connection.executemany("INSERT INTO sources VALUES (?, ?)", rows)
        assert sources_in(connection) == {"OKX, live", "caf\ufffd", "7"}


@pytest.mark.parametrize("table", ["book (id)", "sources (id)"])
def test_a_recording_that_does_not_say_has_no_sources(table: str) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE {table}")
        assert sources_in(connection) == frozenset()
