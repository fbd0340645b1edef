"""Whatever a recorder calls its tables and columns, and however it keeps them: all is read."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from shared.errors import NoInputError
from shared.job import TimeRange
from shared.recordings.day_files import DayFile, parse_day_file
from tests.support.engine_runs import Result, assert_all_agree
from tests.support.recordings import MS_PER_DAY, T0, Book, Recording, Tick, insert_rows
from tests.support.runs import run_pipeline

BOOK = [
    Book(str(T0 + 40 * i), [[99 - i % 3, i % 4]], [[101 + i % 5, 1]], id=i) for i in range(1, 51)
]
TRADES = [
    Tick(str(T0 + 35 * (i // 2)), 100 + i, 1 + i, ("buy", "sell")[i % 2], id=i)
    for i in range(1, 51)
]

PLAIN_BOOK = (
    "CREATE TABLE book (id INTEGER PRIMARY KEY, instrument TEXT, bids TEXT, asks TEXT,"
    " timestamp TEXT{extra}){ending}"
)
PLAIN_TRADES = (
    "CREATE TABLE trades (id INTEGER PRIMARY KEY, instrument TEXT, trade_id TEXT, price REAL,"
    " size REAL, side TEXT, timestamp TEXT{extra}){ending}"
)


def plain(folder: Path) -> Result:
    return assert_all_agree(Recording(folder).write(BOOK, TRADES))


def written(folder: Path, *statements: str, then: tuple[str, ...] = ()) -> DayFile:
    """Write a recording whose tables the first statements make, and change it by the others."""
    folder.mkdir()
    file = parse_day_file(folder / "BTC-USDT-25-07-01.db")
    assert file is not None
    with closing(sqlite3.connect(file.path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
        insert_rows(connection, BOOK, TRADES)
        for statement in then:
            connection.execute(statement)
    return file


def tables(*, extra: str = "", ending: str = "") -> tuple[str, str]:
    return tuple(each.format(extra=extra, ending=ending) for each in (PLAIN_BOOK, PLAIN_TRADES))  # type: ignore[return-value]


def as_view(table: str, name: str = "") -> tuple[str, str]:
    return (
        f"ALTER TABLE {table} RENAME TO kept_{table}",
        f"CREATE VIEW {name or table} AS SELECT * FROM kept_{table}",
    )


KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "a column called rowid": (tables(extra=", rowid TEXT DEFAULT 'x'"), ()),
    "a column called oid": (tables(extra=", OID INTEGER DEFAULT 7"), ()),
    "columns of all names of the rowid": (
        tables(extra=", rowid DEFAULT 1, oid DEFAULT 2, _rowid_ DEFAULT 3"),
        (),
    ),
    "columns called key and r": (tables(extra=', "key" DEFAULT 5, r DEFAULT 6'), ()),
    "without rowid": (tables(ending=" WITHOUT ROWID"), ()),
    "views": (tables(), (*as_view("book"), *as_view("trades"))),
    "views in capitals": (tables(), (*as_view("book", "BOOK"), *as_view("trades", '"Trades"'))),
    "a view over a join": (
        tables(),
        (
            *as_view("book"),
            "CREATE TABLE sides (id INTEGER PRIMARY KEY, side TEXT)",
            "INSERT INTO sides SELECT id, side FROM trades",
            "ALTER TABLE trades RENAME TO kept",
            (
                "CREATE VIEW trades AS SELECT kept.id, price, size, sides.side AS side, timestamp"
                " FROM kept JOIN sides USING (id)"
            ),
        ),
    ),
    "capitals": (
        tuple(
            each.replace("book", "BOOK").replace("trades", "Trades").replace("price", "PRICE")
            for each in tables()
        ),
        (),
    ),
    "a virtual table": (
        tables(),
        (
            "ALTER TABLE trades RENAME TO kept",
            "CREATE VIRTUAL TABLE trades USING fts5 (id, price, size, side, timestamp)",
            "INSERT INTO trades SELECT id, price, size, side, timestamp FROM kept",
        ),
    ),
    "generated columns": (
        (
            PLAIN_BOOK.format(extra="", ending=""),
            PLAIN_TRADES.format(extra="", ending=""),
        ),
        (
            "ALTER TABLE trades RENAME TO kept",
            (
                "CREATE TABLE trades (id INTEGER PRIMARY KEY, ticks INTEGER, side TEXT,"
                " timestamp TEXT, amount, price AS (ticks / 10.0), size AS (amount) STORED)"
            ),
            (
                "INSERT INTO trades (id, ticks, side, timestamp, amount)"
                " SELECT id, price * 10, side, timestamp, size FROM kept"
            ),
        ),
    ),
    "a key that runs down": (
        tuple(each.replace("PRIMARY KEY", "PRIMARY KEY DESC") for each in tables()),
        (),
    ),
    "a table beside them called main": (tables(), ("CREATE TABLE main (book, trades)",)),
    "text in another encoding": (("PRAGMA encoding = 'UTF-16'", *tables()), tuple(as_view("book"))),
}


@pytest.mark.parametrize(("statements", "then"), KINDS.values(), ids=KINDS)
def test_all_rows_are_read_from(
    tmp_path: Path, statements: tuple[str, ...], then: tuple[str, ...]
) -> None:
    expected = plain(tmp_path / "plain")
    file = written(tmp_path / "odd", *statements, then=then)
    before = file.path.read_bytes()
    found = assert_all_agree(file)
    assert (found.outcome, found.kept) == (expected.outcome, expected.kept)
    assert found.position.book_rows == found.position.trades == 50
    assert file.path.read_bytes() == before
    assert [path.name for path in file.path.parent.iterdir()] == [file.path.name]


@pytest.mark.parametrize("ending", ["", "view"], ids=["table", "view"])
def test_without_a_column_id_rows_of_equal_time_count_as_they_are_stored(
    tmp_path: Path, ending: str
) -> None:
    then: list[str] = []
    for table in ("book", "trades"):
        then += [
            f"ALTER TABLE {table} RENAME TO kept_{table}",
            f"CREATE TABLE {table} AS SELECT * FROM kept_{table} ORDER BY id",
            f"ALTER TABLE {table} DROP COLUMN id",
        ]
        if ending:
            then += as_view(table, f"{table}_of_view")
            then[-1] = f"CREATE VIEW {table} AS SELECT * FROM kept2_{table}"
            then[-2] = f"ALTER TABLE {table} RENAME TO kept2_{table}"
    file = written(tmp_path / "odd", *tables(), then=tuple(then))
    assert assert_all_agree(file).outcome == plain(tmp_path / "plain").outcome


def test_row_ids_that_are_0_or_negative_name_rows(tmp_path: Path) -> None:
    ticks = [Tick(str(T0 + i), 100, 1, id=i - 3) for i in range(6)]
    book = [Book(str(T0 + i), [[99, 1]], [[101, 1]], id=i - 2) for i in range(4)]
    ticks[3] = Tick(str(T0 + 3), 100, -1, id=0)
    result = assert_all_agree(Recording(tmp_path).write(book, ticks))
    assert (result.position.book_rows, result.outcome.skipped) == (4, {"bad_size": 1})


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("CREATE VIEW trades AS SELECT * FROM nowhere", "no such table: main.nowhere"),
        (
            (
                "CREATE VIEW trades AS SELECT 1 AS id, abs(-9223372036854775808) AS price, 1 size,"
                " 'buy' AS side, 5 AS timestamp"
            ),
            "integer overflow",
        ),
    ],
    ids=["of-nothing", "that-fails"],
)
def test_a_view_that_cannot_be_read_is_told_and_the_other_table_and_day_are_processed(
    tmp_path: Path, statement: str, problem: str
) -> None:
    data = tmp_path / "data"
    file = written(data, *tables(), then=("DROP TABLE trades", statement))
    Recording(data).write([], [Tick(T0 + MS_PER_DAY, 50)], day="25-07-02")
    result = run_pipeline(data, tmp_path / "run", time_range=TimeRange(T0, T0 + 2 * MS_PER_DAY))
    assert result.exit_code == 65
    assert result.status.book_rows == len(BOOK)
    assert result.status.trades == 1
    assert {each.file for each in result.status.file_problems} == {file.path.name}
    assert any(problem in each.problem for each in result.status.file_problems)


def test_a_virtual_table_of_an_unknown_module_is_told(tmp_path: Path) -> None:
    data = tmp_path / "data"
    written(
        data,
        *tables(),
        then=(
            "DROP TABLE trades",
            "DROP TABLE book",
            "CREATE TABLE book AS SELECT 1 AS id",
            "PRAGMA writable_schema = ON",
            (
                "INSERT INTO sqlite_master VALUES"
                " ('table', 'trades', 'trades', 0, 'CREATE VIRTUAL TABLE trades USING nobodys ()')"
            ),
        ),
    )
    with pytest.raises(NoInputError, match="no such module: nobodys"):
        run_pipeline(data, tmp_path / "run")
