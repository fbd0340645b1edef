"""Histories of earlier versions: brought to the newest, or read as they are."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from shared.history import schema
from shared.history.heat import LAYERS
from shared.history.repository import History, HistoryError, open_history
from shared.history.schema import VERSION, SchemaError, migrate

EVER = (0, 2**61)


@pytest.fixture
def first_version(tmp_path: Path) -> Path:
    """A history as version 1 made it, with a file and a mark in it."""
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in schema._VERSIONS[0].split(";"):
            connection.execute(statement)
        connection.execute("INSERT INTO migrations VALUES (1, 'then')")
        connection.execute("INSERT INTO job VALUES ('job/full')")
        connection.execute("INSERT INTO files VALUES (1, 'a.db', 20000, 'digest')")
        connection.execute("INSERT INTO quality VALUES (1, 'reset', 5, 5, 1, 1, 7)")
        connection.execute("PRAGMA user_version = 1")
    return path


def test_one_of_version_1_is_read_as_it_is(first_version: Path) -> None:
    with open_history(first_version) as history:
        assert history.files == {1: "a.db"}
        assert len(history.quality(*EVER)) == 1
        assert len(history.heat(LAYERS[0], *EVER).ts) == 0
        assert history.keyframe(10**15) is None


def test_each_version_is_brought_to_the_newest_with_all_that_is_in_it(first_version: Path) -> None:
    with closing(sqlite3.connect(first_version, isolation_level=None)) as connection:
        migrate(connection, "now")
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert connection.execute("SELECT * FROM migrations").fetchall() == [
            (1, "then"),
            *((version, "now") for version in range(2, VERSION + 1)),
        ]
        connection.execute("INSERT INTO heat VALUES (10, 0, 1, 10000, x'', x'')")
        migrate(connection, "later")  # once only
    with open_history(first_version) as history:
        assert history.files == {1: "a.db"}
        assert len(history.quality(*EVER)) == 1
        assert history.heat(LAYERS[0], *EVER).ts.tolist() == [0]


def test_a_migration_that_fails_leaves_the_version_before(
    first_version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        schema, "_VERSIONS", (schema._TABLES, "CREATE TABLE a (x); CREATE TABLE a (x)")
    )
    with closing(sqlite3.connect(first_version, isolation_level=None)) as connection:
        with pytest.raises(sqlite3.Error, match="already exists"):
            migrate(connection, "now")
        connection.rollback()
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'a'").fetchone()


def test_one_of_a_version_to_come_is_told(first_version: Path) -> None:
    with closing(sqlite3.connect(first_version, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
        with pytest.raises(SchemaError, match=f"version {VERSION} or before, found {VERSION + 1}"):
            migrate(connection, "now")
    with pytest.raises(HistoryError, match=f"version {VERSION} or before, found {VERSION + 1}"):
        History(first_version)
