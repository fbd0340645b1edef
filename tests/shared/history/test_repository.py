"""Plain rows read as columns: what is not there, empty ranges, and a database that is damaged."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from shared.history.bars import (
    BookBars,
    TradeBars,
    no_pieces,
    pack_book_bars,
    pack_trade_bars,
)
from shared.history.repository import History, HistoryError, open_history
from shared.history.schema import BOOK_COLUMNS, TRADE_COLUMNS, migrate
from tests.support.waiting import wait_for

MINUTE_MS = 60_000
EVER = (0, 2**61)
LONG = 10_000
"""More rows than are read at once."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A history of minutes whose book has one side only, but for the last, and no trades."""
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection, "now")
        connection.execute("BEGIN")
        put(connection, [(minute, None, 100.5) for minute in range(LONG)])
        put(connection, [(LONG, 99.5, 100.5)])
        connection.execute("COMMIT")
    return path


def put(connection: sqlite3.Connection, minutes: list[tuple[int, object, object]]) -> None:
    columns = ("best_bid", "best_ask")
    others = {name: 0.0 for name in BOOK_COLUMNS if name not in columns}
    integers = dict.fromkeys(BOOK_COLUMNS[:7], 1)
    named = others | integers
    names = ", ".join(("seconds", "ts", *named, *columns))
    marks = ", ".join("?" * (4 + len(named)))
    connection.executemany(
        f"INSERT INTO bars ({names}) VALUES ({marks})",
        [(60, minute * MINUTE_MS, *named.values(), bid, ask) for minute, bid, ask in minutes],
    )


@pytest.fixture
def history(path: Path) -> Iterator[History]:
    with open_history(path) as history:
        yield history


def test_what_is_not_there_is_nan_however_late_it_comes(history: History) -> None:
    book = history.bars(MINUTE_MS, *EVER).book
    assert len(book.ts) == LONG + 1
    assert np.isnan(book.best_bid[:-1]).all()
    assert book.best_bid[-1] == 99.5
    assert (book.best_ask == 100.5).all()
    assert [column.dtype for column in book] == [
        *[np.dtype(np.int64)] * 8,
        *[np.dtype(np.float64)] * 16,
    ]


def test_windows_without_trades_have_no_bars_of_them(history: History) -> None:
    trades = history.bars(MINUTE_MS, *EVER).trades
    assert [len(column) for column in trades] == [0] * len(TradeBars._fields)
    assert len(TRADE_COLUMNS) == len(TradeBars._fields) - 1


def test_only_what_begins_in_the_range_is_read(history: History) -> None:
    book = history.bars(MINUTE_MS, 5 * MINUTE_MS - 1, 7 * MINUTE_MS).book
    assert book.ts.tolist() == [5 * MINUTE_MS, 6 * MINUTE_MS]
    nothing = history.bars(MINUTE_MS, 2**60, 2**61).book
    assert [len(column) for column in nothing] == [0] * len(BookBars._fields)


