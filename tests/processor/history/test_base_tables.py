"""What of the open minute is settled, whatever comes after it."""

import sqlite3
from contextlib import closing

import numpy as np

from processor.history.base_tables import BaseTables
from shared.clock import utc_now_text
from shared.history.merging import NO_BARS
from shared.history.packing import pack
from shared.history.schema import MINUTE_MS, migrate
from shared.history.trades import Trades, no_trades, unpack_trades


def trades(*times_ms: int) -> Trades:
    times = np.array(times_ms)
    ones = np.ones(len(times))
    integers = ones.astype(np.int64)
    return Trades(times // 1000 * 1000, integers, times, times, integers, ones, ones)


def test_a_minute_without_trades_leaves_none_settled_in_the_open_one() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, utc_now_text())
        tables = BaseTables(connection, pack)
        tables.add(NO_BARS, trades(5, 1_700), 2_000)
        assert tables.minute_trades == 2
        tables.add(NO_BARS, no_trades(), 3 * MINUTE_MS)
        assert tables.minute_trades == 0
        tables.put_for_now(NO_BARS, trades(3 * MINUTE_MS + 5), 3 * MINUTE_MS + 1000)
        tables.cut(3 * MINUTE_MS, tables.minute_trades)
        tables.add(NO_BARS, trades(3 * MINUTE_MS + 5), 4 * MINUTE_MS)
        kept = connection.execute("SELECT columns FROM trade_chunks ORDER BY ts").fetchall()
    assert [unpack_trades(chunk).times_ms.tolist() for [chunk] in kept] == [
        [5, 1_700],
        [3 * MINUTE_MS + 5],
    ]
