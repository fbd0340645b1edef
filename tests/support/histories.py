"""Histories made for tests, and the bars of one pass to hold them against."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from processor.job.job_run import JobRun
from shared.clock import MS_PER_DAY
from shared.history.bars import (
    BookBars,
    TradeBars,
    pack_book_bars,
    pack_trade_bars,
    unpack_bars,
)
from shared.history.merging import Bars
from shared.history.repository import History, open_history
from shared.job import Job
from shared.run_files.atomic_file import write_json
from shared.run_files.processor_status import (
    HistoryStatus,
    Phase,
    ProcessorStatus,
    write_processor_status,
)
from shared.run_files.run_directory import RunDirectory
from shared.series import SERIES
from tests.support.memory_sink import MemorySink


def keep_history(job: Job) -> RunDirectory:
    """Run `job` to its end and return its run directory, which is made."""
    run = RunDirectory(job.run_dir)
    run.create()
    JobRun(job).run()
    return run


@contextmanager
def history_of(job: Job) -> Iterator[History]:
    """Run `job` to its end and open the history that it kept."""
    with open_history(keep_history(job).history) as history:
        yield history


def bars_of_one_pass(job: Job, run_dir: Path) -> dict[str, list[list[float]]]:
    """Return every bar that was closed by a pass with the job's own window, by series."""
    RunDirectory(run_dir).create()
    sink = MemorySink()
    JobRun(job, sink=sink).run()
    return sink.content.tables


def repeat_history(path: Path, out: Path, days: int) -> None:
    """Write at `out` the history of a day at `path` that many times, a day after the other.

    The CVD goes on from day to day; trades are left out, which no bar is made of.
    """
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(out)) as connection:
        source.backup(connection)  # also what is in a log beside it
        connection.execute("DELETE FROM trade_chunks")
        names = [row[1] for row in connection.execute("PRAGMA table_info(bars)")]
        ts, cvd = names.index("ts"), names.index("cvd")
        bars = connection.execute("SELECT * FROM bars").fetchall()
        seconds = connection.execute("SELECT * FROM seconds ORDER BY ts").fetchall()
        unpacked = [
            (unpack_bars(TradeBars, trades), unpack_bars(BookBars, book))
            for _, trades, book in seconds
        ]
        day_cvd = next(float(each.cvd[-1]) for each, _ in reversed(unpacked) if len(each.ts))
        places = ", ".join("?" * len(names))
        for day in range(1, days):
            shift, more = day * MS_PER_DAY, day * day_cvd
            for row in bars:
                moved = list(row)
                moved[ts] += shift
                moved[cvd] = None if row[cvd] is None else row[cvd] + more
                connection.execute(f"INSERT INTO bars VALUES ({places})", moved)
            for (start, *_), (trades, book) in zip(seconds, unpacked, strict=True):
                later = trades._replace(ts=trades.ts + shift, cvd=trades.cvd + more)
                packed = pack_trade_bars(later), pack_book_bars(book._replace(ts=book.ts + shift))
                connection.execute("INSERT INTO seconds VALUES (?, ?, ?)", (start + shift, *packed))
        connection.commit()


def chart_rows(bars: Bars) -> dict[str, list[list[float]]]:
    """Return bars as the page has them, by series: those of the feed's files, and behind them.

    That is the volume of taker buys, and the means of OBI and TOT by time.
    """
    trades, book = bars
    before = np.round(trades.cvd - (2 * trades.buy_volume - trades.volume), 12)
    tops = np.max((before + trades.delta_high, before, trades.cvd), axis=0)
    bottoms = np.min((before + trades.delta_low, before, trades.cvd), axis=0)
    metrics = zip(
        *(book.ts, book.obi_open, book.obi_high, book.obi_low, book.obi_close),
        *(book.tot_open, book.tot_high, book.tot_low, book.tot_close),
        *(book.obi_mean, book.tot_mean),
        strict=True,
    )
    ohlc = (trades.open, trades.high, trades.low, trades.close, trades.volume, trades.buy_volume)
    cvd = before, tops, bottoms, trades.cvd
    return {
        "ohlc": [list(map(float, bar)) for bar in zip(trades.ts, *ohlc, strict=True)],
        "metrics": [
            list(map(float, bar))
            for bar, samples in zip(metrics, book.samples, strict=True)
            if samples
        ],
        "cvd": [list(map(float, bar)) for bar in zip(trades.ts, *cvd, strict=True)],
    }


def publish_end_of(run: RunDirectory, *, window_ms: int = 60_000, bars: int = 1000) -> None:
    """Write the files that the processor would have at the end of the run that made the history."""
    with open_history(run.history) as history:
        span = history.span_ms
        assert span is not None
        identity = history.identity
        rows = chart_rows(history.bars(window_ms, span[1] - bars * window_ms, span[1]))
    for series in SERIES:
        newest = [bar[: series.width] for bar in rows[series.name]]
        write_json(run.series_file(series), [[int(ts), *values] for ts, *values in newest])
    status = ProcessorStatus(
        run_id="r1",
        pid=4711,
        phase=Phase.FINISHED,
        instrument="BTC-USDT",
        from_ms=span[0],
        to_ms=span[1],
        window_seconds=window_ms // 1000,
        depth_levels=50,
        started_at_ms=span[0],
        updated_at_ms=span[1],
        data_time_ms=span[1] - 1,
        share_done=1.0,
        history=HistoryStatus(run.history.stat().st_size, None, identity),
    )
    write_processor_status(run.processor_status, status)
