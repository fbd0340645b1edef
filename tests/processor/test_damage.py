"""Damage inside a file is that file's own: no row that a scan meets is missing without a word."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from shared.exit_codes import ExitCode
from shared.job import TimeRange
from shared.recordings.table_reader import TableReader
from tests.support.engine_runs import assert_all_agree
from tests.support.recordings import MS_PER_DAY, T0, Book, Recording, Schema, Tick
from tests.support.runs import run_pipeline

PAGE = 4096
TWO_DAYS = TimeRange(T0, T0 + 2 * MS_PER_DAY)
SPARSE = range(7, 10**9, 2_000_003)


def write(folder: Path, *, ids: range | None = None, schema: Schema | None = None) -> Path:
    """Write 500 trades and book rows of one day; the next day has one trade."""
    recording = Recording(folder, schema=schema or Schema())
    file = recording.write(
        [Book(str(T0 + i), [[99, 1 + i]], [[101, 2]]) for i in range(500)],
        [Tick(str(T0 + i), 100, 1 + i, id=ids[i] if ids else None) for i in range(500)],
    )
    recording.write([], [Tick(T0 + MS_PER_DAY, 50, 1)], day="25-07-02")
    return file.path


def leaves_of(path: Path, table: str) -> list[int]:
    """Return the numbers of the leaf pages of a table, counted from 0."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT pageno - 1 FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path",
            (table,),
        ).fetchall()
    return [number for (number,) in rows]


def swap(path: Path, one: int, other: int) -> None:
    content = bytearray(path.read_bytes())
    first, second = (slice(page * PAGE, (page + 1) * PAGE) for page in (one, other))
    content[first], content[second] = content[second], content[first]
    path.write_bytes(content)


