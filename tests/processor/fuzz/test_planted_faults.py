"""The fuzz can fail: each fault planted in what it compares is found, and without one none is."""

import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.processor.fuzz import ways
from tests.processor.fuzz.agreement import agree
from tests.processor.fuzz.damaged.case import TWO_DAYS
from tests.processor.fuzz.damaged.case import check as check_damaged
from tests.processor.fuzz.damaged.plain_days import INSTRUMENT, write_plain
from tests.processor.fuzz.damaged.scan import Scan, scanned
from tests.processor.fuzz.draw import Draw
from tests.processor.fuzz.live.case import Moment
from tests.processor.fuzz.live.case import check as check_live
from tests.processor.fuzz.odd.case import check as check_odd
from tests.processor.fuzz.rounds import CASES, Round
from tests.processor.fuzz.sums import Day, expect
from tests.processor.fuzz.ways import Told
from tests.support.recordings import BOOK_SCHEMA, T0, TRADES_SCHEMA


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_plain(Draw("a plain day", Counter()), tmp_path / "data", 0)


@pytest.fixture
def told(path: Path) -> Told:
    return by_engine(path)


@pytest.fixture
def scan(path: Path, tmp_path: Path) -> Scan:
    return scanned(path, tmp_path / "scan")


def by_engine(path: Path, name: str = "run") -> Told:
    data = path.parent
    job = ways.job_of(replace(TWO_DAYS, to_ms=T0 + 86_400_000), INSTRUMENT, data, data / name)
    return ways.by_engine(job)


def a_trade_less(day: Day) -> None:
    day.trades.pop()


def a_trade_a_little_larger(day: Day) -> None:
    day.trades[3].size += 1 / 8


def a_buy_for_a_sell(day: Day) -> None:
    day.trades[5].is_buy = not day.trades[5].is_buy


def a_price_beyond_all(day: Day) -> None:
    day.trades[7].price = 1e6


def two_trades_the_other_way_round(day: Day) -> None:
    first, second = sorted(day.trades, key=lambda row: (row.time_ms, row.order))[-2:]
    second.price = first.price + 1
    first.time_ms, second.time_ms = second.time_ms, first.time_ms


def a_book_row_less(day: Day) -> None:
    day.book.pop()


def a_level_more(day: Day) -> None:
    day.book[-1].bids = [*day.book[-1].bids, (50.0, 7.0)]


def a_row_that_cannot_be_used(day: Day) -> None:
    day.trades[2].problem = "bad_price"


def a_snapshot(day: Day) -> None:
    day.book[-2].action = "snapshot"


@pytest.mark.parametrize(
    "plant",
    [
        *(a_trade_less, a_trade_a_little_larger, a_buy_for_a_sell, a_price_beyond_all),
        *(two_trades_the_other_way_round, a_book_row_less, a_level_more),
        *(a_row_that_cannot_be_used, a_snapshot),
    ],
    ids=lambda plant: plant.__name__,
)
def test_sums_that_are_not_those_of_the_rows_are_told_apart(
    told: Told, scan: Scan, plant: Callable[[Day], None]
) -> None:
    asked = replace(TWO_DAYS, to_ms=T0 + 86_400_000)
    check_odd(told, expect([scan.day], asked))
    plant(scan.day)
    with pytest.raises(AssertionError, match="expected"):
        check_odd(told, expect([scan.day], asked))


def test_two_runs_of_which_one_lacks_a_row_do_not_agree(path: Path, told: Told) -> None:
    agree("again", by_engine(path, "again"), told)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM trades WHERE id = (SELECT max(id) FROM trades)")
    with pytest.raises(AssertionError, match="without it: ohlc differs"):
        agree("without it", by_engine(path, "without it"), told)


def test_a_status_that_differs_is_told_apart(told: Told) -> None:
    other = replace(told, status={**told.status, "skipped": {"bad_price": 1}})
    with pytest.raises(AssertionError, match="other: skipped is"):
        agree("other", other, told)


def test_a_row_of_a_damaged_file_that_is_lost_in_silence_is_found(
    path: Path, told: Told, scan: Scan
) -> None:
    check_damaged(told, [scan], path.name)
    scan.day.trades.append(replace(scan.day.trades[0], order=10**9))
    with pytest.raises(AssertionError, match="trades: expected"):
        check_damaged(told, [scan], path.name)


