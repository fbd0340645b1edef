"""What a run answers, against SQL on the recording that it was made from."""

import math
from pathlib import Path

import numpy as np
import pytest

import orderflow
from shared.recordings.day_files import DayFile
from tests.support.histories import keep_history
from tests.support.independent import sql_footprint, sql_trade_bars
from tests.support.real_recordings import RealRecording, each_recording, needs_real_data
from tests.support.recordings import T0
from tests.support.resume import make_job

HOUR = (T0, T0 + 3_600_000)
RANGES = [(None, None), HOUR, ("2025-07-01", "2025-07-01T01:00")]


@pytest.mark.parametrize(("start", "end"), RANGES, ids=repr)
@pytest.mark.parametrize("window", ["1s", "5m", "1h", 420])
def test_bars_equal_sql_on_the_recording(
    demo_run: Path, demo_hour: DayFile, window: str | int, start: object, end: object
) -> None:
    with orderflow.open(demo_run) as run:
        bars = run.bars(window, start, end)
    window_ms = {"1s": 1_000, "5m": 300_000, "1h": 3_600_000, 420: 420_000}[window]
    ohlc, cvd = sql_trade_bars([demo_hour.path], *HOUR, window_ms)
    if start is not None:  # the first window of seven minutes begins before it
        ohlc, cvd = ([bar for bar in of_all if bar[0] >= T0] for of_all in (ohlc, cvd))
    is_traded = bars.trades > 0
    found = (c[is_traded] for c in (bars.ts, bars.open, bars.high, bars.low, bars.close))
    assert [tuple(bar) for bar in zip(*(c.tolist() for c in found), strict=True)] == [
        bar[:5] for bar in ohlc
    ]
    np.testing.assert_allclose(bars.volume[is_traded], [bar[5] for bar in ohlc], rtol=1e-9)
    np.testing.assert_allclose(bars.cvd[is_traded], [bar[4] for bar in cvd], rtol=1e-9, atol=1e-9)
    assert np.isnan(bars.volume[~is_traded]).all()
    sums = bars.buy_volume + bars.sell_volume
    np.testing.assert_allclose(sums[is_traded], bars.volume[is_traded], rtol=1e-12)


@needs_real_data
@each_recording
def test_footprints_equal_sql_on_every_recording(recording: RealRecording, tmp_path: Path) -> None:
    span = recording.time_range
    job = make_job(
        recording.data_dir, tmp_path / "run", instrument=recording.instrument, time_range=span
    )
    with orderflow.open(keep_history(job).root) as run:
        tick = run.tick_size
        assert tick is not None
        per_unit = 10**12 if tick < 1e-6 else 10**6
        ticks = round(3 * tick * per_unit)
        for window_ms in (1_000, 300_000):
            footprint = run.footprint(window_ms // 1000, ticks=3)
            expected = sql_footprint(
                [file.path for file in recording.files],
                span.from_ms,
                span.to_ms,
                window_ms,
                ticks,
                per_unit,
            )
            ours = (footprint.ts, footprint.price, footprint.buy_volume, footprint.sell_volume)
            trades = (footprint.buy_trades, footprint.sell_trades)
            np.testing.assert_allclose(
                np.column_stack((*ours, *trades)), np.array(expected), rtol=1e-9, atol=1e-12
            )


def test_footprint_and_profile_conserve_what_was_traded(demo_run: Path) -> None:
    with orderflow.open(demo_run) as run:
        trades, bars = run.trades(), run.bars("5m")
        footprint, profile = run.footprint("5m", rows=5), run.profile(ticks=10)
    assert len(trades) == bars.trades.sum()
    assert profile.volume.sum() == pytest.approx(trades.size.sum(), rel=1e-9)
    for column in ("volume", "buy_volume", "sell_volume", "delta"):
        by_bar = [
            math.fsum(getattr(footprint, column)[footprint.ts == ts].tolist())
            for ts in bars.ts.tolist()
        ]
        np.testing.assert_allclose(by_bar, getattr(bars, column), rtol=1e-9, atol=1e-9)
    areas = footprint.value_areas()
    assert areas.ts.tolist() == bars.ts.tolist()
    assert (areas.low <= areas.poc).all()
    assert (areas.poc < areas.high).all()
    assert (areas.low >= bars.low - 5).all()
    assert (areas.high <= bars.high + 5).all()
