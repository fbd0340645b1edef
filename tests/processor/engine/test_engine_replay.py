"""The engine against the reference, to the last bit, on whatever a recorder may leave behind."""

import json
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.job import TimeRange
from shared.recordings.day_files import DayFile
from tests.support.engine_runs import assert_all_agree
from tests.support.real_recordings import RealRecording, each_recording, needs_real_data
from tests.support.recordings import (
    LOOSE,
    MS_PER_DAY,
    STRICT,
    T0,
    Book,
    Recording,
    Schema,
    Tick,
    iso,
)
from tests.support.runs import EVER

T1 = T0 + MS_PER_DAY

TYPED_BUT_NULLABLE = Schema(
    "CREATE TABLE book (id INTEGER PRIMARY KEY, instrument TEXT, bids TEXT, asks TEXT,"
    " timestamp TEXT)",
    "CREATE TABLE trades (id INTEGER PRIMARY KEY, instrument TEXT, trade_id TEXT, price REAL,"
    " size REAL, side TEXT, timestamp TEXT)",
)
INTEGER_TIMES = Schema(
    "CREATE TABLE book (id INTEGER PRIMARY KEY, instrument TEXT, bids TEXT NOT NULL,"
    " asks TEXT NOT NULL, timestamp INTEGER NOT NULL)",
    "CREATE TABLE trades (id INTEGER PRIMARY KEY, instrument TEXT, trade_id TEXT,"
    " price REAL NOT NULL, size REAL NOT NULL, side TEXT NOT NULL, timestamp INTEGER NOT NULL)",
)

PRICES = st.integers(1, 30).map(lambda ticks: f"{100 + ticks / 10:.1f}")
SIZES = st.sampled_from(["0", "0", "0.5", "1", "2.25", "1e-3", "0.00000001"])
LEVELS = st.lists(st.tuples(PRICES, SIZES).map(list), max_size=5)


def as_numbers(levels: list[list[str]]) -> str:
    return json.dumps([[float(price), float(size)] for price, size in levels])


GOOD_TEXTS = st.one_of(
    LEVELS.map(json.dumps),
    LEVELS.map(repr),
    LEVELS.map(as_numbers),
    LEVELS.map(lambda levels: json.dumps([[*level, "0", "3"] for level in levels])),
)
BAD_TEXTS = st.sampled_from(
    ["", "[", "null", "[[1]]", "[[1,-1]]", "[[0,1]]", "[[NaN,1]]", "[]\n", "{}", '[["1","x"]]']
)
TEXTS = st.one_of(GOOD_TEXTS, GOOD_TEXTS, GOOD_TEXTS, BAD_TEXTS)
ODD_TEXTS = st.one_of(TEXTS, st.none(), st.integers(0, 9), st.floats(0, 1), st.binary(max_size=3))


@st.composite
def times(draw: st.DrawFn, *, is_odd: bool) -> Any:
    timestamp_ms = T0 + draw(st.integers(0, 300)) * 1000 + draw(st.sampled_from([0, 0, 1, 999]))
    if not is_odd:
        return str(timestamp_ms)
    form = draw(st.integers(0, 13))
    match form:
        case 0:
            return iso(timestamp_ms, draw(st.sampled_from(["", "Z", "+00:00"])))
        case 1:
            return timestamp_ms
        case 2:
            return f"{timestamp_ms / 1000:.3f}"
        case 3:
            return f"{timestamp_ms}000"
        case 4:
            return draw(st.sampled_from([None, "", "soon", "0", "-1", "17513280000x0", b"\xff"]))
        case 5:
            return float(timestamp_ms)
        case 6:
            return f"{timestamp_ms}\x00"
        case _:
            return str(timestamp_ms)


INSTRUMENTS = st.sampled_from([None] * 6 + ["BTC-USDT"] * 6 + ["btc-usdt", "", "ETH-USDT"])
SIDES = st.sampled_from(["buy", "sell"] * 5 + ["BUY", "Sell", " buy", "hold", ""])
TRADE_NUMBERS = st.sampled_from([100.5, 1.0, 0.1, 3e-8, 1e15, 7.0])
ODD_NUMBERS = st.sampled_from([0.0, -1.0, float("inf"), "12.5", "abc", 5, None, b"1"])


@st.composite
def book_rows(draw: st.DrawFn, *, is_odd: bool, texts: Any) -> Book:
    return Book(
        draw(times(is_odd=is_odd)),
        draw(texts),
        draw(texts),
        instrument=draw(INSTRUMENTS) if is_odd else None,
    )


