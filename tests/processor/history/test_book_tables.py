"""Heat and keyframes in their tables, and what is left of them where a run goes back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from processor.calculation.book_pieces import HeatColumns, Keyframes
from processor.history.book_tables import BookTables
from processor.history.heat_layers import OpenLayers, all_open, lay_heat
from shared.history.packing import pack
from shared.history.schema import migrate

START_MS = 1_751_328_000_000
WHOLE_MS = {10: 10_000, 60: 60_000, 600: 600_000, 3600: 3_600_000}


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, "now")
        yield connection


def columns_at(*seconds: int) -> HeatColumns:
    """A column of one bid at each of these seconds after the start."""
    count = range(1, len(seconds) + 1)
    starts = [START_MS + 1000 * second for second in seconds]
    return HeatColumns(
        *(starts, [10_000] * len(starts), [1] * len(starts), list(count), list(count)),
        *([100] * len(starts), [10_000.0] * len(starts)),
    )


@pytest.mark.parametrize("newest", [0, 50, 590, 600, 610, 3590, 3600, 3610, 4210])
def test_whoever_goes_back_to_a_commit_finds_all_that_was_over_then(
    connection: sqlite3.Connection, newest: int
) -> None:
    tables, layers = BookTables(connection, pack), OpenLayers()
    tables.put_heat(lay_heat(columns_at(*range(0, newest + 1, 10)), layers))
    over = connection.execute("SELECT * FROM heat ORDER BY seconds, ts").fetchall()
    committed = layers.copy()
    tables.put_heat(all_open(columns_at(newest + 10), layers))
    tables.put_heat(lay_heat(columns_at(*range(newest + 10, 9000, 10)), layers))
    tables.cut(committed, START_MS)
    assert connection.execute("SELECT * FROM heat ORDER BY seconds, ts").fetchall() == over
    newest_ms = START_MS + 1000 * newest
    for seconds, width_ms in WHOLE_MS.items():
        kept = sum(row[0] == seconds for row in over)
        begun = (newest_ms - START_MS) // width_ms
        assert kept == begun + (seconds == 10)


def test_keyframes_after_the_commit_go(connection: sqlite3.Connection) -> None:
    tables = BookTables(connection, pack)
    minutes = [START_MS, START_MS + 60_000, START_MS + 180_000]
    ends = [2, 4, 6]
    tables.put_keyframes(
        Keyframes(minutes, [1] * 3, [7, 8, 9], [1, 3, 5], ends, [99.5, 101.0] * 3, [1.0] * 6)
    )
    tables.cut(OpenLayers(), START_MS + 60_000)
    found = connection.execute("SELECT ts, file, row_id, bids FROM keyframes").fetchall()
    assert found == [(START_MS, 1, 7, 1), (START_MS + 60_000, 1, 8, 1)]
