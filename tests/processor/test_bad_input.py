"""Bad input of every kind: counted, named in the log, the rest processed, and the exit code."""

import logging
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from shared.errors import NoInputError
from shared.exit_codes import ExitCode
from shared.job import TimeRange
from shared.run_files.processor_status import Phase, read_processor_status
from shared.run_files.run_directory import RunDirectory
from tests.support.real_recordings import BINANCE, needs_real_data
from tests.support.recordings import LOOSE, MS_PER_DAY, T0, Book, Recording, Schema, Tick
from tests.support.runs import replay, run_pipeline

NAME = "BTC-USDT-25-07-01.db"
T1 = T0 + MS_PER_DAY
TWO_DAYS = TimeRange(T0, T1 + MS_PER_DAY)

GOOD_BOOK = (Book(T0 + 1, [[99, 3]], [[101, 1]]), Book(T0 + 4, [[99, 1]], []))
GOOD_TRADES = (Tick(T0 + 2, 100, 2), Tick(T0 + 5, 102, 1, "sell"))
GOOD_OHLC = [[T0, 100, 102, 100, 102, 3]]
GOOD_CVD = [[T0, 0, 2, 0, 1]]
GOOD_METRICS = [[T0, 0.5, 0.5, 0, 0, 4, 4, 2, 2]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return tmp_path / "run"


BAD_BOOK_ROWS = [
    ("malformed_levels", Book(T0 + 3, "[[99, 5]", "[]")),
    ("malformed_levels", Book(T0 + 3, "[]", "[[101, 5]")),
    ("malformed_levels", Book(T0 + 3, "[[99, 5]]", "garbage")),
    ("malformed_levels", Book(T0 + 3, "", "[]")),
    ("malformed_levels", Book(T0 + 3, None, "[]")),
    ("malformed_levels", Book(T0 + 3, "[]", 7)),
    ("malformed_levels", Book(T0 + 3, '{"99": 5}', "[]")),
    ("malformed_levels", Book(T0 + 3, [[[99, 5]]], [])),
    ("malformed_levels", Book(T0 + 3, "[" * 2000 + "]" * 2000, "[]")),
    ("malformed_levels", Book(T0 + 3, [[99]], [])),
    ("malformed_levels", Book(T0 + 3, [["99", "5", "0", "1", "x"]], [])),
    ("malformed_levels", Book(T0 + 3, "[[NaN, 5]]", "[]")),
    ("malformed_levels", Book(T0 + 3, b"\xff\xfe", "[]")),
    ("bad_level", Book(T0 + 3, [["nan", "5"]], [])),
    ("bad_level", Book(T0 + 3, [["inf", "5"]], [])),
    ("bad_level", Book(T0 + 3, [["-99", "5"]], [])),
    ("bad_level", Book(T0 + 3, [["0", "5"]], [])),
    ("bad_level", Book(T0 + 3, [["99", "-5"]], [])),
    ("bad_level", Book(T0 + 3, [["99", "1e999"]], [])),
    ("bad_level", Book(T0 + 3, [["99", "nan"]], [])),
    ("bad_level", Book(T0 + 3, [["99", "1e31"]], [])),
    ("bad_level", Book(T0 + 3, [["1e308", "5"]], [])),
    ("bad_timestamp", Book("2025070100", [[99, 5]], [])),
    ("bad_level", Book(T0 + 3, [["99", True]], [])),
    ("bad_level", Book(T0 + 3, [["9_9", "5"]], [])),
    ("bad_level", Book(T0 + 3, [["99", None]], [])),
    ("bad_level", Book(T0 + 3, [["99", "5"], ["98", "x"]], [])),
    ("bad_timestamp", Book(None, [[99, 5]], [])),
    ("bad_timestamp", Book("", [[99, 5]], [])),
    ("bad_timestamp", Book("noon", [[99, 5]], [])),
    ("bad_timestamp", Book(0, [[99, 5]], [])),
    ("bad_timestamp", Book("1e9999999", [[99, 5]], [])),
    ("other_instrument", Book(T0 + 3, [[99, 5]], [], instrument="BTC-USDT-SWAP")),
]

BAD_TRADES = [
    ("bad_price", Tick(T0 + 3, None)),
    ("bad_price", Tick(T0 + 3, "nan")),
    ("bad_price", Tick(T0 + 3, float("inf"))),
    ("bad_price", Tick(T0 + 3, -100)),
    ("bad_price", Tick(T0 + 3, 0)),
    ("bad_price", Tick(T0 + 3, "1_00")),
    ("bad_price", Tick(T0 + 3, "cheap")),
    ("bad_size", Tick(T0 + 3, 100, None)),
    ("bad_size", Tick(T0 + 3, 100, "NaN")),
    ("bad_size", Tick(T0 + 3, 100, float("-inf"))),
    ("bad_size", Tick(T0 + 3, 100, -1)),
    ("bad_size", Tick(T0 + 3, 100, 1e308)),
    ("bad_price", Tick(T0 + 3, 1.1e30)),
    ("bad_size", Tick(T0 + 3, 100, 0)),
    ("bad_size", Tick(T0 + 3, 100, "")),
    ("unknown_side", Tick(T0 + 3, 100, 1, "hold")),
    ("unknown_side", Tick(T0 + 3, 100, 1, None)),
    ("unknown_side", Tick(T0 + 3, 100, 1, 1)),
    ("bad_timestamp", Tick(None)),
    ("bad_timestamp", Tick("yesterday")),
    ("bad_timestamp", Tick(b"\xff")),
    ("bad_timestamp", Tick("20250701")),
    ("other_instrument", Tick(T0 + 3, instrument="ETH-USDT")),
]


def case_name(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)[:70]


@pytest.mark.parametrize(("kind", "bad"), BAD_BOOK_ROWS + BAD_TRADES, ids=case_name)
def test_a_bad_row_is_counted_and_named_and_the_rest_is_processed(
    data: Path, run: Path, caplog: pytest.LogCaptureFixture, kind: str, bad: Book | Tick
) -> None:
    table = "book" if isinstance(bad, Book) else "trades"
    book, trades = list(GOOD_BOOK), list(GOOD_TRADES)
    (book if table == "book" else trades).insert(1, bad)  # type: ignore[arg-type]
    Recording(data, schema=LOOSE).write(book, trades)
    result = run_pipeline(data, run)
    assert result.exit_code == ExitCode.PARTIAL_DATA
    assert result.status.skipped == {kind: 1}
    assert result.status.phase is Phase.FINISHED
    assert f"skipped {NAME}, {table} row 2: expected " in caplog.text
    assert (result.ohlc, result.cvd, result.metrics) == (GOOD_OHLC, GOOD_CVD, GOOD_METRICS)
    assert result.depth == {"bids": [[99, 1]], "asks": [[101, 1]]}
    assert (result.status.book_rows, result.status.trades) == (2, 2)


def test_good_input_exits_0_and_says_nothing_is_missing(data: Path, run: Path) -> None:
    Recording(data).write(GOOD_BOOK, GOOD_TRADES)
    result = run_pipeline(data, run)
    assert result.exit_code == ExitCode.OK
    assert (result.status.skipped, result.status.file_problems) == ({}, ())
    assert (result.ohlc, result.cvd, result.metrics) == (GOOD_OHLC, GOOD_CVD, GOOD_METRICS)
    assert result.status.share_done == 1.0
    assert result.status.data_time_ms == T0 + 5
    assert (result.status.files_done, result.status.files_total) == (1, 1)


def test_only_the_first_of_a_kind_are_logged_but_all_are_counted(
    data: Path, run: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bad = [Tick(T0 + 3, price=-1) for _ in range(100)]
    Recording(data).write(GOOD_BOOK, [*bad, *GOOD_TRADES, Tick(T0 + 9, size=-1)])
    result = run_pipeline(data, run)
    assert result.status.skipped == {"bad_price": 100, "bad_size": 1}
    skipped = [r.getMessage() for r in caplog.records if r.getMessage().startswith("skipped")]
    assert len(skipped) == 6
    assert skipped[0] == f"skipped {NAME}, trades row 1: expected price > 0, found -1.0"
    assert skipped[-1] == f"skipped {NAME}, trades row 103: expected size > 0, found -1.0"
    assert "further rows with a price that cannot be are counted, not logged" in caplog.text


def test_a_long_broken_text_fills_one_short_line(
    data: Path, run: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Recording(data).write([*GOOD_BOOK, Book(T0 + 9, "x" * 1_000_000, "[]")], GOOD_TRADES)
    run_pipeline(data, run)
    assert max(len(record.getMessage()) for record in caplog.records) < 500


@pytest.mark.parametrize("stored", ["in-order", "out-of-order"])
def test_a_row_without_timestamp_is_counted_whatever_the_storage_order(
    data: Path, run: Path, stored: str
) -> None:
    trades = [*GOOD_TRADES, Tick(None)]
    if stored == "out-of-order":
        trades.reverse()
    Recording(data, schema=LOOSE).write(GOOD_BOOK, trades)
    result = run_pipeline(data, run)
    assert result.status.skipped == {"bad_timestamp": 1}
    assert result.status.trades == 2


def test_rows_out_of_range_are_no_problem(data: Path, run: Path) -> None:
    rows = [Tick(T0 - 1, -5), *GOOD_TRADES, Tick(T1, -5)]
    Recording(data).write(GOOD_BOOK, rows)
    result = run_pipeline(data, run)
    assert (result.exit_code, result.status.skipped) == (ExitCode.OK, {})
    assert result.ohlc == GOOD_OHLC


_BY_KIND = (
    "no row could be used: 2 rows with a size that cannot be, 1 row with a price that cannot be$"
)


def test_a_day_without_a_row_of_use_is_told_with_what_is_wrong_by_kind(
    data: Path, run: Path
) -> None:
    bad = [Tick(T0, size=-1), Tick(T0, price=-1), Tick(T0, size=-1)]
    Recording(data).write([], bad)
    with pytest.raises(NoInputError, match=_BY_KIND):
        run_pipeline(data, run)


@pytest.mark.parametrize("stored", ["in-order", "out-of-order"])
def test_rows_of_another_instrument_out_of_range_are_no_problem(
    data: Path, run: Path, stored: str
) -> None:
    foreign = [Tick(t, instrument="ETH-USDT") for t in (T0 - 1, T1, T1 + 1)]
    trades = [foreign[0], *GOOD_TRADES, *foreign[1:], Tick(T1 + 2)]
    book = [*GOOD_BOOK, Book(T1, [[99, 5]], [], instrument="ETH-USDT")]
    if stored == "out-of-order":
        trades.reverse()
        book.reverse()
    file = Recording(data).write(book, trades)
    result = run_pipeline(data, run)
    assert (result.exit_code, result.status.skipped) == (ExitCode.OK, {})
    assert (result.ohlc, result.metrics) == (GOOD_OHLC, GOOD_METRICS)
    assert replay(file).skipped == {}  # the reference, too


def second_day(data: Path) -> None:
    Recording(data).write([], [Tick(T1 + 5, 110, 1)], day="25-07-02")


SECOND_OHLC = [[T1, 110, 110, 110, 110, 1]]


def empty(path: Path) -> None:
    path.write_bytes(b"")


def text(path: Path) -> None:
    path.write_bytes(b"instrument,price\nBTC-USDT,5\n" * 500)


def truncated(path: Path) -> None:
    Recording(path.parent).write(
        [Book(T0 + i, [[99, 1]] * 20, []) for i in range(500)], GOOD_TRADES
    )
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def without_tables(path: Path) -> None:
    Recording(path.parent, schema=Schema(None, None)).write()


def folder(path: Path) -> None:
    path.mkdir()


def nothing(path: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (empty, "expected tables book and trades, found neither"),
        (text, "expected an SQLite database, found: file is not a database"),
        (truncated, "expected an SQLite database, found: database disk image is malformed"),
        (without_tables, "expected tables book and trades, found neither"),
        (folder, "expected a day file, found none"),
        (nothing, "expected a day file, found none"),
    ],
    ids=["empty", "text", "truncated", "without-tables", "folder", "missing"],
)
def test_an_unusable_file_is_one_error_and_the_other_day_is_processed(
    data: Path, run: Path, caplog: pytest.LogCaptureFixture, make: Any, problem: str
) -> None:
    second_day(data)
    make(data / NAME)
    result = run_pipeline(data, run, time_range=TWO_DAYS)
    assert result.exit_code == ExitCode.PARTIAL_DATA
    assert [(p.file, p.problem) for p in result.status.file_problems] == [(NAME, problem)]
    assert result.ohlc == SECOND_OHLC
    errors = [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR]
    assert errors == [f"{data / NAME}: {problem}"]


@pytest.mark.parametrize("make", [empty, text, truncated, without_tables])
def test_an_unusable_file_alone_is_nothing_to_process(data: Path, run: Path, make: Any) -> None:
    data.mkdir()
    make(data / NAME)
    with pytest.raises(NoInputError, match=f"no row could be used: {NAME}: expected "):
        run_pipeline(data, run)
    status = read_processor_status(RunDirectory(run).processor_status)
    assert status.phase is Phase.FAILED
    assert status.last_error is not None
    assert status.last_error.startswith("no row could be used")


def test_a_file_of_another_instrument_is_told_in_words(data: Path, run: Path) -> None:
    Recording(data).write(
        [Book(T0 + 1, [[99, 3]], [[101, 1]], instrument="ETH-USDT")],
        [Tick(T0 + 2, 100, 2, instrument="ETH-USDT")],
    )
    told = "no row could be used: 2 rows of another instrument"
    with pytest.raises(NoInputError, match=f"^{told}$"):
        run_pipeline(data, run)
    assert read_processor_status(RunDirectory(run).processor_status).last_error == told


@pytest.mark.parametrize(
    ("schema", "problem", "ohlc", "metrics"),
    [
        (Schema(book=None), "expected a table book, found none", GOOD_OHLC, []),
        (Schema(trades=None), "expected a table trades, found none", [], GOOD_METRICS),
    ],
    ids=["no-book", "no-trades"],
)
def test_of_a_file_with_one_table_that_one_is_processed(
    data: Path, run: Path, schema: Schema, problem: str, ohlc: Any, metrics: Any
) -> None:
    Recording(data, schema=schema).write(
        GOOD_BOOK if schema.book else (), GOOD_TRADES if schema.trades else ()
    )
    result = run_pipeline(data, run)
    assert result.exit_code == ExitCode.PARTIAL_DATA
    assert [(p.file, p.problem) for p in result.status.file_problems] == [(NAME, problem)]
    assert (result.ohlc, result.metrics) == (ohlc, metrics)


@pytest.mark.parametrize("column", ["price", "size", "side", "timestamp"])
def test_a_missing_column_is_named_and_the_other_table_processed(
    data: Path, run: Path, column: str
) -> None:
    file = Recording(data, schema=LOOSE).write(GOOD_BOOK, GOOD_TRADES)
    with sqlite3.connect(file.path) as connection:
        connection.execute("ALTER TABLE trades RENAME TO old")
        kept = [c for c in ("id", "price", "size", "side", "timestamp") if c != column]
        connection.execute(f"CREATE TABLE trades AS SELECT {', '.join(kept)} FROM old")
    connection.close()
    result = run_pipeline(data, run)
    assert result.exit_code == ExitCode.PARTIAL_DATA
    (problem,) = result.status.file_problems
    assert problem.problem.endswith(f"in table trades, found no {column}")
    assert result.metrics == GOOD_METRICS


def test_a_second_file_of_the_day_is_reported_and_not_counted_twice(data: Path, run: Path) -> None:
    Recording(data).write(GOOD_BOOK, GOOD_TRADES)
    Recording(data, suffix=".sqlite").write(GOOD_BOOK, GOOD_TRADES)
    result = run_pipeline(data, run)
    assert result.exit_code == ExitCode.PARTIAL_DATA
    assert [(p.file, p.problem) for p in result.status.file_problems] == [
        ("BTC-USDT-25-07-01.sqlite", "another file of the same day is used")
    ]
    assert result.ohlc == GOOD_OHLC


@pytest.mark.parametrize("order", ["in-order", "out-of-order"])
def test_damage_inside_a_table_is_reported_and_the_rows_before_it_count(
    data: Path, run: Path, order: str
) -> None:
    ticks = [Tick(T0 + i, 100, 1) for i in range(20_000)]
    if order == "out-of-order":
        ticks[0], ticks[1] = ticks[1], ticks[0]
    file = Recording(data).write(GOOD_BOOK, ticks)
    content = bytearray(file.path.read_bytes())
    middle = len(content) // 8192 * 4096
    content[middle : middle + 4096] = bytes(4096)
    file.path.write_bytes(content)
    result = run_pipeline(data, run)
    assert result.exit_code == ExitCode.PARTIAL_DATA
    assert [p.problem for p in result.status.file_problems] == [
        "table trades: the file is damaged: database disk image is malformed"
    ]
    assert result.metrics == GOOD_METRICS
    readable = _readable_trades(file.path)
    assert 8_000 < readable < 12_000
    assert result.status.trades == result.ohlc[0][5] == readable


def _readable_trades(path: Path) -> int:
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    count = 0
    try:
        for _ in connection.execute("SELECT * FROM trades ORDER BY id"):
            count += 1
    except sqlite3.DatabaseError:
        pass
    finally:
        connection.close()
    return count


def test_no_row_in_range_is_nothing_to_process(data: Path, run: Path) -> None:
    Recording(data).write(GOOD_BOOK, GOOD_TRADES)
    with pytest.raises(NoInputError, match="hold no rows in 2025-07-01 12:00:00 UTC – "):
        run_pipeline(data, run, time_range=TimeRange(T0 + MS_PER_DAY // 2, T1))


def test_an_absent_instrument_is_nothing_to_process(data: Path, run: Path) -> None:
    Recording(data).write(GOOD_BOOK, GOOD_TRADES)
    with pytest.raises(NoInputError, match="instruments there: BTC-USDT"):
        run_pipeline(data, run, instrument="BTC-USD")
    status = read_processor_status(RunDirectory(run).processor_status)
    assert status.phase is Phase.FAILED


def test_ids_that_are_no_numbers_or_not_unique_lose_no_row(data: Path, run: Path) -> None:
    schema = Schema(
        "CREATE TABLE book (id, instrument, bids, asks, timestamp)",
        "CREATE TABLE trades (id, instrument, trade_id, price, size, side, timestamp)",
    )
    Recording(data, schema=schema).write(
        [Book(T0 + 4, [[99, 1]], []), Book(T0 + 1, [[99, 3]], [[101, 1]])],
        [Tick(T0 + 5, 102, 1, "sell", id=7), Tick(T0 + 2, 100, 2, id=7)],
    )
    result = run_pipeline(data, run)
    assert (result.ohlc, result.cvd, result.metrics) == (GOOD_OHLC, GOOD_CVD, GOOD_METRICS)


@needs_real_data
def test_a_real_file_cut_off_is_named_and_the_next_day_is_processed(data: Path, run: Path) -> None:
    data.mkdir()
    first, second = (file.path for file in BINANCE.files)
    shutil.copyfile(second, data / second.name)
    content = first.read_bytes()
    (data / first.name).write_bytes(content[: len(content) * 2 // 3])
    result = run_pipeline(data, run, time_range=BINANCE.time_range)
    assert result.exit_code == ExitCode.PARTIAL_DATA
    assert [p.file for p in result.status.file_problems] == [first.name]
    assert (result.status.book_rows, result.status.trades) == (3056, 10166)
    assert sum(bar[5] for bar in result.ohlc) == pytest.approx(226.05451)
