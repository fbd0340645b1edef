"""From an exchange to the screen: recorder, processor and page, live, and each killed in turn."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Page

from shared.run_files.supervisor_status import WorkerState
from tests.support.browser import OpenPage
from tests.support.local_exchange import LocalExchange, local_exchange
from tests.support.supervised import Supervised, supervised
from tests.support.waiting import wait_for

SECOND_MS = 1000
NEWEST_BARS = "() => orderflow.charts.allBars().ohlc.slice(-60)"


@pytest.fixture
def exchange() -> Iterator[LocalExchange]:
    with local_exchange("--seed", 15) as running:
        yield running


@pytest.fixture
def live(exchange: LocalExchange, tmp_path: Path) -> Iterator[Supervised]:
    """A run that records the exchange into an empty folder and follows that."""
    address = ("--ws-url", exchange.ws_url)
    options = (
        *("--record", *address, "--rest-url", exchange.url),
        *("--data-dir", str(tmp_path / "data"), "--window-seconds", "1"),
    )
    with supervised(tmp_path / "run", *options) as system:
        yield system


def traded(exchange: LocalExchange, second_ms: int) -> tuple[list[Decimal], Decimal]:
    """Return open, high, low and close, and the volume, of a second at the exchange."""
    trades: list[Any] = exchange.get(
        "/_control/trades", **{"from": second_ms, "to": second_ms + 999}
    )
    prices = [Decimal(trade["px"]) for trade in trades]
    volume = sum((Decimal(trade["sz"]) for trade in trades), Decimal(0))
    return [prices[0], max(prices), min(prices), prices[-1]], volume


def shown_second(page: Page, second_ms: int) -> list[float] | None:
    """Return the bar of a second on the page, once another one has followed it."""
    bars: list[list[float]] = page.evaluate(NEWEST_BARS)
    known = {bar[0]: bar for bar in bars}
    return known.get(second_ms) if bars and bars[-1][0] > second_ms else None


@pytest.mark.browser
def test_a_trade_at_the_exchange_appears_on_the_page(
    exchange: LocalExchange, live: Supervised, open_page: OpenPage
) -> None:
    page = open_page(live.url)

    def newest_ms() -> int | None:
        bars = page.evaluate(NEWEST_BARS)
        return int(bars[-1][0]) if bars else None

    begun_ms = wait_for(newest_ms, "bars on the page", 60)
    # A second that begins when all is under way.
    wait_for(lambda: (newest_ms() or 0) >= begun_ms + 3 * SECOND_MS, "three more seconds", 60)
    second_ms = newest_ms()
    assert second_ms is not None
    bar = wait_for(lambda: shown_second(page, second_ms), "the end of that second", 30)
    prices, volume = traded(exchange, second_ms)
    assert [Decimal(repr(price)) for price in bar[1:5]] == [price.normalize() for price in prices]
    assert bar[5] == pytest.approx(float(volume), rel=1e-9)


def test_each_part_is_killed_and_the_others_go_on(
    exchange: LocalExchange, live: Supervised, tmp_path: Path
) -> None:
    names = ("recorder", "processor", "visualizer")
    wait_for(lambda: rows_of(tmp_path), "rows in the day file", 60)
    for name in names:
        before = {each: live.worker(each)["pid"] for each in names}
        psutil.Process(before[name]).kill()
        wait_for(lambda name=name, before=before: is_back(live, name, before[name]), name, 60)
        after = {each: live.worker(each)["pid"] for each in names}
        assert {each for each in names if after[each] != before[each]} == {name}
        rows = rows_of(tmp_path)
        wait_for(lambda rows=rows: rows_of(tmp_path) > rows, "more rows", 60)
    [file] = (tmp_path / "data").glob("*.db")
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        gaps = connection.execute("SELECT reason FROM gaps WHERE table_name = 'book'").fetchall()
        ids = connection.execute("SELECT trade_id FROM trades").fetchall()
    assert gaps == [("the recorder was not running",)]
    assert len(set(ids)) == len(ids)
    told = [json.loads(line) for line in live.run.events.read_text().splitlines()]
    assert [each["worker"] for each in told if each["event"] == "recording_gap"] == ["recorder"]
    caught_up = exchange.get("/_control/state")["now_ms"]
    wait_for(lambda: live.reached_ms >= caught_up, "a processor that has caught up", 60)


def is_back(live: Supervised, name: str, killed: int) -> bool:
    worker = live.worker(name)
    return (
        worker["pid"] not in (None, killed)
        and worker["state"] == WorkerState.RUNNING
        and worker["is_ready"]
    )


def rows_of(folder: Path) -> int:
    """Return how many book rows there are."""
    files = list((folder / "data").glob("*.db"))
    if not files:
        return 0
    with closing(sqlite3.connect(f"file:{files[0]}?mode=ro", uri=True)) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM book").fetchone()[0])
        except sqlite3.OperationalError:  # not made yet
            return 0
