"""A whole replay, worked out by hand: range, carry-over from day to day, and what is skipped."""

import json
from pathlib import Path

import pytest

from shared.job import TimeRange
from shared.recordings.records import OrderbookLevel
from tests.support.recordings import LOOSE, MS_PER_DAY, T0, Book, Recording, Tick
from tests.support.runs import replay

T1 = T0 + MS_PER_DAY
TWO_DAYS = TimeRange(T0, T1 + MS_PER_DAY)


def test_a_small_day_worked_out_by_hand(tmp_path: Path) -> None:
    file = Recording(tmp_path).write(
        [
            Book(T0 + 1_000, [["99", "3"], ["98", "1"]], [["101", "4"]]),  # 4 : 4
            Book(T0 + 30_000, [["99", "0"]], [["102", "1"]]),  # 1 : 5
            Book(T0 + 60_000, [["100", "5"]], []),  # 6 : 5
        ],
        [
            Tick(T0 + 500, 100, 2, "buy"),
            Tick(T0 + 59_999, 99, 3, "sell"),
            Tick(T0 + 60_000, 101, 1, "buy"),
            Tick(T0 + 185_000, 100.5, 0.5, "sell"),
        ],
    )
    outcome = replay(file)
    assert outcome.ohlc == [
        [T0, 100, 100, 99, 99, 5],
        [T0 + 60_000, 101, 101, 101, 101, 1],
        [T0 + 180_000, 100.5, 100.5, 100.5, 100.5, 0.5],
    ]
    assert outcome.cvd == [
        [T0, 0, 2, -1, -1],
        [T0 + 60_000, -1, 0, -1, 0],
        [T0 + 180_000, 0, 0, -0.5, -0.5],
    ]
    assert outcome.metrics == [
        [T0, 0, 0, -4 / 6, -4 / 6, 8, 8, 6, 6],
        [T0 + 60_000, *[1 / 11] * 4, *[11] * 4],
    ]
    assert outcome.bids == [(100, 5), (98, 1)]
    assert outcome.asks == [(101, 4), (102, 1)]
    assert (outcome.skipped, outcome.observed, outcome.file_problems) == ({}, {}, [])


def test_the_book_is_of_the_time_of_its_last_row_though_trades_go_on(tmp_path: Path) -> None:
    recording = Recording(tmp_path)
    day_before = recording.write(
        [Book(T1 - 1_044, [[99, 3]], [[101, 1]]), Book(T1 - 44, [[98, 2]], [])],
        [Tick(T1 - 5, 100, 2)],
    )
    without_book = recording.write([], [Tick(T1 + 60_000, 100, 2)], day="25-07-02")
    outcome = replay(day_before, without_book, time_range=TWO_DAYS)
    assert outcome.book_time_ms == T1 - 44


def test_without_a_book_row_the_book_is_of_no_time(tmp_path: Path) -> None:
    outcome = replay(Recording(tmp_path).write([], [Tick(T0 + 500, 100, 2)]))
    assert outcome.book_time_ms is None


def test_book_open_bar_and_cvd_carry_over_to_the_next_day(tmp_path: Path) -> None:
    recording = Recording(tmp_path)
    first = recording.write([Book(T1 - 10, [[99, 3]], [[101, 1]])], [Tick(T1 - 5, 100, 2)])
    second = recording.write(
        [Book(T1 + 10, [[98, 2]], [])],  # 5 : 1 only with the bid of the day before
        [Tick(T1, 102, 1, "sell"), Tick(T1 + 3_599_999, 101, 4)],
        day="25-07-02",
    )
    outcome = replay(first, second, time_range=TWO_DAYS, window_seconds=7200)
    # 7200 s divide the day: the bars end at midnight
    assert outcome.ohlc == [[T1 - 7_200_000, 100, 100, 100, 100, 2], [T1, 102, 102, 101, 101, 5]]
    assert outcome.cvd == [[T1 - 7_200_000, 0, 2, 0, 2], [T1, 2, 5, 1, 5]]
    assert outcome.metrics[-1] == [T1, *[4 / 6] * 4, *[6] * 4]
    assert outcome.bids == [(99, 3), (98, 2)]


def test_a_bar_that_spans_midnight_goes_on_in_the_next_file(tmp_path: Path) -> None:
    recording = Recording(tmp_path)
    first = recording.write([Book(T1 - 10, [[99, 3]], [[101, 1]])], [Tick(T1 - 5, 100, 2)])
    second = recording.write([Book(T1 + 10, [[99, 1]], [])], [Tick(T1 + 1, 90, 1)], day="25-07-02")
    # T1 is 1,751,414,400 s = 250,202,057 windows of 7 s and 1 s more
    start = T1 - 1_000
    outcome = replay(first, second, time_range=TWO_DAYS, window_seconds=7)
    assert outcome.ohlc == [[start, 100, 100, 90, 90, 3]]
    assert outcome.cvd == [[start, 0, 3, 0, 3]]
    assert outcome.metrics == [[start, 0.5, 0.5, 0, 0, 4, 4, 2, 2]]


