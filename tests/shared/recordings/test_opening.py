"""Opening a recording: read whole, and neither it nor anything beside it is touched."""

import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.recordings.day_files import DayFile, parse_day_file
from shared.recordings.opening import estimated_rows, open_recording
from shared.recordings.problems import UnusableFileError
from shared.recordings.tables import table_of
from tests.support.recordings import LOOSE, T0, Book, Recording, Tick, write_tables
from tests.support.runs import stream, windows

ROW = Book(T0, [[99, 1]], [[101, 1]])


def fingerprint(folder: Path) -> dict[str, tuple[str, int, int]]:
    """Content, size and time of change of everything in `folder`."""
    return {
        path.name: (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_size,
            path.stat().st_mtime_ns,
        )
        for path in folder.iterdir()
    }


WRITER = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("PRAGMA wal_autocheckpoint = 0")
connection.execute("INSERT INTO book VALUES (2, NULL, '[]', '[]', ?)", (sys.argv[2],))
connection.execute("INSERT INTO trades VALUES (1, NULL, NULL, 100, 1, 'buy', ?)", (sys.argv[2],))
connection.commit()
print("ready", flush=True)
sys.stdin.read()
os._exit(0)  # as a recorder that dies: the log stays hot
"""


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A live writer that has put row 2 of the book and trade 1 into the log alone."""
    file = Recording(tmp_path).write([ROW])
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(file.path), str(T0 + 1)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.communicate()


def test_an_idle_file_is_read_and_left_alone(tmp_path: Path) -> None:
    file = Recording(tmp_path).write([ROW], [Tick(T0)])
    before = fingerprint(tmp_path)
    assert windows(stream(file)) == [(1, [1])]
    assert fingerprint(tmp_path) == before


