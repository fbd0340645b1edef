"""What the page's server tells of a history: all bars of any window, and why when it cannot."""

import csv
import gzip
import io
import struct
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import orjson
import pytest

from shared.history.bars import BookBars, TradeBars, unpack_bars
from shared.history.merging import Bars
from shared.history.repository import open_history
from shared.run_files.processor_status import read_processor_status
from shared.run_files.run_directory import RunDirectory
from tests.support.histories import keep_history
from tests.support.page_server import PageServer
from tests.support.recordings import T0
from tests.support.resume import make_job, run_job, write_day
from visualizer.sources.history_reader import DRAWN

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


def time_text(ms: int) -> str:
    moment = datetime.fromtimestamp(int(ms) / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{int(ms) % 1000:03}Z"


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


def test_bars_say_which_history_they_are_of(run: RunDirectory, server: PageServer) -> None:
    told = orjson.loads(server.get("/_history").body)
    assert server.get(query()).headers["x-orderflow-history"] == told["identity"]


def test_the_processor_tells_which_history_it_keeps(tmp_path: Path) -> None:
    write_day(tmp_path / "data", 0)
    run_job(make_job(tmp_path / "data", tmp_path / "run"))
    files = RunDirectory(tmp_path / "run")
    status = read_processor_status(files.processor_status)
    with open_history(files.history) as history:
        assert status.history is not None
        assert status.history.identity == history.identity


@pytest.mark.parametrize("window_ms", [1_000, 60_000, 90_000, HOUR_MS])
def test_csv_has_every_bar_of_the_history(
    run: RunDirectory, server: PageServer, window_ms: int
) -> None:
    answer = server.get(query(window_ms, 0, 2**45).replace("bars", "export.csv"))
    assert (answer.status, answer.headers["content-disposition"]) == (200, "attachment")
    rows = list(csv.DictReader(io.StringIO(answer.body.decode())))
    with open_history(run.history) as history:
        trades, book = history.bars(window_ms, 0, T0 + HOUR_MS)
    of_trades = {row["time_utc"]: row for row in rows if row["open"]}
    assert [time_text(ts) for ts in trades.ts] == list(of_trades)
    for name in ("open", "high", "low", "close", "volume", "buy_volume"):
        found = [float(row[name]) for row in of_trades.values()]
        assert found == getattr(trades, name).tolist(), name
    assert [float(row["cvd_close"]) for row in of_trades.values()] == trades.cvd.tolist()
    opens = [float(row["cvd_open"]) for row in of_trades.values()]
    assert opens == pytest.approx([0.0, *trades.cvd[:-1].tolist()], abs=1e-9)
    of_book = {row["time_utc"]: row for row in rows if row["obi_open"]}
    is_sampled = book.samples > 0
    assert [time_text(ts) for ts in book.ts[is_sampled]] == list(of_book)
    for name in ("obi_open", "obi_high", "tot_low", "tot_close", "tot_mean"):
        found = [float(row[name]) for row in of_book.values()]
        assert found == getattr(book, name)[is_sampled].tolist(), name


def test_csv_of_a_part_has_that_part(server: PageServer) -> None:
    path = query(1000, T0 + 20_000, T0 + 30_000).replace("bars", "export.csv")
    times = [line.split(b",")[0] for line in server.get(path).body.splitlines()]
    assert times == [b"time_utc", *(time_text(T0 + 1000 * n).encode() for n in range(20, 30))]


def test_csv_of_no_such_window_is_told_why(server: PageServer) -> None:
    answer = server.get(query(1500).replace("bars", "export.csv"))
    assert (answer.status, b"whole seconds" in answer.body) == (400, True)


@pytest.mark.parametrize("window_ms", [1_000, 60_000, 180_000, HOUR_MS])
def test_what_the_charts_draw_is_the_same_where_no_more_is_asked_for(
    server: PageServer, window_ms: int
) -> None:
    whole = bars_from(server.get(query(window_ms)).body)
    drawn = bars_from(server.get(f"{query(window_ms)}&fields=drawn").body)
    for mine, theirs in zip(drawn, whole, strict=True):
        for name in {"ts", *DRAWN} & set(mine._fields):
            assert np.array_equal(
                getattr(mine, name), getattr(theirs, name), equal_nan=name.endswith(("_mean", "e"))
            ), name


def test_bars_are_compressed_for_who_takes_that(server: PageServer) -> None:
    plain = server.get(query())
    packed = server.get(query(), {"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_the_summary_tells_the_span_and_the_size(run: RunDirectory, server: PageServer) -> None:
    told = orjson.loads(server.get("/_history").body)
    assert (told["from_ms"], told["to_ms"]) == (T0, T0 + 200_000)  # to the second
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
        # Whether the thread that answers had it open before or opens it now, it names the file.
        assert b"history.db: " in answer.body


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
