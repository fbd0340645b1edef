"""Put settled pieces into their tables, and keep those of the chunk, minute and hour still open.

A piece once settled never changes, and comes after all settled before it. So a row of the database
that is not full yet is replaced by a longer one, and whoever goes back to an earlier moment cuts
what lies behind it off.
"""

import sqlite3

import numpy as np

from shared.history.bars import (
    BookBars,
    Pieces,
    TradeBars,
    pack_book_bars,
    pack_trade_bars,
    unpack_bars,
)
from shared.history.columns import joined, part, run_ends, split
from shared.history.merging import NO_BARS, Bars, windows
from shared.history.packing import Pack
from shared.history.schema import BOOK_COLUMNS, CHUNK_MS, HOUR_MS, MINUTE_MS, TRADE_COLUMNS
from shared.history.trades import Trades, no_trades, pack_trades, unpack_trades

_PUT_BARS = (
    "INSERT OR REPLACE INTO bars VALUES"
    f" ({', '.join('?' * (2 + len(TRADE_COLUMNS) + len(BOOK_COLUMNS)))})"
)
_NO_TRADES, _NO_BOOK = (None,) * len(TRADE_COLUMNS), (None,) * len(BOOK_COLUMNS)
_START_MS = -(2**62)


class BaseTables:
    """Writes seconds, minutes, hours and trades, packed by `pack`, through `connection`."""

    def __init__(self, connection: sqlite3.Connection, pack: Pack) -> None:
        self._connection = connection
        self._pack = pack
        self._seconds = NO_BARS
        self._minutes = NO_BARS
        self._trades = no_trades()

    @property
    def minute_trades(self) -> int:
        """How many trades of the open minute are settled."""
        return len(self._trades.ts)

    def add(self, seconds: Bars, trades: Trades, end_ms: int) -> None:
        """Put the next seconds and the trades that they are made of; they end before `end_ms`."""
        self._add_seconds(seconds, end_ms)
        self._add_trades(trades, end_ms)

    def put_for_now(self, seconds: Bars, trades: Trades, end_ms: int) -> None:
        """Put seconds that more may belong to, until they are added when they are whole."""
        settled = self._seconds, self._minutes, self._trades
        self.add(seconds, trades, end_ms)
        self._seconds, self._minutes, self._trades = settled

    def cut(self, end_ms: int, minute_trades: int) -> None:
        """Forget all from `end_ms` on, a whole second; so many trades of its minute are before."""
        chunk, minute, hour = (end_ms // each * each for each in (CHUNK_MS, MINUTE_MS, HOUR_MS))
        seconds = self._read_seconds(hour).between(hour, end_ms)
        trades = self._read_trades(minute)
        self._delete("seconds", "ts >= ?", chunk)
        self._delete("trade_chunks", "ts >= ?", minute)
        self._delete("bars", "seconds = ? AND ts >= ?", MINUTE_MS // 1000, minute)
        self._delete("bars", "seconds = ? AND ts >= ?", HOUR_MS // 1000, hour)
        self._seconds = seconds.between(chunk)
        self._minutes = seconds.merged(MINUTE_MS)
        self._trades = no_trades()
        self._put_seconds(self._seconds)
        self._put_bars(MINUTE_MS, self._minutes.between(minute))
        self._put_bars(HOUR_MS, self._minutes.merged(HOUR_MS))
        self._add_trades(part(trades, slice(minute_trades)), end_ms)

    def _add_seconds(self, seconds: Bars, end_ms: int) -> None:
        if changed := seconds.starts(MINUTE_MS):
            first = changed[0]
            self._seconds = self._seconds.followed_by(seconds)
            minutes = self._seconds.between(first).merged(MINUTE_MS)
            self._minutes = self._minutes.between(_START_MS, first).followed_by(minutes)
            self._put_seconds(self._seconds.between(first // CHUNK_MS * CHUNK_MS))
            self._put_bars(MINUTE_MS, minutes)
            hours = self._minutes.between(first // HOUR_MS * HOUR_MS).merged(HOUR_MS)
            self._put_bars(HOUR_MS, hours)
        self._seconds = self._seconds.between(end_ms // CHUNK_MS * CHUNK_MS)
        self._minutes = self._minutes.between(end_ms // HOUR_MS * HOUR_MS)

    def _add_trades(self, trades: Trades, end_ms: int) -> None:
        self._trades = joined((self._trades, trades))
        if len(trades.ts):
            self._put_trades(self._trades)
        at = int(np.searchsorted(self._trades.ts, end_ms // MINUTE_MS * MINUTE_MS))
        self._trades = split(self._trades, at)[1]

    def _put_trades(self, trades: Trades) -> None:
        starts, minutes = windows(trades.ts, MINUTE_MS)
        ends = run_ends(starts, len(trades.ts))
        chunks = [
            (minute, end - start, pack_trades(part(trades, slice(start, end)), self._pack))
            for minute, start, end in zip(*map(_listed, (minutes, starts, ends)), strict=True)
        ]
        self._connection.executemany("INSERT OR REPLACE INTO trade_chunks VALUES (?, ?, ?)", chunks)

    def _put_seconds(self, seconds: Bars) -> None:
        chunks = [
            (start, seconds.between(start, start + CHUNK_MS)) for start in seconds.starts(CHUNK_MS)
        ]
        self._connection.executemany(
            "INSERT OR REPLACE INTO seconds VALUES (?, ?, ?)",
            [
                (
                    ts,
                    pack_trade_bars(bars.trades, self._pack),
                    pack_book_bars(bars.book, self._pack),
                )
                for ts, bars in chunks
            ],
        )

    def _put_bars(self, window_ms: int, bars: Bars) -> None:
        trades, book = _by_ts(bars.trades), _by_ts(bars.book)
        rows = [
            (window_ms // 1000, ts, *trades.get(ts, _NO_TRADES), *book.get(ts, _NO_BOOK))
            for ts in sorted(trades.keys() | book.keys())
        ]
        self._connection.executemany(_PUT_BARS, rows)

    def _read_seconds(self, from_ms: int) -> Bars:
        rows = self._connection.execute(
            "SELECT trades, book FROM seconds WHERE ts >= ? AND ts < ? ORDER BY ts",
            (from_ms, from_ms + HOUR_MS),
        )
        bars = NO_BARS
        for trades, book in rows:
            chunk = Bars(unpack_bars(TradeBars, trades), unpack_bars(BookBars, book))
            bars = bars.followed_by(chunk)
        return bars

    def _read_trades(self, minute: int) -> Trades:
        row = self._connection.execute(
            "SELECT columns FROM trade_chunks WHERE ts = ?", (minute,)
        ).fetchone()
        return unpack_trades(row[0]) if row else no_trades()

    def _delete(self, table: str, condition: str, *values: int) -> None:
        self._connection.execute(f"DELETE FROM {table} WHERE {condition}", values)


def _listed(column: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[int]:
    return column.tolist()


def _by_ts(bars: Pieces) -> dict[int, tuple[float, ...]]:
    ts, *columns = (column.tolist() for column in bars)
    return dict(zip(ts, zip(*columns, strict=True), strict=True))