def scanned(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return len(connection.execute(f"SELECT * FROM {table} NOT INDEXED").fetchall())


@pytest.mark.parametrize("table", ["book", "trades"])
@pytest.mark.parametrize("ids", [None, SPARSE], ids=["dense", "sparse"])
def test_no_row_of_two_swapped_pages_is_lost_and_the_file_is_named(
    tmp_path: Path, table: str, ids: range | None
) -> None:
    path = write(tmp_path / "data", ids=ids)
    leaves = leaves_of(path, table)
    swap(path, leaves[1], leaves[-2])
    assert scanned(path, table) == 500
    result = run_pipeline(tmp_path / "data", tmp_path / "run", time_range=TWO_DAYS)
    assert result.exit_code == ExitCode.PARTIAL_DATA
    assert (result.status.book_rows, result.status.trades) == (500, 501)
    assert result.ohlc[0][5] == sum(range(1, 501))
    (problem,) = result.status.file_problems
    assert problem.file == path.name
    assert problem.problem.startswith(f"table {table}: the file is damaged: ")
    assert problem.problem.endswith(" rows are not where they belong")


def test_rows_of_equal_time_on_swapped_pages_count_in_the_order_of_their_ids(
    tmp_path: Path,
) -> None:
    ticks = [Tick(str(T0), 100 + i, 1) for i in range(500)]
    file = Recording(tmp_path).write([], ticks)
    leaves = leaves_of(file.path, "trades")
    swap(file.path, leaves[1], leaves[2])
    result = assert_all_agree(file)
    assert result.position.trades == 500
    assert len(result.outcome.file_problems) == 1


def test_a_long_table_of_trades_read_in_ranges_misses_no_swapped_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("read_ranges", "queries"):
        monkeypatch.setattr(f"processor.engine.sqlite.{module}.RANGE_ROWS", 64)
    monkeypatch.setattr("processor.engine.replay.file_replay.RANGE_ROWS", 64)
    for ids, folder in ((None, "dense"), (SPARSE, "sparse")):
        path = write(tmp_path / folder, ids=ids)
        leaves = leaves_of(path, "trades")
        swap(path, leaves[1], leaves[-2])
        result = run_pipeline(tmp_path / folder, tmp_path / f"run-{folder}")
        assert (result.exit_code, result.status.trades) == (ExitCode.PARTIAL_DATA, 500)


def test_a_long_table_of_trades_whose_first_page_holds_others_misses_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The least id that a search finds is not the least, and no row seems to be missing."""
    for module in (
        "engine.sqlite.read_ranges",
        "engine.sqlite.queries",
        "engine.replay.file_replay",
    ):
        monkeypatch.setattr(f"processor.{module}.RANGE_ROWS", 64)
    path = write(tmp_path / "data")
    first, second, *_ = leaves_of(path, "trades")
    content = bytearray(path.read_bytes())
    content[first * PAGE : (first + 1) * PAGE] = content[second * PAGE : (second + 1) * PAGE]
    path.write_bytes(content)
    result = run_pipeline(tmp_path / "data", tmp_path / "run")
    assert (result.exit_code, result.status.trades) == (
        ExitCode.PARTIAL_DATA,
        scanned(path, "trades"),
    )


def test_a_page_twice_in_a_table_out_of_order_is_told(tmp_path: Path) -> None:
    ticks = [Tick(str(T0 + (i * 7) % 500), 100, 1) for i in range(500)]
    file = Recording(tmp_path).write([], ticks)
    first, second, *_ = leaves_of(file.path, "trades")
    content = bytearray(file.path.read_bytes())
    content[first * PAGE : (first + 1) * PAGE] = content[second * PAGE : (second + 1) * PAGE]
    file.path.write_bytes(content)
    result = assert_all_agree(file)
    assert result.position.trades == scanned(file.path, "trades")
    assert len(result.outcome.file_problems) == 1


def test_rows_that_an_index_lacks_are_not_lost(tmp_path: Path) -> None:
    """The index on the time, by which a file out of order is read, has half of the rows."""
    ticks = [Tick(str(T0 + (i * 7) % 500), 100, 1) for i in range(500)]
    file = Recording(tmp_path).write([], ticks)
    with closing(sqlite3.connect(file.path)) as connection, connection:
        connection.execute("CREATE INDEX by_time ON trades (timestamp) WHERE id % 2")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = 'CREATE INDEX by_time ON trades (timestamp)'"
            " WHERE name = 'by_time'"
        )
    assert assert_all_agree(file).position.trades == 500


def test_rows_before_a_page_that_is_gone_count_also_where_some_are_out_of_place(
    tmp_path: Path,
) -> None:
    ticks = [Tick(str(T0 + (i * 7) % 500), 100, 1) for i in range(500)]
    file = Recording(tmp_path).write([], ticks)
    first, second, *_, last = leaves_of(file.path, "trades")
    swap(file.path, first, second)
    content = bytearray(file.path.read_bytes())
    content[last * PAGE : (last + 1) * PAGE] = bytes(PAGE)
    file.path.write_bytes(content)
    result = assert_all_agree(file)
    assert 300 < result.position.trades < 500
    assert len(result.outcome.file_problems) == 2


def test_rows_before_damage_count_though_their_ids_lead_to_others_behind_it(
    tmp_path: Path,
) -> None:
    one, other = (
        Recording(tmp_path / name).write(
            [], [Tick(str(start + (i * 7) % 500), 100, 1) for i in range(500)]
        )
        for name, start in (("one", T0), ("other", T0 + 3_600_000))
    )
    first, second, *_, last = leaves_of(one.path, "trades")
    swap(one.path, first, last)
    content = bytearray(one.path.read_bytes())
    others = other.path.read_bytes()
    content[last * PAGE : (last + 1) * PAGE] = others[last * PAGE : (last + 1) * PAGE]
    content[second * PAGE : (second + 1) * PAGE] = bytes(PAGE)
    one.path.write_bytes(content)
    result = assert_all_agree(one)
    assert 0 < result.position.trades < 200
    assert [bar[0] for bar in result.outcome.ohlc] == [T0]


def test_a_table_out_of_order_with_other_rows_of_the_same_ids_is_read_to_its_end(
    tmp_path: Path,
) -> None:
    """A search by id finds one of two rows, a scan meets both, at other times."""
    files = [
        Recording(tmp_path / name).write(
            [], [Tick(str(T0 + hours * 3_600_000 + (i * 7) % 500), 100, 1) for i in range(500)]
        )
        for name, hours in (("one", 0), ("other", 1))
    ]
    one, other = (file.path for file in files)
    first, second, *_ = leaves_of(one, "trades")
    content = bytearray(one.read_bytes())
    content[second * PAGE : (second + 1) * PAGE] = other.read_bytes()[
        first * PAGE : (first + 1) * PAGE
    ]
    one.write_bytes(content)
    result = assert_all_agree(files[0])
    assert result.position.trades == scanned(one, "trades")
    assert len(result.outcome.ohlc) == 2
    assert len(result.outcome.file_problems) == 1


def test_a_file_read_row_by_row_that_still_is_out_of_order_is_told_and_not_read_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "data")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE trades SET timestamp = timestamp || '.0' WHERE id % 2")
        connection.execute("UPDATE trades SET id = -id")
    monkeypatch.setattr(TableReader, "_is_stored_in_time_order", lambda _: True)
    result = run_pipeline(tmp_path / "data", tmp_path / "run", time_range=TWO_DAYS)
    assert result.exit_code == ExitCode.PARTIAL_DATA
    assert result.ohlc[-1] == [T0 + MS_PER_DAY, 50, 50, 50, 50, 1]
    (problem,) = result.status.file_problems
    assert problem.problem == (
        "the file is damaged, the rest is left out: its trades are not in the order of time"
    )


def test_a_damaged_schema_that_is_no_text_is_that_file_s_problem(tmp_path: Path) -> None:
    path = write(tmp_path / "data")
    content = path.read_bytes().replace(b"tabletradestrades", b"tabletr\xaddestrades")
    path.write_bytes(content.replace(b"CREATE TABLE trades (", b"CREATE TABLE trades )"))
    result = run_pipeline(tmp_path / "data", tmp_path / "run", time_range=TWO_DAYS)
    assert (result.exit_code, result.status.trades) == (ExitCode.PARTIAL_DATA, 1)
    (problem,) = result.status.file_problems
    assert problem.problem.startswith("expected an SQLite database, found: malformed database sch")


def zeroed(page: bytearray, rng: random.Random) -> None:
    page[:] = bytes(len(page))


def scrambled(page: bytearray, rng: random.Random) -> None:
    for _ in range(rng.choice((1, 4, 40))):
        page[rng.randrange(len(page))] = rng.randrange(256)


def head_scrambled(page: bytearray, rng: random.Random) -> None:
    page[rng.randrange(12)] = rng.randrange(256)


@pytest.mark.parametrize("damage", [zeroed, scrambled, head_scrambled], ids=lambda d: d.__name__)
@pytest.mark.parametrize("seed", range(8))
def test_whatever_a_damaged_page_does_the_next_day_is_processed(
    tmp_path: Path, damage: Callable[[bytearray, random.Random], None], seed: int
) -> None:
    rng = random.Random(f"{damage.__name__} {seed}")
    path = write(tmp_path / "data")
    content = bytearray(path.read_bytes())
    number = rng.randrange(len(content) // PAGE)
    page = content[number * PAGE : (number + 1) * PAGE]
    damage(page, rng)
    content[number * PAGE : (number + 1) * PAGE] = page
    path.write_bytes(content)
    result = run_pipeline(tmp_path / "data", tmp_path / "run", time_range=TWO_DAYS)
    assert result.exit_code in (ExitCode.OK, ExitCode.PARTIAL_DATA)
    assert result.ohlc[-1] == [T0 + MS_PER_DAY, 50, 50, 50, 50, 1]
    if result.exit_code == ExitCode.OK:  # then only a value was changed
        assert (result.status.book_rows, result.status.trades) == (500, 501)


def test_an_unexpected_error_inside_one_file_is_told_and_the_next_is_processed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = write(tmp_path / "data")

    def fail(*row: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("processor.engine.intake.trade_intake.without_odd_codes", fail)
    monkeypatch.setattr("processor.engine.intake.trade_intake.parse_trade_row", fail)
    result = run_pipeline(tmp_path / "data", tmp_path / "partly", time_range=TWO_DAYS)
    assert result.exit_code == ExitCode.PARTIAL_DATA
    assert [problem.file for problem in result.status.file_problems] == [
        path.name,
        "BTC-USDT-25-07-02.db",
    ]
    assert "unexpected error, the rest is left out" in result.status.file_problems[0].problem
    monkeypatch.undo()
    calls = []

    def fail_at_first(*row: object) -> None:
        calls.append(row)
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("processor.engine.intake.book_intake.without_odd_times", fail_at_first)
    result = run_pipeline(tmp_path / "data", tmp_path / "run", time_range=TWO_DAYS)
    assert calls
    assert (result.status.book_rows, result.status.trades) == (500, 501)
    assert result.exit_code == ExitCode.OK  # read row by row, nothing is missing
    assert f"{path.name}: unexpected error" in caplog.text