def test_a_row_that_another_has_spoiled_is_an_error_and_no_number(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE bars SET best_ask = 'high' WHERE ts = 0")
        connection.commit()
    with open_history(path) as history, pytest.raises(HistoryError, match=r"history\.db: "):
        history.bars(MINUTE_MS, *EVER)


def test_a_table_that_is_gone_is_an_error_of_its_file(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE bars")
    with open_history(path) as history, pytest.raises(HistoryError, match="no such table: bars"):
        history.bars(MINUTE_MS, *EVER)


def test_whether_there_are_trades_is_told_by_its_job(path: Path) -> None:
    with open_history(path) as history:
        assert history.has_trades
    for digest, has_trades in (("abc/full", True), ("abc/bars", False)):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("DELETE FROM job")
            connection.execute("INSERT INTO job VALUES (?)", (digest,))
            connection.commit()
        with open_history(path) as history:
            assert history.has_trades is has_trades


@pytest.mark.parametrize("column", ["trades", "book"])
def test_seconds_that_are_damaged_are_an_error_of_its_file(path: Path, column: str) -> None:
    other = "book" if column == "trades" else "trades"
    whole = {
        "trades": pack_trade_bars(no_pieces(TradeBars)),
        "book": pack_book_bars(no_pieces(BookBars)),
    }
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            f"INSERT INTO seconds (ts, {column}, {other}) VALUES (0, x'0102', ?)", (whole[other],)
        )
        connection.execute("INSERT INTO trade_chunks VALUES (0, 1, x'00')")
    with open_history(path) as history:
        with pytest.raises(HistoryError, match=r"it is damaged: expected packed columns, found 2"):
            history.bars(1000, 0, 60_000)
        with pytest.raises(HistoryError, match=r"it is damaged: expected packed columns, found 1"):
            history.trades(0, 60_000)


def test_a_signal_amid_reading_is_no_error_of_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> object:
        try:
            raise KeyboardInterrupt  # while a statement is being closed, which then stays open
        finally:
            raise RuntimeError("Cannot close AdbcDatabase with open AdbcConnection")

    monkeypatch.setattr("nanoarrow.c_array_stream", interrupt)
    with open_history(path) as history, pytest.raises(KeyboardInterrupt):
        history.bars(60_000, 0, 600_000)


def test_many_who_read_at_the_same_moment_do_not_lock_each_other_out(path: Path) -> None:
    minutes = read_minutes(path)

    def read() -> list[int]:
        return [read_minutes(path) for _ in range(40)]

    with ThreadPoolExecutor(4) as threads:
        readings = [threads.submit(read) for _ in range(4)]
        assert [reading.result() for reading in readings] == [[minutes] * 40] * 4


def read_minutes(path: Path) -> int:
    with open_history(path) as history:
        return len(history.bars(MINUTE_MS, 0, 99 * MINUTE_MS).book.ts)


COUNT_UP = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
columns = sys.argv[2].split(",")
values = ", ".join(f"{name} = {0 if place < 5 else 0.0}" for place, name in enumerate(columns))
connection.execute(f"UPDATE bars SET {values}, trades = 1, book_rows = 1 WHERE ts = 0")
while True:
    connection.execute(
        "UPDATE bars SET trades = trades + 1, book_rows = book_rows + 1 WHERE ts = 0"
    )
"""


def test_trades_and_book_of_a_bar_are_of_one_commit(path: Path) -> None:
    # A process of its own: two copies of SQLite in one do not see each other's locks.
    writer = subprocess.Popen((sys.executable, "-c", COUNT_UP, path, ",".join(TRADE_COLUMNS)))
    try:
        with open_history(path) as history:

            def counts() -> tuple[list[int], list[int]]:
                bars = history.bars(MINUTE_MS, 0, MINUTE_MS)
                return bars.trades.trades.tolist(), bars.book.book_rows.tolist()

            [first], _ = wait_for(lambda: counts() if counts()[0] else None, "trades")
            for _ in range(300):
                of_trades, of_book = counts()
                assert of_trades == of_book
            assert of_trades[0] > first, "nothing was written meanwhile"
    finally:
        writer.kill()
        writer.wait()


def test_fields_that_nobody_asked_for_are_not_read(history: History) -> None:
    whole = history.bars(MINUTE_MS, *EVER).book
    asked = history.bars(MINUTE_MS, *EVER, frozenset({"best_ask"})).book
    assert np.array_equal(asked.ts, whole.ts)
    assert np.array_equal(asked.best_ask, whole.best_ask)
    assert not asked.book_rows.any()
    assert [column.dtype for column in asked] == [column.dtype for column in whole]


def test_a_range_beyond_all_there_is_takes_no_longer(history: History) -> None:
    bars = history.bars(3 * MINUTE_MS, -(2**62), 2**62)
    assert len(bars.book.ts) == -(-(LONG + 1) // 3)
