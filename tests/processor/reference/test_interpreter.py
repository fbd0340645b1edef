"""The stream: each book row with the trades of its window, in the order (timestamp, id)."""

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processor.reference.interpreter import DBInterpreter
from shared.job import TimeRange
from shared.recordings.records import OrderbookUpdate, Trade
from shared.recordings.table_reader import BOOK_BATCH, TRADE_BATCH
from tests.support.recordings import MS_PER_DAY, T0, Book, Recording, Tick, iso
from tests.support.runs import ONE_DAY, replay, stream, windows


def test_the_batch_sizes_are_those_of_the_contract() -> None:
    assert (BOOK_BATCH, TRADE_BATCH) == (2048, 4096)


def test_a_step_is_an_update_and_its_trades(tmp_path: Path) -> None:
    file = Recording(tmp_path).write(
        [Book(T0, bids=[["99.5", "2", "0", "1"]], asks=[["100", "0", "0", "0"]])],
        [Tick(str(T0 + 5), 99.75, 0.5, "SELL", trade_id="t1")],
    )
    assert stream(file) == [
        (
            OrderbookUpdate(T0, bids=[(99.5, 2.0)], asks=[(100.0, 0.0)], row_id=1),
            [Trade(1, "t1", 99.75, 0.5, "sell", T0 + 5)],
        )
    ]


def test_a_window_starts_at_its_row_and_ends_before_the_next(tmp_path: Path) -> None:
    file = Recording(tmp_path).write(
        [Book(T0 + 100), Book(T0 + 200)],
        [Tick(T0 + 100), Tick(T0 + 199), Tick(T0 + 200), Tick(T0 + 201)],
    )
    assert windows(stream(file)) == [(1, [1, 2]), (2, [3, 4])]


def test_the_last_window_is_open_ended(tmp_path: Path) -> None:
    file = Recording(tmp_path).write([Book(T0)], [Tick(T0 + MS_PER_DAY - 1)])
    assert windows(stream(file)) == [(1, [1])]


def test_trades_before_the_first_row_come_with_an_update_of_no_levels(tmp_path: Path) -> None:
    file = Recording(tmp_path).write(
        [Book(T0 + 100, bids=[[1, 1]])], [Tick(T0 + 7), Tick(T0 + 99), Tick(T0 + 100)]
    )
    steps = stream(file)
    assert windows(steps) == [(None, [1, 2]), (1, [3])]
    assert steps[0][0] == OrderbookUpdate(T0 + 7, bids=[], asks=[], row_id=None)


def test_of_rows_with_equal_timestamps_the_last_has_the_window(tmp_path: Path) -> None:
    file = Recording(tmp_path).write(
        [Book(T0 + 100), Book(T0 + 100), Book(T0 + 100), Book(T0 + 101)],
        [Tick(T0 + 100), Tick(T0 + 100), Tick(T0 + 101)],
    )
    assert windows(stream(file)) == [(1, []), (2, []), (3, [1, 2]), (4, [3])]


def test_rows_of_equal_time_come_in_the_order_of_id_others_in_that_of_time(tmp_path: Path) -> None:
    file = Recording(tmp_path).write(
        [Book(T0 + 300, id=1), Book(T0 + 100, id=5), Book(T0 + 100, id=3)],
        [Tick(T0 + 350, id=2), Tick(T0 + 100, id=9), Tick(T0 + 100, id=8), Tick(T0 + 1, id=7)],
    )
    assert windows(stream(file)) == [(None, [7]), (3, []), (5, [8, 9]), (1, [2])]


def test_a_recording_without_trades_is_all_updates(tmp_path: Path) -> None:
    file = Recording(tmp_path).write([Book(T0), Book(T0 + 1)])
    assert windows(stream(file)) == [(1, []), (2, [])]


def test_a_recording_without_book_rows_is_updates_of_no_levels(tmp_path: Path) -> None:
    file = Recording(tmp_path).write(trades=[Tick(T0), Tick(T0 + 1)])
    assert windows(stream(file)) == [(None, [1, 2])]


@pytest.mark.parametrize(
    ("trades", "sizes"),
    [
        (TRADE_BATCH, [TRADE_BATCH]),
        (TRADE_BATCH + 1, [TRADE_BATCH, 1]),
        (2 * TRADE_BATCH + 5, [TRADE_BATCH, TRADE_BATCH, 5]),
    ],
    ids=["just-full", "one-more", "twice-full-and-more"],
)
@pytest.mark.parametrize("has_row", [True, False], ids=["in-a-window", "before-the-first-row"])
def test_a_window_of_many_trades_is_split_and_its_row_comes_once(
    tmp_path: Path, trades: int, sizes: list[int], has_row: bool
) -> None:
    rows = [Book(T0), Book(T0 + 100)] if has_row else [Book(T0 + 100)]
    file = Recording(tmp_path).write(rows, (Tick(T0 + 5) for _ in range(trades)))
    steps = windows(stream(file))
    *split, last = steps
    first_row = 1 if has_row else None
    assert [row for row, _ in split] == [first_row] + [None] * (len(sizes) - 1)
    assert [len(ids) for _, ids in split] == sizes
    assert [i for _, ids in split for i in ids] == list(range(1, trades + 1))
    assert last == (len(rows), [])


