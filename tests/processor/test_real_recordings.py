"""Real recordings: our numbers against SQL's and against a plain replay of the book."""

from pathlib import Path

import pytest

from shared.job import TimeRange
from shared.recordings.day_files import DayFile
from tests.support.independent import plain_book, sql_trade_bars
from tests.support.real_recordings import (
    BINANCE,
    REAL_RECORDINGS,
    RealRecording,
    each_recording,
    needs_real_data,
)
from tests.support.runs import Outcome, replay

pytestmark = [needs_real_data, pytest.mark.xdist_group("outcomes of real recordings")]

WINDOW_SECONDS = 7


def paths(files: tuple[DayFile, ...]) -> list[Path]:
    return [file.path for file in files]


@pytest.fixture(scope="module")
def outcomes() -> dict[RealRecording, Outcome]:
    return {
        recording: replay(
            *recording.files, time_range=recording.time_range, window_seconds=WINDOW_SECONDS
        )
        for recording in REAL_RECORDINGS
    }


def close_rows(actual: list[list[float]], expected: list[tuple[float, ...]]) -> None:
    assert len(actual) == len(expected)
    for ours, theirs in zip(actual, expected, strict=True):
        assert ours == pytest.approx(list(theirs), rel=1e-9, abs=1e-9)


@each_recording
def test_trade_bars_equal_those_of_sql(
    recording: RealRecording, outcomes: dict[RealRecording, Outcome]
) -> None:
    span = recording.time_range
    ohlc, cvd = sql_trade_bars(
        paths(recording.files), span.from_ms, span.to_ms, WINDOW_SECONDS * 1000
    )
    outcome = outcomes[recording]
    assert [bar[:5] for bar in outcome.ohlc] == [list(bar[:5]) for bar in ohlc[-1000:]]
    close_rows(outcome.ohlc, ohlc[-1000:])
    close_rows(outcome.cvd, cvd[-1000:])


@each_recording
def test_the_final_book_and_obi_bars_equal_those_of_a_plain_replay(
    recording: RealRecording, outcomes: dict[RealRecording, Outcome]
) -> None:
    span = recording.time_range
    metrics, bids, asks = plain_book(
        paths(recording.files), span.from_ms, span.to_ms, WINDOW_SECONDS * 1000, levels=50
    )
    outcome = outcomes[recording]
    assert outcome.bids == bids
    assert outcome.asks == asks
    close_rows(outcome.metrics, metrics[-1000:])


@each_recording
def test_every_row_is_used_and_all_volume_is_conserved(
    recording: RealRecording, outcomes: dict[RealRecording, Outcome]
) -> None:
    outcome = outcomes[recording]
    sums = outcome.conservation
    assert outcome.skipped == {}
    assert outcome.file_problems == []
    assert sums.trades_accepted == recording.trades
    assert sums.bar_volume == pytest.approx(sums.size_accepted, rel=1e-12)
    assert sums.cvd == pytest.approx(sums.signed_size, rel=1e-12, abs=1e-9)
    assert outcome.cvd[-1][4] == sums.cvd


def test_a_range_inside_a_recording_equals_sql_and_the_plain_replay() -> None:
    # 23:58:20 to 00:02:00: starts and ends inside a file and spans midnight
    span = TimeRange(1_723_161_500_000, 1_723_161_720_000)
    outcome = replay(*BINANCE.files, time_range=span, window_seconds=10, depth_levels=5)
    ohlc, cvd = sql_trade_bars(paths(BINANCE.files), span.from_ms, span.to_ms, 10_000)
    metrics, bids, asks = plain_book(
        paths(BINANCE.files), span.from_ms, span.to_ms, 10_000, levels=5
    )
    assert [bar[0] for bar in outcome.ohlc] == list(range(span.from_ms, span.to_ms, 10_000))
    close_rows(outcome.ohlc, ohlc)
    close_rows(outcome.cvd, cvd)
    close_rows(outcome.metrics, metrics)
    assert (outcome.bids, outcome.asks) == (bids, asks)


def test_the_book_of_the_second_day_stands_on_that_of_the_first() -> None:
    _, second = BINANCE.files
    with_first = replay(*BINANCE.files, time_range=BINANCE.time_range)
    alone = replay(second, time_range=BINANCE.time_range)
    midnight_ms = 1_723_161_600_000
    first_samples = [
        next(bar[5] for bar in outcome.metrics if bar[0] == midnight_ms)
        for outcome in (with_first, alone)
    ]
    # the second day's first row changes some levels; only the day before knows the others
    assert first_samples == pytest.approx([27.2659, 18.03802])
    assert with_first.cvd[-1][4] == pytest.approx(-28.93328)
