"""What SQLite makes of the engine's queries: keys may be sorted, the text of a book never."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from processor.engine.sqlite.queries import (
    book_query,
    trades_query,
    without_odd_codes,
    without_odd_times,
)
from shared.clock import NO_MOMENT
from shared.recordings.day_files import DayFile
from shared.recordings.tables import table_of
from tests.support.recordings import T0, Book, Recording, Tick

SORT = "USE TEMP B-TREE FOR ORDER BY"


@pytest.fixture
def recording(tmp_path: Path) -> DayFile:
    rows = [Book(T0 + ms, [[99, 1]], []) for ms in (3, 1, 2)]
    return Recording(tmp_path).write(rows, [Tick(T0 + ms) for ms in (3, 1, 2)])


@pytest.fixture
def connection(recording: DayFile) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(recording.path)) as connection:
        yield connection


def add_index(connection: sqlite3.Connection, columns: str = "timestamp") -> None:
    for table in ("book", "trades"):
        connection.execute(f"CREATE INDEX by_time_{table} ON {table} ({columns})")


def query(connection: sqlite3.Connection, table: str, *, is_by_time: bool) -> str:
    make = {"book": book_query, "trades": trades_query}[table]
    return make(connection, table_of(connection, table), "BTC-USDT", is_by_time=is_by_time)


def plan(connection: sqlite3.Connection, query: str) -> list[tuple[int, int, str]]:
    """Return the steps of the plan as (number, number of the step it belongs to, what it does)."""
    return [
        (number, parent, detail)
        for number, parent, _, detail in connection.execute(f"EXPLAIN QUERY PLAN {query}")
    ]


each_table = pytest.mark.parametrize("table", ["book", "trades"])


@each_table
@pytest.mark.parametrize("has_index", [False, True], ids=["plain", "indexed"])
def test_as_stored_a_table_is_scanned_and_nothing_sorted(
    connection: sqlite3.Connection, table: str, has_index: bool
) -> None:
    if has_index:
        add_index(connection)
    steps = [detail for *_, detail in plan(connection, query(connection, table, is_by_time=False))]
    assert steps == ["SCAN r"]


@pytest.mark.parametrize("has_index", [False, True], ids=["plain", "indexed"])
def test_a_range_of_trades_is_found_by_its_ids_and_nothing_sorted(
    connection: sqlite3.Connection, has_index: bool
) -> None:
    if has_index:
        add_index(connection)
    trades = table_of(connection, "trades")
    text = trades_query(connection, trades, "BTC-USDT", is_by_time=False, ids=range(2, 9))
    (step,) = [detail for *_, detail in plan(connection, text)]
    assert step == "SEARCH r USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"
    assert [row[0] for row in connection.execute(text)] == [2, 3]


@each_table
def test_by_time_only_keys_are_sorted_and_rows_fetched_by_key(
    connection: sqlite3.Connection, table: str
) -> None:
    text = query(connection, table, is_by_time=True)
    steps = plan(connection, text)
    (sorting,) = [parent for _, parent, detail in steps if detail == SORT]
    inner = next(detail for number, _, detail in steps if number == sorting)
    assert inner.startswith(("CO-ROUTINE", "MATERIALIZE"))
    assert "SEARCH r USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN" in [d for *_, d in steps]
    # the only thing the sorted part selects is the key
    assert "(SELECT r.id AS id_of_next FROM" in text


@each_table
def test_by_time_an_index_on_timestamp_is_read_and_nothing_sorted(
    connection: sqlite3.Connection, table: str
) -> None:
    add_index(connection)
    steps = [detail for *_, detail in plan(connection, query(connection, table, is_by_time=True))]
    assert f"SCAN r USING COVERING INDEX by_time_{table}" in steps
    assert "SEARCH r USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN" in steps
    assert not [step for step in steps if "TEMP B-TREE" in step]


@each_table
def test_by_time_keys_are_sorted_where_an_index_begins_with_something_else(
    connection: sqlite3.Connection, table: str
) -> None:
    add_index(connection, "instrument, timestamp")
    steps = [detail for *_, detail in plan(connection, query(connection, table, is_by_time=True))]
    assert SORT in steps


@each_table
@pytest.mark.parametrize("has_index", [False, True], ids=["plain", "indexed"])
def test_by_time_rows_come_in_the_order_of_time_and_id(
    connection: sqlite3.Connection, table: str, has_index: bool
) -> None:
    connection.execute(f"UPDATE {table} SET timestamp = ? WHERE id = 1", (str(T0 + 2),))
    if has_index:
        add_index(connection)
    rows = connection.execute(query(connection, table, is_by_time=True)).fetchall()
    assert [row[0] for row in rows] == [2, 1, 3]


@each_table
@pytest.mark.parametrize(
    ("timestamp", "time_ms"),
    [
        (str(T0), T0),
        (T0, T0),
        (str(T0).encode(), T0),
        (float(T0), NO_MOMENT),
        (str(T0 // 1000), NO_MOMENT),
        (f"{T0}000", NO_MOMENT),
        (f"{T0}.5", NO_MOMENT),
        (f" {T0}", NO_MOMENT),
        (f" {T0 // 10}", NO_MOMENT),
        ("0.1751328e+13", NO_MOMENT),
        ("thirteen char", NO_MOMENT),
        ("9" * 13, 10**13 - 1),
        ("1" + "0" * 12, 10**12),
        ("0" + "9" * 12, NO_MOMENT),
        (f"{T0}\x00", NO_MOMENT),
        ("2025-07-01T00", NO_MOMENT),
        ("0000000000001", NO_MOMENT),
        ("", NO_MOMENT),
    ],
    ids=repr,
)
def test_only_epoch_milliseconds_are_plain_times(
    tmp_path: Path, table: str, timestamp: object, time_ms: int
) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        columns = {"book": "bids, asks", "trades": "price, size, side"}[table]
        connection.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, timestamp, {columns})")
        connection.execute(f"INSERT INTO {table} (timestamp) VALUES (?)", (timestamp,))
        if table == "trades":
            connection.execute("UPDATE trades SET side = 'sell'")
            time_ms *= 2
        ((_, found, *_),) = connection.execute(query(connection, table, is_by_time=False))
        without_odd = {"book": without_odd_times, "trades": without_odd_codes}[table]
        assert without_odd(np.array([found])).tolist() == [time_ms]


@pytest.mark.parametrize(
    ("side", "code"), [("buy", 2 * T0 + 1), ("sell", 2 * T0), ("BUY", 1), ("hold", 1), ("", 1)]
)
def test_the_code_of_a_trade_is_its_time_and_side(
    connection: sqlite3.Connection, side: str, code: int
) -> None:
    connection.execute("UPDATE trades SET timestamp = ?, side = ?", (str(T0), side))
    rows = connection.execute(query(connection, "trades", is_by_time=False)).fetchall()
    assert [found for _, found, *_ in rows] == [code] * 3


@each_table
@pytest.mark.parametrize(
    ("instrument", "is_plain"),
    [(None, True), ("O'NEIL-USDT", True), ("o'neil-usdt", False), ("", False), ("X", False)],
)
def test_rows_of_the_file_s_own_instrument_are_plain(
    connection: sqlite3.Connection, table: str, instrument: str | None, is_plain: bool
) -> None:
    connection.execute(f"UPDATE {table} SET instrument = ?", (instrument,))
    make = {"book": book_query, "trades": trades_query}[table]
    text = make(connection, table_of(connection, table), "O'NEIL-USDT", is_by_time=False)
    assert [bool(found) for _, found, *_ in connection.execute(text)] == [is_plain] * 3