def test_more_book_rows_than_a_batch_come_all(tmp_path: Path) -> None:
    file = Recording(tmp_path).write(Book(T0 + i) for i in range(BOOK_BATCH + 3))
    assert windows(stream(file)) == [(i + 1, []) for i in range(BOOK_BATCH + 3)]


def test_the_end_of_the_range_is_exclusive(tmp_path: Path) -> None:
    file = Recording(tmp_path).write(
        [Book(T0 + 8), Book(T0 + 9), Book(T0 + 10), Book(T0 + 11)],
        [Tick(T0 + 9), Tick(T0 + 10), Tick(T0 + 11)],
    )
    assert windows(stream(file, time_range=TimeRange(T0, T0 + 10))) == [(1, []), (2, [1])]


def test_rows_before_the_range_come_but_trades_before_it_do_not(tmp_path: Path) -> None:
    file = Recording(tmp_path).write(
        [Book(T0 + 1), Book(T0 + 5), Book(T0 + 12)],
        [Tick(T0 + 2), Tick(T0 + 9), Tick(T0 + 10), Tick(T0 + 13)],
    )
    assert windows(stream(file, time_range=TimeRange(T0 + 10, T0 + 100))) == [
        (1, []),
        (2, [3]),
        (3, [4]),
    ]


def test_the_trades_of_a_next_day_do_not_wait_for_its_first_row(tmp_path: Path) -> None:
    recording = Recording(tmp_path)
    first = recording.write([Book(T0 + 5)], [Tick(T0 + 6)])
    next_day = T0 + MS_PER_DAY
    second = recording.write([Book(next_day + 10)], [Tick(next_day + 1)], day="25-07-02")
    steps = stream(first, second, time_range=TimeRange(T0, T0 + 2 * MS_PER_DAY))
    assert windows(steps) == [(1, [1]), (None, [1]), (1, [])]


def test_the_position_tells_how_far_the_stream_is(tmp_path: Path) -> None:
    file = Recording(tmp_path).write([Book(T0 + 100)], [Tick(T0 + 50), Tick(T0 + 150)])
    interpreter = DBInterpreter([file], ONE_DAY)
    seen = [
        (p.file, p.files_done, p.book_rows, p.trades, p.data_time_ms)
        for p in (interpreter.position for _ in interpreter.stream())
    ]
    assert seen == [(file, 0, 0, 1, T0 + 50), (file, 0, 1, 2, T0 + 150)]
    assert interpreter.position.files_done == 1


FORMS = [
    ("integer-ms", lambda ms: ms),
    ("text-ms", str),
    ("seconds-with-fraction", lambda ms: f"{ms // 1000}.{ms % 1000:03d}"),
    ("microseconds", lambda ms: ms * 1000),
    ("iso-utc", lambda ms: iso(ms, "Z")),
    ("iso-naive", iso),
    ("iso-offset", lambda ms: iso(ms + 2 * 3_600_000, "+02:00")),
]


@pytest.mark.parametrize("form", [f for _, f in FORMS], ids=[name for name, _ in FORMS])
def test_every_form_of_timestamp_gives_the_same_windows(tmp_path: Path, form: object) -> None:
    file = Recording(tmp_path).write(
        [Book(form(T0 + 100)), Book(form(T0 + 200))], [Tick(form(T0 + 199)), Tick(form(T0 + 200))]
    )
    assert windows(stream(file)) == [(1, [1]), (2, [2])]


def test_forms_of_timestamp_may_mix_in_one_file(tmp_path: Path) -> None:
    turn = itertools.cycle(form for _, form in FORMS)
    times = [T0 + 100 * i for i in range(14)]
    file = Recording(tmp_path).write(
        [Book(next(turn)(t)) for t in times], [Tick(next(turn)(t + 50)) for t in times]
    )
    assert windows(stream(file)) == [(i, [i]) for i in range(1, 15)]


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    book_order=st.permutations(range(6)),
    trade_order=st.permutations(range(9)),
    times=st.lists(st.integers(0, 5), min_size=15, max_size=15),
)
def test_the_storage_order_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    book_order: list[int],
    trade_order: list[int],
    times: list[int],
) -> None:
    book = [Book(T0 + 1000 * times[i], [[99 - i, i + 1]], [[101, 2]], id=i + 1) for i in range(6)]
    ticks = [
        Tick(T0 + 1000 * times[6 + i], 100 + i, 1 + i, "sell" if i % 3 else "buy", id=i + 1)
        for i in range(9)
    ]
    tidy = Recording(tmp_path_factory.mktemp("tidy")).write(
        sorted(book, key=lambda row: (row.timestamp, row.id)),
        sorted(ticks, key=lambda row: (row.timestamp, row.id)),
    )
    shuffled = Recording(tmp_path_factory.mktemp("shuffled")).write(
        [book[i] for i in book_order], [ticks[i] for i in trade_order]
    )
    assert stream(shuffled) == stream(tidy)
    assert replay(shuffled, window_seconds=2) == replay(tidy, window_seconds=2)
