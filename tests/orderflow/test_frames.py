"""Tables as data frames of pandas and polars, and without those libraries."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

import orderflow
from shared.errors import MissingLibraryError

ASKED = {
    "bars": lambda run: run.bars("5m"),
    "seconds": lambda run: run.bars("1s", end="2025-07-01T00:02"),
    "trades": lambda run: run.trades(end="2025-07-01T00:02"),
    "footprint": lambda run: run.footprint("5m", rows=10),
    "areas": lambda run: run.footprint("5m", rows=10).value_areas(),
    "profile": lambda run: run.profile(rows=10),
    "cvd": lambda run: run.cvd("5m"),
    "quality": lambda run: run.quality(),
}


@pytest.mark.parametrize("name", ASKED)
def test_pandas_has_every_column_and_times_in_utc(demo_run: Path, name: str) -> None:
    with orderflow.open(demo_run) as run:
        table = ASKED[name](run)
    frame = table.to_pandas()
    assert len(frame) == len(table)
    for column, values in table.columns.items():
        if column == "ts":
            assert str(frame.index.dtype) == "datetime64[ms, UTC]"
            assert (frame.index.astype(np.int64) == values).all()
        elif column in ("from_ms", "to_ms"):
            assert str(frame[column].dtype) == "datetime64[ms, UTC]"
        else:
            np.testing.assert_array_equal(frame[column].to_numpy(), values)


@pytest.mark.parametrize("name", ASKED)
def test_polars_has_every_column_and_times_in_utc(demo_run: Path, name: str) -> None:
    with orderflow.open(demo_run) as run:
        table = ASKED[name](run)
    frame = table.to_polars()
    assert frame.columns == list(table.columns)
    for column, values in table.columns.items():
        series = frame[column]
        if column in ("ts", "from_ms", "to_ms"):
            assert str(series.dtype) == "Datetime(time_unit='ms', time_zone='UTC')"
            assert series.dt.epoch("ms").to_list() == values.tolist()
        else:
            np.testing.assert_array_equal(series.to_numpy(), values)


def test_the_first_bar_of_a_frame_begins_at_its_moment(demo_run: Path) -> None:
    with orderflow.open(demo_run) as run:
        bars = run.bars("5m")
    first = datetime(2025, 7, 1, tzinfo=UTC)
    assert bars.to_pandas().index[0] == first
    assert bars.to_polars()["ts"][0] == first


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_without_the_library_the_extra_is_named(
    demo_run: Path, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)  # as if it were not installed
    with orderflow.open(demo_run) as run:
        bars = run.bars("5m")
    with pytest.raises(MissingLibraryError, match=rf"{library}, .* orderflow\[research\]"):
        getattr(bars, f"to_{library}")()


def test_a_table_tells_what_it_is(demo_run: Path) -> None:
    with orderflow.open(demo_run) as run:
        assert repr(run.cvd("5m")) == "<Cvd: 12 rows of ts, open, high, low, close>"