def test_rows_before_the_range_build_the_book_but_are_not_sampled(tmp_path: Path) -> None:
    file = Recording(tmp_path).write(
        [
            Book(T0 + 1, [[99, 9]], [[101, 1]]),
            Book(T0 + 2, [[99, 3]], []),
            Book(T0 + 5_000, [], [[102, 1]]),
        ],
        [Tick(T0 + 1, 50, 50), Tick(T0 + 5_000, 100, 1)],
    )
    outcome = replay(file, time_range=TimeRange(T0 + 5_000, T0 + 10_000))
    assert outcome.metrics == [[T0, *[0.2] * 4, *[5] * 4]]
    assert outcome.ohlc == [[T0, 100, 100, 100, 100, 1]]
    assert outcome.cvd == [[T0, 0, 1, 0, 1]]


def test_rows_at_the_end_of_the_range_do_not_count(tmp_path: Path) -> None:
    file = Recording(tmp_path).write(
        [Book(T0, [[99, 1]], [[101, 1]]), Book(T0 + 10, [[99, 7]], [])],
        [Tick(T0 + 9, 100, 1), Tick(T0 + 10, 200, 1)],
    )
    outcome = replay(file, time_range=TimeRange(T0, T0 + 10))
    assert outcome.bids == [(99, 1)]
    assert outcome.metrics == [[T0, 0, 0, 0, 0, 2, 2, 2, 2]]
    assert outcome.ohlc == [[T0, 100, 100, 100, 100, 1]]


def test_empty_updates_and_deletions_of_absent_levels_are_normal(tmp_path: Path) -> None:
    file = Recording(tmp_path).write(
        [
            Book(T0, [[99, 1]], [[101, 1]]),
            Book(T0 + 1),
            Book(T0 + 2, [["55", "0", "0", "0"]], [["999", "0", "0", "0"]]),
        ]
    )
    outcome = replay(file)
    assert (outcome.bids, outcome.asks) == ([(99, 1)], [(101, 1)])
    assert outcome.metrics == [[T0, 0, 0, 0, 0, 2, 2, 2, 2]]
    assert outcome.skipped == {}


def as_mappings(levels: list[list[object]]) -> str:
    return json.dumps([{"price": price, "size": size} for price, size in levels])


@pytest.mark.parametrize(
    "dump",
    [
        json.dumps,
        lambda levels: json.dumps([[str(x) for x in level] + ["0", "1"] for level in levels]),
        repr,
        lambda levels: repr([tuple(str(x) for x in level) for level in levels]),
        as_mappings,
        lambda levels: repr([{"price": str(p), "size": str(s)} for p, s in levels]),
    ],
    ids=[
        "json-numbers",
        "json-strings",
        "literal-numbers",
        "literal-strings",
        "json-mappings",
        "literal-mappings",
    ],
)
def test_the_form_of_the_levels_changes_nothing(tmp_path: Path, dump: object) -> None:
    file = Recording(tmp_path).write(
        [Book(T0, [[99.5, 3], [98, 1]], [[101, 4]]), Book(T0 + 1, [[98, 0]], [[102, 0.5]])],
        dump=dump,
    )
    outcome = replay(file)
    assert outcome.bids == [OrderbookLevel(99.5, 3)]
    assert outcome.asks == [OrderbookLevel(101, 4), OrderbookLevel(102, 0.5)]
    # 4 : 4, then 3 : 4.5
    assert outcome.metrics == [[T0, 0, 0, -0.2, -0.2, 8, 8, 7.5, 7.5]]


def test_a_trade_of_an_overlapping_file_that_comes_too_late_is_counted_as_such(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    recording = Recording(tmp_path)
    first = recording.write(trades=[Tick(T1 + 90_000, 100, 1)])
    second = recording.write(
        trades=[Tick(T1 + 1, 50, 8), Tick(T1 + 90_001, 101, 2)], day="25-07-02"
    )
    outcome = replay(first, second, time_range=TWO_DAYS)
    assert outcome.ohlc == [[T1 + 60_000, 100, 101, 100, 101, 3]]
    assert outcome.skipped == {"late_trade": 1}
    assert "BTC-USDT-25-07-02.db, trades row 1" in caplog.text
    assert outcome.conservation.cvd == 3


def test_columns_may_be_more_and_instrument_and_trade_id_may_lack(tmp_path: Path) -> None:
    schema = type(LOOSE)(
        "CREATE TABLE book (id INTEGER PRIMARY KEY, seq_id, instrument, bids, asks, timestamp, x)",
        "CREATE TABLE trades"
        " (extra, timestamp, side, size, price, id INTEGER PRIMARY KEY, instrument, trade_id)",
    )
    file = Recording(tmp_path, schema=schema).write(
        [Book(T0, [[99, 1]], [[101, 3]])], [Tick(T0, 100, 2, "Sell")]
    )
    outcome = replay(file)
    assert outcome.ohlc == [[T0, 100, 100, 100, 100, 2]]
    assert outcome.metrics == [[T0, *[-0.5] * 4, *[4] * 4]]
    assert outcome.cvd == [[T0, 0, 0, -2, -2]]
