"""A captured session of OKX, played by the local exchange, is recorded as it was."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.local_exchange import local_exchange
from tests.support.real_recordings import REAL_DATA
from tests.support.recorder_process import recorder
from tests.support.waiting import wait_for

SESSION = REAL_DATA / "downloads" / "cuts" / "OKX.ws.2022-05-13.no-UNI.raw"


@pytest.mark.parametrize("name", ["BTC-USDT", "BTC-USD-220527"])
@pytest.mark.parametrize("speed", ["0", "5"], ids=["as fast as it goes", "five times as fast"])
def test_the_day_file_of_a_captured_session_is_the_known_one_row_by_row(tmp_path, name, speed):
    known = REAL_DATA / "okx" / f"{name}-22-05-13.db"
    if not (SESSION.is_file() and known.is_file()):
        pytest.skip(f"needs the captured session {SESSION} and its day file")
    made = tmp_path / known.name
    options = ("--instrument", name, "--sizes", "as-sent")
    with (
        local_exchange("--capture", SESSION, "--speed", speed) as exchange,
        recorder(exchange, tmp_path, *options) as running,
    ):
        expected = {table: content(known, table) for table in ("book", "trades")}
        wait_for(
            lambda: all(
                made.exists() and len(content(made, table)) >= len(expected[table])
                for table in expected
            ),
            "all rows",
        )
        assert running.stop() == 0
    for table, rows in expected.items():
        assert content(made, table) == rows
    assert content(made, "gaps") == []


def content(path: Path, table: str) -> list[Any]:
    columns = {
        "book": "id, instrument, bids, asks, timestamp",
        "trades": "id, instrument, trade_id, price, size, side, timestamp",
        "gaps": "*",
    }
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        try:
            return db.execute(f"SELECT {columns[table]} FROM {table} ORDER BY id").fetchall()
        except sqlite3.OperationalError:
            return []  # it is just being made
