"""Arrow streams read beside other threads, and what they say when they fail."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import adbc_driver_manager
import adbc_driver_sqlite
import nanoarrow
import pytest

from processor.engine.sqlite.unlocked_stream import unlocked


@contextmanager
def stream_of(query: str, uri: str = ":memory:") -> Iterator[Any]:
    with (
        adbc_driver_sqlite.connect(uri) as database,
        adbc_driver_manager.AdbcConnection(database) as connection,
        adbc_driver_manager.AdbcStatement(connection) as statement,
    ):
        statement.set_options(**{"adbc.sqlite.query.batch_rows": "2"})
        statement.set_sql_query(query)
        handle, _ = statement.execute_query()
        yield nanoarrow.c_array_stream(handle)


def test_batches_are_those_of_the_query() -> None:
    with stream_of("SELECT 1 AS a UNION ALL SELECT 2 UNION ALL SELECT 3") as stream:
        batches = [[row["a"] for row in nanoarrow.Array(b).iter_py()] for b in unlocked(stream)]
    assert batches == [[1, 2], [3]]


@pytest.fixture
def quick_switches() -> Iterator[None]:
    """Let no thread keep the lock for more than a moment while another waits for it."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("quick_switches")
def test_other_threads_run_python_while_a_batch_is_made() -> None:
    counting = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000000)"
    is_reading, is_done = threading.Event(), threading.Event()

    def read() -> None:
        # The first row is a batch of its own, or the driver would count before there is a stream.
        first = "SELECT 0 AS c UNION ALL SELECT 0 UNION ALL"
        with stream_of(f"{counting} {first} SELECT count(*) FROM n") as stream:
            batches = unlocked(stream)
            next(batches)
            is_reading.set()
            next(batches)
            is_done.set()

    reader = threading.Thread(target=read)
    reader.start()
    assert is_reading.wait(60)
    turns = 0
    while not is_done.is_set():
        turns += 1
    reader.join()
    assert turns > 20_000


def test_a_stream_that_fails_says_why() -> None:
    with (
        pytest.raises(RuntimeError, match="integer overflow"),
        stream_of(
            "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT abs(-9223372036854775807 - 1)"
        ) as stream,
    ):
        list(unlocked(stream))