def test_damage_that_ends_a_scan_and_is_not_told_is_found(
    path: Path, told: Told, scan: Scan
) -> None:
    scan.errors.append("database disk image is malformed")
    with pytest.raises(AssertionError, match="nothing is told"):
        check_damaged(told, [scan], path.name)


def test_a_row_that_is_neither_counted_nor_skipped_is_found_where_only_a_parser_can_tell(
    path: Path, told: Told, scan: Scan
) -> None:
    scan.undecided, scan.rows["book"] = 1, scan.rows["book"] + 2
    with pytest.raises(AssertionError, match="rows scanned"):
        check_damaged(told, [scan], path.name)


def live(folder: Path, *prices: float, book: int, best_bid: int) -> Told:
    """Read a file as a torn copy would be: so many rows of the book, these of the trades."""
    folder.mkdir()
    with closing(sqlite3.connect(folder / f"{INSTRUMENT}-25-07-01.db")) as connection, connection:
        connection.execute(BOOK_SCHEMA)
        connection.execute(TRADES_SCHEMA)
        for n in range(book):
            values = (n, f"[[{best_bid}, 1]]", str(T0 + n))
            connection.execute("INSERT INTO book VALUES (?, NULL, ?, '[[99, 1]]', ?)", values)
        for n, price in enumerate(prices):
            values = (n, price, str(T0 + n))  # type: ignore[assignment]
            connection.execute("INSERT INTO trades VALUES (?, NULL, NULL, ?, 1, 'buy', ?)", values)
    return by_engine(folder / "any")


NOW = Moment(3, 7)


@pytest.mark.parametrize(
    ("prices", "book", "best_bid", "message"),
    [
        ((7, 7), 3, 7, "of two moments: 3 book rows and 2 trades"),
        ((7, 7, 7), 3, 6, "of two moments"),
        ((6, 7, 7), 3, 7, "torn"),
        ((8, 8, 8), 3, 8, "not in Moment"),
        ((7, 7), 2, 7, "not in Moment"),
    ],
    ids=["a-trade-less", "another-book", "half-rewritten", "not-committed", "both-behind"],
)
def test_what_is_not_one_moment_of_a_recording_is_found(
    tmp_path: Path, prices: tuple[float, ...], book: int, best_bid: int, message: str
) -> None:
    check_live(live(tmp_path / "good", 7, 7, 7, book=3, best_bid=7), "rewrite", NOW, NOW)
    told = live(tmp_path / "torn", *prices, book=book, best_bid=best_bid)
    with pytest.raises(AssertionError, match=message):
        check_live(told, "rewrite", NOW, NOW)


def test_a_case_that_fails_is_kept_and_told_with_the_command_that_repeats_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(draw: Draw, folder: Path) -> None:
        folder.mkdir()
        assert not draw.rng.randrange(1), "nothing is wrong"
        raise AssertionError("a row is missing")

    monkeypatch.setitem(CASES, "odd", (1e9, fail))
    cases = Round(4)
    cases.run_for(60, tmp_path)
    assert cases.cases == len(cases.failures) == 10
    assert cases.failures[7].startswith("FUZZ_SEED=4 FUZZ_CASE=7 make fuzz  # odd, ")
    assert "a row is missing" in cases.failures[7]
    assert (tmp_path / "case 7").is_dir()


def test_a_case_that_never_ends_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def go_on(draw: Draw, folder: Path) -> None:
        while True:
            random.random()

    monkeypatch.setitem(CASES, "odd", (1e9, go_on))
    monkeypatch.setattr("tests.processor.fuzz.rounds.CASE_SECONDS", 0.1)
    cases = Round(4)
    cases.run(0, tmp_path)
    assert "takes more than" in cases.failures[0]


@pytest.mark.parametrize(("kind", "count"), [("odd", 10), ("damaged", 6), ("live", 1)])
def test_some_cases_of_a_seed_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, count: int
) -> None:
    for other in CASES:
        if other != kind:
            monkeypatch.setitem(CASES, other, (0.0, CASES[other][1]))
    cases = Round(1)
    for number in range(count):
        cases.run(number, tmp_path / str(number))
    assert not cases.failures, "\n\n".join(cases.failures)
    assert cases.seen["case", kind] == count
