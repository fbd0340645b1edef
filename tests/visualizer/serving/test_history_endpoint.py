"""What the page's server tells of a history: all bars of any window, and why when it cannot."""

import gzip
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import orjson
import pytest

from shared.history.bars import BookBars, TradeBars, unpack_bars
from shared.history.merging import Bars
from shared.history.repository import open_history
from shared.run_files.run_directory import RunDirectory
from tests.support.histories import keep_history
from tests.support.page_server import PageServer
from tests.support.recordings import T0
from tests.support.resume import make_job, write_day

HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    folder = tmp_path_factory.mktemp("history")
    write_day(folder / "data", 0)
    return keep_history(make_job(folder / "data", folder / "run"))


@pytest.fixture(scope="module")
def server(run: RunDirectory) -> Iterator[PageServer]:
    with PageServer(run.root) as server:
        yield server


def bars_from(content: bytes) -> Bars:
    length = struct.unpack_from("<I", content)[0]
    return Bars(
        unpack_bars(TradeBars, content[4 : 4 + length]),
        unpack_bars(BookBars, content[4 + length :]),
    )


def query(window_ms: object = 60_000, from_ms: object = T0, to_ms: object = T0 + HOUR_MS) -> str:
    return f"/_history/bars?window_ms={window_ms}&from_ms={from_ms}&to_ms={to_ms}"


@pytest.mark.parametrize("window_ms", [1_000, 5_000, 60_000, 180_000, HOUR_MS])
def test_bars_of_any_window_are_those_of_the_history(
    run: RunDirectory, server: PageServer, window_ms: int
) -> None:
    answer = server.get(query(window_ms))
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    with open_history(run.history) as history:
        expected = history.bars(window_ms, T0, T0 + HOUR_MS)
    ours = bars_from(answer.body)
    assert len(ours.trades.ts) > 0
    for mine, theirs in zip(ours, expected, strict=True):
        for column, other in zip(mine, theirs, strict=True):
            assert np.array_equal(column, other, equal_nan=column.dtype == np.float64)


def test_bars_are_compressed_for_who_takes_that(server: PageServer) -> None:
    plain = server.get(query())
    packed = server.get(query(), {"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_the_summary_tells_the_span_and_the_size(run: RunDirectory, server: PageServer) -> None:
    told = orjson.loads(server.get("/_history").body)
    assert (told["from_ms"], told["to_ms"]) == (T0, T0 + 240_000)
    assert told["bytes"] == run.history.stat().st_size


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/_history/bars", b"whole numbers window_ms, from_ms, to_ms"),
        (query("1e3"), b"whole numbers"),
        (query(window_ms=1500), b"a window of whole seconds, found 1500 ms"),
        (query(window_ms=0), b"windows of 0 ms"),
        (query(from_ms=T0, to_ms=T0), b"1 to 20,000 windows"),
        (query(window_ms=1000, to_ms=T0 + 20_001_000), b"1 to 20,000 windows"),
        (query(from_ms="9" * 99), b"whole numbers"),
    ],
)
def test_a_question_that_makes_no_sense_is_told_why(
    server: PageServer, path: str, reason: bytes
) -> None:
    answer = server.get(path)
    assert answer.status == 400
    assert reason in answer.body


def test_without_a_history_there_is_none_and_later_there_may_be(tmp_path: Path) -> None:
    with PageServer(tmp_path / "run") as server:
        assert orjson.loads(server.get("/_history").body) is None
        assert server.get(query()).status == 404
        write_day(tmp_path / "data", 0)
        job = make_job(tmp_path / "data", tmp_path / "run")
        path = keep_history(job).history
        first = orjson.loads(server.get("/_history").body)
        path.unlink()
        keep_history(make_job(tmp_path / "data", tmp_path / "run", depth_levels=3))
        second = orjson.loads(server.get("/_history").body)
        assert first["identity"] != second["identity"]
        path.write_bytes(b"something else" * 999)
        answer = server.get(query())
        assert answer.status == 503
        assert b"history.db: expected a history, found" in answer.body


def test_many_ask_at_once(server: PageServer) -> None:
    answers: list[int] = []

    def ask() -> None:
        answers.extend(server.get(query(1000)).status for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert answers == [200] * 80
