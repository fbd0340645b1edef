"""The month that is measured: the day's own history, each day in its place."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks.history_month import make_month
from shared.clock import MS_PER_DAY
from shared.history.heat import LAYERS
from shared.history.repository import History, open_history
from shared.run_files.run_directory import RunDirectory

EVER = (0, 2**61)
DAYS = 3


@pytest.fixture
def month(demo_run: Path, tmp_path: Path) -> Iterator[History]:
    made = RunDirectory(tmp_path / "month")
    make_month(RunDirectory(demo_run), made, DAYS)
    with open_history(made.history) as history:
        yield history


@pytest.fixture
def day(demo_run: Path) -> Iterator[History]:
    with open_history(RunDirectory(demo_run).history) as history:
        yield history


@pytest.mark.parametrize("window_ms", [1000, 60_000, 3_600_000], ids=["1s", "1m", "1h"])
def test_each_day_has_the_bars_of_the_first(month: History, day: History, window_ms: int) -> None:
    expected = day.bars(window_ms, *EVER)
    start_ms = int(expected.book.ts[0]) // MS_PER_DAY * MS_PER_DAY
    for later in range(DAYS):
        from_ms = start_ms + later * MS_PER_DAY
        found = month.bars(window_ms, from_ms, from_ms + MS_PER_DAY)
        for pieces, of_day in zip(found, expected, strict=True):
            moved = {name: getattr(of_day, name) + later for name in ("first_file", "last_file")}
            moved["ts"] = of_day.ts + later * MS_PER_DAY
            for column, same in zip(pieces, of_day._replace(**moved), strict=True):
                np.testing.assert_array_equal(column, same)


def test_each_day_has_the_trades_and_the_heat_of_the_first(month: History, day: History) -> None:
    trades, expected = month.trades(*EVER), day.trades(*EVER)
    assert np.array_equal(trades.prices, np.tile(expected.prices, DAYS))
    assert np.array_equal(trades.times_ms[-1:], expected.times_ms[-1:] + (DAYS - 1) * MS_PER_DAY)
    assert np.array_equal(np.unique(trades.files), [1, 2, 3])
    heat, heat_of_day = month.heat(LAYERS[0], *EVER), day.heat(LAYERS[0], *EVER)
    assert np.array_equal(heat.bids.sizes, np.tile(heat_of_day.bids.sizes, DAYS))


def test_each_day_is_named_as_its_file(month: History) -> None:
    assert month.files == {day: f"BTC-USDT-25-07-0{day}.db" for day in (1, 2, 3)}
