from pathlib import Path

import pytest

from recorder.simulator import Recording, write_recording
from shared.job import parse_moment
from tests.recorder.simulator.replay import BookRow, TradeRow, read_book, read_trades

OVER_MIDNIGHT = Recording(start_ms=parse_moment("2025-07-01T23:55"), hours=1 / 6, seed=11)


@pytest.fixture(scope="session")
def day_files(tmp_path_factory) -> list[Path]:
    """Ten minutes around midnight, in two day files."""
    return write_recording(tmp_path_factory.mktemp("recording"), OVER_MIDNIGHT)


@pytest.fixture(scope="session")
def book_rows(day_files) -> list[BookRow]:
    return read_book(day_files)


@pytest.fixture(scope="session")
def trade_rows(day_files) -> list[TradeRow]:
    return read_trades(day_files)
