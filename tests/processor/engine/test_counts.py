"""What the engine does to a clean recording, counted: nothing that grows with the levels."""

import gc
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import adbc_driver_manager
import pytest

from processor.engine.compiling.loading import Kernels
from processor.engine.intake import book_intake, trade_intake
from processor.engine.replay import file_replay
from processor.engine.replay.engine_replay import EngineReplay
from processor.engine.sqlite import queries, read_ranges
from processor.reporting.quality import Quality
from shared.job import Job
from shared.recordings.day_files import DayFile
from tests.support.runs import ONE_DAY, compiled_kernels

ROOT = Path(__file__).parents[3]


def replay(file: DayFile, kernels: Kernels | None = None) -> EngineReplay:
    job = Job(file.instrument, ONE_DAY, Path(), Path(), 60, 50)
    return EngineReplay([file], job, Quality(), kernels or compiled_kernels())


def do_all(run: EngineReplay) -> EngineReplay:
    for _ in run.steps():
        pass
    return run


class CountingKernels(Kernels):
    """Compiled kernels that note how many rows each was given."""

    def __init__(self) -> None:
        super().__init__()
        compiled = compiled_kernels()
        self.rows: Counter[str] = Counter()
        self.is_ready = True
        self.count_trades = compiled.count_trades

        def parse_levels(*arguments: Any) -> None:
            self.rows["parsed"] += len(arguments[2])
            compiled.parse_levels(*arguments)

        def apply_to_ladder(*arguments: Any) -> int:
            row = compiled.apply_to_ladder(*arguments)
            self.rows["applied"] += row - arguments[0]
            return int(row)

        self.parse_levels = parse_levels
        self.apply_to_ladder = apply_to_ladder

    def prepare(self, *, keeps_time: bool = True) -> None:
        """They are ready."""


