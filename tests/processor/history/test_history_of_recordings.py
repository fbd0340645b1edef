"""The history of each real recording: against one pass with another window, SQL, and the rows."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shared.history.repository import History
from shared.job import Job
from tests.support.histories import bars_of_one_pass, history_of
from tests.support.independent import sql_trade_bars
from tests.support.real_recordings import RealRecording, each_recording, needs_real_data
from tests.support.resume import make_job

pytestmark = needs_real_data

WINDOWS = (1, 7, 60, 180, 3_600, 86_400)


def job_of(recording: RealRecording, tmp_path: Path) -> Job:
    return make_job(
        recording.data_dir,
        tmp_path / "run",
        instrument=recording.instrument,
        time_range=recording.time_range,
    )


def close(ours: list[float], theirs: list[float]) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


@each_recording
def test_bars_of_any_window_equal_those_of_one_pass_with_it(
    recording: RealRecording, tmp_path: Path
) -> None:
    job, span = job_of(recording, tmp_path), recording.time_range
    with history_of(job) as history:
        for window in WINDOWS:
            theirs = replace(job, window_seconds=window, run_dir=tmp_path / f"of {window}")
            bars = bars_of_one_pass(theirs, theirs.run_dir)
            check_trades(history, window, bars.get("ohlc", []), bars.get("cvd", []), span.to_ms)
            check_book(history, window, bars.get("metrics", []), span.to_ms)


def check_trades(
    history: History, window: int, ohlc: list[list[float]], cvd: list[list[float]], to_ms: int
) -> None:
    ours = history.bars(window * 1000, 0, to_ms).trades
    closed = len(ours.ts) - 1  # a pass does not close its last bar
    assert len(ohlc) == closed
    exact = (ours.ts, ours.open, ours.high, ours.low, ours.close)
    assert [list(bar) for bar in zip(*(c[:closed].tolist() for c in exact), strict=True)] == [
        bar[:5] for bar in ohlc
    ]
    close(ours.volume[:closed], [bar[5] for bar in ohlc])
    close(ours.cvd[:closed], [bar[4] for bar in cvd])
    before = ours.cvd - (2 * ours.buy_volume - ours.volume)
    # A CVD bar's extremes begin at its open; those of the delta at 0.
    close((before + ours.delta_high)[:closed], [bar[2] for bar in cvd])
    close((before + ours.delta_low)[:closed], [bar[3] for bar in cvd])


def check_book(history: History, window: int, metrics: list[list[float]], to_ms: int) -> None:
    book = history.bars(window * 1000, 0, to_ms).book
    is_sampled = book.samples > 0
    obi_and_tot = (*book[14:18], *book[19:23])
    ours = zip(*(c[is_sampled].tolist() for c in (book.ts, *obi_and_tot)), strict=True)
    assert [list(bar) for bar in ours][:-1] == metrics
    means = book.obi_mean[book.standing_ms > 0]
    assert (np.abs(means) <= 1).all()
    assert (book.standing_ms <= window * 1000).all()


@each_recording
def test_bars_equal_what_sqlite_aggregates_itself(recording: RealRecording, tmp_path: Path) -> None:
    span = recording.time_range
    with history_of(job_of(recording, tmp_path)) as history:
        for window_ms in (1_000, 300_000, 3_600_000):
            ohlc, cvd = sql_trade_bars(
                [file.path for file in recording.files], span.from_ms, span.to_ms, window_ms
            )
            ours = history.bars(window_ms, 0, span.to_ms).trades
            prices = zip(*(column.tolist() for column in (ours.ts, *ours[6:10])), strict=True)
            assert list(prices) == [bar[:5] for bar in ohlc]
            close(ours.volume, [bar[5] for bar in ohlc])
            close(ours.cvd, [bar[4] for bar in cvd])


@each_recording
def test_every_trade_is_kept_under_its_row(recording: RealRecording, tmp_path: Path) -> None:
    span = recording.time_range
    with history_of(job_of(recording, tmp_path)) as history:
        trades = history.trades(span.from_ms, span.to_ms)
        names = history.files
    kept = zip(
        (names[number] for number in trades.files.tolist()),
        *(column.tolist() for column in trades[2:]),
        strict=True,
    )
    assert list(kept) == [row for file in recording.files for row in trades_in(file.path)]


def trades_in(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as c:
        return c.execute(
            "SELECT ?, id, CAST(timestamp AS INTEGER), lower(side) = 'buy', price, size FROM trades"
            " ORDER BY 3, 2",
            (path.name,),
        ).fetchall()


@each_recording
def test_volumes_conserve_from_seconds_to_days(recording: RealRecording, tmp_path: Path) -> None:
    span = recording.time_range
    with history_of(job_of(recording, tmp_path)) as history:
        sizes = history.trades(span.from_ms, span.to_ms).sizes
        for window in WINDOWS:
            bars = history.bars(window * 1000, 0, span.to_ms).trades
            assert bars.volume.sum() == pytest.approx(sizes.sum(), rel=1e-9)
            assert bars.trades.sum() == len(sizes)


@pytest.mark.parametrize("name", ["ELON-USDT", "ZEN-USDT"])
def test_the_second_snapshot_of_a_recording_is_marked(name: str, tmp_path: Path) -> None:
    recording = RealRecording("okx", name, "2022-02-27", "2022-02-28", 0, 0)
    with history_of(job_of(recording, tmp_path)) as history:
        [mark] = history.quality(0, 2**62)
        assert (mark.kind, mark.rows, mark.from_ms) == ("reset", 1, mark.to_ms)
        assert mark.row_id > 1