@st.composite
def ticks(draw: st.DrawFn, *, is_odd: bool, numbers: Any) -> Tick:
    return Tick(
        draw(times(is_odd=is_odd)),
        draw(numbers),
        draw(numbers),
        draw(SIDES if is_odd else st.sampled_from(["buy", "sell"])),
        instrument=draw(INSTRUMENTS) if is_odd else None,
    )


def in_time_order(rows: list[Any]) -> list[Any]:
    """Sort the rows whose time is plain among themselves; the others stay where they are."""
    plain = iter(sorted((r for r in rows if is_plain(r.timestamp)), key=lambda r: r.timestamp))
    return [next(plain) if is_plain(row.timestamp) else row for row in rows]


def is_plain(timestamp: Any) -> bool:
    return isinstance(timestamp, str) and len(timestamp) == 13 and timestamp.isdigit()


@st.composite
def tables(draw: st.DrawFn) -> tuple[Schema, list[Book], list[Tick], bool]:
    """A recording's schema and rows, and whether timestamps have an index."""
    schema = draw(st.sampled_from([STRICT, STRICT, TYPED_BUT_NULLABLE, INTEGER_TIMES, LOOSE]))
    is_odd = draw(st.booleans())
    may_be_null = schema in (TYPED_BUT_NULLABLE, LOOSE)
    texts = (ODD_TEXTS if may_be_null else TEXTS) if is_odd else GOOD_TEXTS
    numbers = st.one_of(TRADE_NUMBERS, ODD_NUMBERS) if is_odd and may_be_null else TRADE_NUMBERS
    book = draw(st.lists(book_rows(is_odd=is_odd, texts=texts), max_size=25))
    trades = draw(st.lists(ticks(is_odd=is_odd, numbers=numbers), max_size=25))
    if not may_be_null:
        book = [row for row in book if row.timestamp is not None]
        trades = [row for row in trades if row.timestamp is not None]
    if draw(st.booleans()):
        book, trades = in_time_order(book), in_time_order(trades)
    return schema, book, trades, draw(st.booleans())


def without_others(rows: list[Any]) -> list[Any]:
    return [row for row in rows if row.instrument != "ETH-USDT"]


RANGES = st.one_of(
    st.just(EVER),
    st.tuples(st.integers(0, 290), st.integers(1, 200)).map(
        lambda pair: TimeRange(T0 + pair[0] * 1000, T0 + (pair[0] + pair[1]) * 1000)
    ),
)


def add_index(file: DayFile) -> None:
    with sqlite3.connect(file.path) as connection:
        for table in ("book", "trades"):
            connection.execute(f"CREATE INDEX {table}_timestamp ON {table} (timestamp)")
    connection.close()


@settings(max_examples=100, deadline=None)
@given(
    days=st.lists(tables(), min_size=1, max_size=2),
    time_range=RANGES,
    window_seconds=st.sampled_from([1, 7, 60]),
    switch_after=st.integers(0, 8),
)
def test_any_recording_gives_the_numbers_of_the_reference(
    days: list[tuple[Schema, list[Book], list[Tick], bool]],
    time_range: TimeRange,
    window_seconds: int,
    switch_after: int,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, (schema, book, trades, has_index) in enumerate(days, 1):
            if time_range is not EVER:
                # which rows of others are met, and counted, depends on where reading ends
                book, trades = without_others(book), without_others(trades)
            file = Recording(Path(folder), schema=schema).write(
                book, trades, day=f"25-07-{number:02}"
            )
            if has_index:
                add_index(file)
            files.append(file)
        assert_all_agree(
            *files,
            time_range=time_range,
            window_seconds=window_seconds,
            depth_levels=3,
            switch_after=switch_after,
        )


def test_a_recording_without_instrument_column(tmp_path: Path) -> None:
    file = Recording(tmp_path).write([Book(T0, [[99, 1]], [[101, 3]])], [Tick(T0, 100, 2)])
    with sqlite3.connect(file.path) as connection:
        connection.execute("ALTER TABLE book DROP COLUMN instrument")
        connection.execute("ALTER TABLE trades DROP COLUMN instrument")
    connection.close()
    assert assert_all_agree(file).outcome.metrics == [[T0, *[-0.5] * 4, *[4] * 4]]


@needs_real_data
@each_recording
def test_real_recordings(recording: RealRecording) -> None:
    assert_all_agree(
        *recording.files, time_range=recording.time_range, window_seconds=7, switch_after=40
    )


def test_the_demo_hour(demo_hour: DayFile) -> None:
    result = assert_all_agree(demo_hour, switch_after=100)
    assert result.position.book_rows > 30_000
    assert result.outcome.skipped == {}