def test_each_row_is_read_parsed_and_applied_once(
    demo_hour: DayFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: Counter[str] = Counter()
    read_columns = file_replay.read_columns

    def counted(uri: str, query: str, formats: str, batch_rows: int) -> Iterator[Any]:
        for batch in read_columns(uri, query, formats, batch_rows):
            read[formats] += len(batch.arrays[0])
            yield batch

    monkeypatch.setattr(file_replay, "read_columns", counted)
    kernels = CountingKernels()
    position = do_all(replay(demo_hour, kernels)).position
    assert read == {"lluu": position.book_rows, "llgg": position.trades}
    # A wide row comes without its text, is refused as such, and parsed when it is asked for alone.
    wide = wide_rows(demo_hour)
    assert kernels.rows["applied"] == position.book_rows
    assert kernels.rows["parsed"] == 2 * (position.book_rows + wide)
    assert wide < 10


def wide_rows(file: DayFile) -> int:
    is_wide = f"max(length(bids), length(asks)) > {queries.WIDE_BYTES}"
    with closing(sqlite3.connect(file.path)) as connection:
        (rows,) = connection.execute(f"SELECT count(*) FROM book WHERE {is_wide}").fetchone()
    return int(rows)


def test_the_strict_parser_is_asked_about_no_clean_row(
    demo_minutes: DayFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*row: Any) -> Any:
        raise AssertionError(f"the strict parser was asked about {row}")

    monkeypatch.setattr(book_intake, "parse_book_row", never)
    monkeypatch.setattr(trade_intake, "parse_trade_row", never)
    do_all(replay(demo_minutes))


def queries_of(file: DayFile, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[str]]:
    """Return what a replay of `file` asks of ADBC and of sqlite3, pragmas left out."""
    asked: tuple[list[str], list[str]] = ([], [])

    class Statement(adbc_driver_manager.AdbcStatement):  # type: ignore[misc]
        def set_sql_query(self, query: str) -> None:
            asked[0].append(query)
            super().set_sql_query(query)

    connect = file_replay.connect

    @contextmanager
    def traced(*arguments: Any) -> Iterator[Any]:
        with connect(*arguments) as connection:
            connection.set_trace_callback(asked[1].append)
            yield connection

    with monkeypatch.context() as patch:
        patch.setattr(adbc_driver_manager, "AdbcStatement", Statement)
        patch.setattr(file_replay, "connect", traced)
        do_all(replay(file))
    return asked


def test_a_file_takes_two_queries_however_long_it_is(
    demo_minutes: DayFile, demo_hour: DayFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    for_rows, about_tables = queries_of(demo_hour, monkeypatch)
    assert sorted(query.partition(" FROM ")[2] for query in for_rows) == [
        'main."book" AS r ORDER BY r.id',
        'main."trades" AS r ORDER BY r.id',
    ]
    about_tables = [query for query in about_tables if not query.endswith("LIMIT 0")]
    ends = [f'SELECT {end}(r.id) FROM main."trades" AS r' for end in ("min", "max")]
    of_book = [query for query in about_tables if 'FROM  main."book"' in query]
    assert len(of_book) == wide_rows(demo_hour)
    assert all(" WHERE r.id = " in query for query in of_book)
    assert [query for query in about_tables if 'FROM main."trades"' in query] == ends
    assert sorted(queries_of(demo_minutes, monkeypatch)[0]) == sorted(for_rows)


def test_a_long_table_of_trades_takes_a_query_for_each_range_of_its_ids(
    demo_hour: DayFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = do_all(replay(demo_hour))
    for module in (file_replay, queries, read_ranges):
        monkeypatch.setattr(module, "RANGE_ROWS", 1024)
    in_ranges = do_all(replay(demo_hour))
    assert (in_ranges.ohlc_bars, in_ranges.cvd_bars) == (whole.ohlc_bars, whole.cvd_bars)
    assert in_ranges.conservation == whole.conservation
    for_rows, _ = queries_of(demo_hour, monkeypatch)
    of_trades = [query for query in for_rows if 'FROM main."trades"' in query]
    assert len(of_trades) == -(-whole.position.trades // 1024)
    assert len(for_rows) == len(of_trades) + 1


def python_calls(file: DayFile) -> tuple[int, int]:
    """Return how many calls, of Python or from it, the main thread makes for how many rows."""
    calls = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    run = replay(file)
    sys.setprofile(count)
    try:
        do_all(run)
    finally:
        sys.setprofile(None)
    return calls, run.position.book_rows


def test_calls_grow_with_the_batches_and_not_with_rows_or_levels(
    demo_minutes: DayFile, demo_hour: DayFile
) -> None:
    few_calls, few_rows = python_calls(demo_minutes)
    calls, rows = python_calls(demo_hour)
    batches = (rows - few_rows) / book_intake.BOOK_ROWS
    assert (calls - few_calls) / batches < book_intake.BOOK_ROWS / 2


def test_no_python_object_stays_for_a_row_or_a_level(demo_hour: DayFile) -> None:
    do_all(replay(demo_hour))  # what is made once and kept
    gc.collect()
    run = replay(demo_hour)
    before = sys.getallocatedblocks()
    most = 0
    for _ in run.steps():
        most = max(most, sys.getallocatedblocks() - before)
    assert run.position.book_rows > 30_000
    assert most < 6_000  # 60 bars of three kinds, a few batches under way


PEAK = """
import sys
from processor.main import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(int(status["VmHWM"].split()[0]) * 1024)
"""


def peak_rss(file: DayFile, run_dir: Path) -> int:
    arguments = ["--from", "2025-07-01", "--to", "2025-07-02", "--run-dir", str(run_dir)]
    done = subprocess.run(
        [sys.executable, "-c", PEAK, "--data-dir", str(file.path.parent), *arguments],
        env=os.environ | {"ORDERFLOW_INSTRUMENT": file.instrument},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_the_rows(
    demo_minutes: DayFile, demo_hour: DayFile, tmp_path: Path
) -> None:
    few, many = peak_rss(demo_minutes, tmp_path / "few"), peak_rss(demo_hour, tmp_path / "many")
    more_bytes = demo_hour.path.stat().st_size - demo_minutes.path.stat().st_size
    assert many - few < more_bytes / 2
    assert many < 256 * 2**20