def test_a_file_in_wal_mode_without_a_log_is_read_and_left_alone(tmp_path: Path) -> None:
    file = Recording(tmp_path).write([ROW])
    connection = sqlite3.connect(file.path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    before = fingerprint(tmp_path)
    assert set(before) == {file.path.name}
    assert windows(stream(file)) == [(1, [])]
    assert fingerprint(tmp_path) == before


def hot_file(tmp_path: Path) -> DayFile:
    (path,) = tmp_path.glob("*.db")
    assert path.with_name(f"{path.name}-wal").stat().st_size > 0
    file = parse_day_file(path)
    assert file is not None
    return file


def test_a_log_with_a_live_writer_is_read_too(
    tmp_path: Path, recorder: "subprocess.Popen[str]"
) -> None:
    before = fingerprint(tmp_path)
    assert windows(stream(hot_file(tmp_path))) == [(1, []), (2, [1])]
    assert fingerprint(tmp_path) == before


def test_a_log_left_by_a_dead_writer_is_read_too(
    tmp_path: Path, recorder: "subprocess.Popen[str]"
) -> None:
    recorder.communicate()
    before = fingerprint(tmp_path)
    assert {name.rpartition("-")[2] for name in before} == {"01.db", "wal", "shm"}
    assert windows(stream(hot_file(tmp_path))) == [(1, []), (2, [1])]
    assert fingerprint(tmp_path) == before


def test_a_log_without_its_index_is_read_from_a_copy(
    tmp_path: Path, recorder: "subprocess.Popen[str]", caplog: pytest.LogCaptureFixture
) -> None:
    recorder.communicate()
    Path(f"{hot_file(tmp_path).path}-shm").unlink()
    before = fingerprint(tmp_path)
    with caplog.at_level("INFO"):
        assert windows(stream(hot_file(tmp_path))) == [(1, []), (2, [1])]
    assert fingerprint(tmp_path) == before
    assert "its recorder has not closed it; reading a copy" in caplog.text


def test_a_copy_that_finds_no_room_makes_the_file_unusable(
    tmp_path: Path, recorder: "subprocess.Popen[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder.communicate()
    path = hot_file(tmp_path).path
    Path(f"{path}-shm").unlink()
    nowhere = [tmp_path / "no-such-folder"]
    monkeypatch.setattr("shared.recordings.private_folder._parents", lambda: nowhere)
    with pytest.raises(UnusableFileError, match="cannot be copied"), open_recording(path):
        pass


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    file = Recording(tmp_path).write([ROW])
    with open_recording(file.path) as connection:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM book")
        assert connection.execute("PRAGMA query_only").fetchone() == (1,)
        assert connection.execute("PRAGMA temp_store").fetchone() == (2,)


def test_a_path_with_every_odd_character_is_opened(tmp_path: Path) -> None:
    folder = tmp_path / "a b?c#d%20e&f='ü"
    file = Recording(folder).write([ROW])
    assert windows(stream(file)) == [(1, [])]


def test_a_symbolic_link_is_followed(tmp_path: Path) -> None:
    target = Recording(tmp_path / "elsewhere").write([ROW])
    link = tmp_path / target.path.name
    link.symlink_to(target.path)
    with open_recording(link) as connection:
        assert connection.execute("SELECT count(*) FROM book").fetchone() == (1,)


@pytest.mark.parametrize(
    "content",
    [b"not a database at all, just text\n" * 100, b"SQLite format 3\x00" + b"\xff" * 5000],
    ids=["text", "header-and-garbage"],
)
def test_a_file_that_is_not_sqlite_is_unusable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "X-25-07-01.db"
    path.write_bytes(content)
    with (
        pytest.raises(UnusableFileError, match="expected an SQLite database, found: "),
        open_recording(path),
    ):
        pass


@pytest.mark.parametrize("make", ["nothing", "folder", "fifo"])
def test_what_is_no_file_is_unusable(tmp_path: Path, make: str) -> None:
    path = tmp_path / "X-25-07-01.db"
    if make == "folder":
        path.mkdir()
    elif make == "fifo":
        os.mkfifo(path)
    with (
        pytest.raises(UnusableFileError, match="expected a file, found none"),
        open_recording(path),
    ):
        pass


def test_the_columns_of_a_table_are_named(tmp_path: Path) -> None:
    file = Recording(tmp_path).write()
    with open_recording(file.path) as connection:
        columns = table_of(connection, "book").columns
        assert columns == {"id", "instrument", "bids", "asks", "timestamp"}


def test_a_missing_table_and_missing_columns_are_named(tmp_path: Path) -> None:
    path = tmp_path / "X-25-07-01.db"
    write_tables(path, schema=type(LOOSE)(None, "CREATE TABLE trades (id INTEGER, price, side)"))
    with open_recording(path) as connection:
        with pytest.raises(UnusableFileError, match="expected a table book, found none"):
            table_of(connection, "book")
        with pytest.raises(UnusableFileError, match="in table trades, found no size, timestamp"):
            table_of(connection, "trades")


def test_the_estimate_of_a_short_table_is_exact(tmp_path: Path) -> None:
    file = Recording(tmp_path).write(
        [Book(T0, id=11), Book(T0, id=12), Book(T0, id=20)], [Tick(T0), Tick(T0)]
    )
    assert estimated_rows(file.path) == 5


def test_the_estimate_allows_for_gaps_between_the_ids(tmp_path: Path) -> None:
    file = Recording(tmp_path).write([], (Tick(T0, id=3 * i) for i in range(20_000)))
    assert estimated_rows(file.path) == pytest.approx(20_000, rel=0.05)


def test_ids_made_of_the_time_tell_no_number_of_rows(tmp_path: Path) -> None:
    file = Recording(tmp_path).write([], (Tick(T0, id=10**18 + i * 4_194_304) for i in range(5000)))
    assert estimated_rows(file.path) is None


def test_the_estimate_does_not_read_the_rows_between(tmp_path: Path) -> None:
    file = Recording(tmp_path).write(Book(T0) for _ in range(30_000))
    content = bytearray(file.path.read_bytes())
    middle = len(content) // 8192 * 4096
    content[middle : middle + 4096] = bytes(4096)  # a scan would stumble here
    file.path.write_bytes(content)
    assert estimated_rows(file.path) == 30_000


@pytest.mark.parametrize("content", [b"", b"no database"], ids=["empty", "not-sqlite"])
def test_the_estimate_of_an_unusable_file_is_0(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "X-25-07-01.db"
    path.write_bytes(content)
    assert estimated_rows(path) == 0
    assert estimated_rows(tmp_path / "missing.db") == 0
