"""The page on a real history: bars of any length anywhere, all of the range, how one moves."""

import csv
import io
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from shared.history.repository import History, open_history
from shared.recordings.day_files import DayFile
from shared.run_files.run_directory import RunDirectory
from tests.support.browser import OpenPage
from tests.support.drawn import drawn_candles
from tests.support.hands import box_of, settle
from tests.support.histories import chart_rows
from tests.support.page_server import PageServer
from tests.support.recordings import T0, Book, Recording, Tick
from tests.support.resume import StopAfter, make_job, run_job, write_day

pytestmark = pytest.mark.browser

SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000
SHOWN = """(ms) => {
  const { bars, charts } = orderflow;
  return charts.view?.windowMs === ms && bars.wantedMs === ms;
}"""
OF_HISTORY = """() => {
  const { metrics } = orderflow.charts.visibleBars();
  return metrics.length > 0 && metrics.every((bar) => bar.length === 11);
}"""
"""Bars of the feed are there at once and have no means; the history's take their places."""
VISIBLE = "() => orderflow.charts.visibleBars()"
RANGE = "() => orderflow.charts.range()"


@pytest.fixture(scope="module")
def run(demo_hour: DayFile, tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    """A finished run of the demo's first hour, a minute a bar."""
    run = RunDirectory(tmp_path_factory.mktemp("history") / "run")
    run_job(make_job(demo_hour.path.parent, run.root, depth_levels=50))
    return run


@pytest.fixture(scope="module")
def history(run: RunDirectory) -> Iterator[History]:
    with open_history(run.history) as history:
        yield history


@pytest.fixture(scope="module")
def history_server(run: RunDirectory) -> Iterator[PageServer]:
    with PageServer(run.root, "--poll-ms", "100") as server:
        yield server


@pytest.fixture
def page(history_server: PageServer, open_page: OpenPage) -> Page:
    page = open_page(history_server.url)
    page.wait_for_function("() => orderflow.history.summary !== null")
    return page


def choose(page: Page, length_ms: int) -> None:
    """Choose how long bars are, in the menu, and wait until such are drawn."""
    page.click("#timeframe")
    page.fill("#timeframe-menu input", f"{length_ms // 1000}s")
    page.keyboard.press("Enter")
    page.wait_for_function(SHOWN, arg=length_ms)


def look_at(page: Page, start: float, end: float) -> None:
    page.evaluate("(range) => orderflow.charts.show(range)", [start, end])
    settle(page)


def rows_of(history: History, length_ms: int, start: float, end: float) -> dict[str, Any]:
    first = int(start // length_ms) * length_ms
    rows = chart_rows(history.bars(length_ms, first, int(end) + 1))
    return {name: [bar for bar in bars if start <= bar[0] <= end] for name, bars in rows.items()}


@pytest.mark.parametrize("length_ms", [SECOND, 5 * SECOND, 90 * SECOND, MINUTE, 3 * MINUTE])
def test_bars_anywhere_are_those_of_the_history(
    page: Page, history: History, demo_hour: DayFile, length_ms: int
) -> None:
    choose(page, length_ms)
    rng = random.Random(length_ms)
    for _ in range(4):
        start = rng.uniform(T0, T0 + HOUR - 30 * length_ms)
        look_at(page, start, start + 30 * length_ms)
        page.wait_for_function(SHOWN, arg=length_ms)
        page.wait_for_function(OF_HISTORY)
        [start, end] = page.evaluate(RANGE)
        visible = page.evaluate(VISIBLE)
        expected = rows_of(history, length_ms, start, end)
        assert len(expected["metrics"]) >= 10
        for name in ("ohlc", "metrics", "cvd"):
            assert len(visible[name]) == len(expected[name]), name
            for ours, theirs in zip(visible[name], expected[name], strict=True):
                assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-9, nan_ok=True), name
        assert_recorded(demo_hour.path, visible["ohlc"], length_ms)


def assert_recorded(path: Path, ohlc: list[list[float]], length_ms: int) -> None:
    """Hold bars against what SQLite makes of the recording's own rows."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        for ts, _, high, low, _, volume, buy_volume in ohlc:
            [row] = connection.execute(
                "SELECT max(price), min(price), sum(size), sum(iif(side = 'buy', size, 0))"
                " FROM trades WHERE CAST(timestamp AS INTEGER) >= ?"
                " AND CAST(timestamp AS INTEGER) < ?",
                (ts, ts + length_ms),
            )
            assert (high, low) == row[:2]
            assert (volume, buy_volume) == pytest.approx(row[2:], rel=1e-9, abs=1e-9)


def test_what_is_drawn_is_what_the_history_has(page: Page, history: History) -> None:
    choose(page, 5 * SECOND)
    look_at(page, T0 + 20 * MINUTE, T0 + 24 * MINUTE)
    page.wait_for_function(SHOWN, arg=5 * SECOND)
    settle(page)
    [start, end] = page.evaluate(RANGE)
    expected = {bar[0]: bar for bar in rows_of(history, 5 * SECOND, start, end)["ohlc"]}
    ranges = page.evaluate("() => document.getElementById('charts-plot').scene.ranges.price")
    height = page.evaluate(
        "() => document.getElementById('charts-plot').scene.placed.rows[0].height"
    )
    pixel = (ranges[1] - ranges[0]) / height
    drawn = [candle for candle in drawn_candles(page, "price") if start <= candle[0] <= end]
    assert [candle[0] for candle in drawn] == list(expected)
    for time, *prices in drawn:
        assert prices == pytest.approx(expected[time][1:5], abs=1.5 * pixel)


def test_home_and_end_go_to_the_ends_of_all_series(tmp_path: Path, open_page: OpenPage) -> None:
    """The book begins before the trades and goes on after them; the feed has the newest of each."""
    book = [
        Book(T0 + SECOND * n, [[99 - n % 7, 1 + n % 3]], [[101 + n % 5, 2]]) for n in range(3600)
    ]
    trades = [Tick(T0 + 600_000 + 900 * n, 100 + n % 9, 1, "buy") for n in range(1000)]
    Recording(tmp_path / "data").write(book, trades, day="25-07-01")
    run_job(make_job(tmp_path / "data", tmp_path / "run", window_seconds=1))
    with PageServer(tmp_path / "run", "--window-seconds", "1") as server:
        page = open_page(server.url)
        page.wait_for_function("() => orderflow.history.summary !== null")
        page.keyboard.press("Home")
        page.wait_for_function(f"() => orderflow.charts.visibleBars().metrics[0]?.[0] === {T0}")
        assert page.evaluate("() => orderflow.charts.visibleBars().ohlc") == []
        page.keyboard.press("End")
        last = T0 + 3599 * SECOND
        page.wait_for_function(
            f"() => orderflow.charts.visibleBars().metrics.at(-1)?.[0] === {last}"
        )
        page.evaluate(f"() => orderflow.charts.show([{T0} + 6e5, {T0} + 66e4])")
        page.wait_for_function("() => orderflow.charts.visibleBars().ohlc.length > 30")
        page.close()  # before its server is


def test_a_switch_keeps_the_middle_and_the_number_of_bars(page: Page) -> None:
    look_at(page, T0 + 10 * MINUTE, T0 + 30 * MINUTE)
    choose(page, 15 * SECOND)
    [start, end] = page.evaluate(RANGE)
    assert (start + end) / 2 == pytest.approx(T0 + 20 * MINUTE, abs=2)
    assert (end - start) / (15 * SECOND) == pytest.approx(20, abs=0.01)


def test_the_menu_is_closed_once_a_length_is_typed(page: Page) -> None:
    choose(page, 15 * SECOND)
    settle(page)
    expect(page.locator("#timeframe-menu")).to_be_hidden()
    assert page.get_attribute("#timeframe", "aria-expanded") == "false"


def test_while_following_a_switch_keeps_the_newest_bar(page: Page) -> None:
    choose(page, 5 * SECOND)
    assert page.evaluate("() => orderflow.settings.values.follow")
    visible = page.evaluate(VISIBLE)["ohlc"]
    assert visible[-1][0] == T0 + HOUR - 5 * SECOND
    assert len(visible) == pytest.approx(300, abs=3)


def test_keys_choose_finer_and_coarser_bars(page: Page) -> None:
    page.keyboard.press(",")
    page.wait_for_function(SHOWN, arg=30 * SECOND)
    assert page.inner_text("#timeframe") == "30 s"
    page.keyboard.press(".")
    page.keyboard.press(".")
    page.wait_for_function(SHOWN, arg=3 * MINUTE)
    for _ in range(9):
        page.keyboard.press(".")
    page.wait_for_function(SHOWN, arg=24 * HOUR)
    assert "coarsest" in page.inner_text("#charts-hint")


def test_auto_follows_the_zoom(page: Page) -> None:
    page.click("#timeframe")
    page.click("[data-timeframe=auto]")
    assert page.inner_text("#timeframe").startswith("Auto")
    widths = []
    for key in "++++++++++++++----------------":
        page.keyboard.press(key)
        settle(page)
        widths.append(
            page.evaluate(
                """() => {
                  const { bars, charts: { view } } = orderflow;
                  return (bars.wantedMs / (view.range[1] - view.range[0])) * view.size.width;
                }"""
            )
        )
    lengths = page.evaluate("() => orderflow.bars.wantedMs")
    assert max(widths) <= 40
    assert min(widths) >= 4
    assert lengths > SECOND


def test_bars_on_their_way_leave_no_blank_view(page: Page) -> None:
    page.evaluate(
        """() => {
          const { fetch } = window;
          const { promise, resolve } = Promise.withResolvers();
          window.letThrough = resolve;
          window.fetch = async (address, options) => {
            if (String(address).startsWith("/_history/bars")) await promise;
            return fetch(address, options);
          };
        }"""
    )
    page.keyboard.press(",")
    page.keyboard.press(",")
    settle(page)
    assert page.evaluate("() => [orderflow.bars.wantedMs, orderflow.bars.windowMs]") == [
        15 * SECOND,
        MINUTE,
    ]
    assert len(page.evaluate(VISIBLE)["ohlc"]) >= 10
    page.evaluate("() => window.letThrough()")
    page.wait_for_function(SHOWN, arg=15 * SECOND)


def test_zooming_out_ends_where_bars_are_too_many_and_says_so(page: Page) -> None:
    choose(page, SECOND)
    for _ in range(16):
        page.keyboard.press("-")
    settle(page)
    [start, end] = page.evaluate(RANGE)
    assert end - start == 3000 * SECOND
    assert "3,000 bars at once" in page.inner_text("#charts-hint")


def test_a_view_kept_from_longer_bars_does_not_ask_for_more_than_are_shown(page: Page) -> None:
    choose(page, SECOND)
    kept = {"bars": None, "follow": False, "range": [T0 - 30 * 24 * HOUR, T0 + 30 * 24 * HOUR]}
    page.evaluate("(kept) => orderflow.settings.set(kept)", kept)
    settle(page)
    [start, end] = page.evaluate(RANGE)
    assert end - start == 3000 * SECOND
    assert (start + end) / 2 == T0


def test_go_to_a_moment(page: Page) -> None:
    page.keyboard.press("g")
    page.keyboard.type("00:20")
    page.keyboard.press("Enter")
    page.wait_for_selector("#go-to-dialog", state="hidden")
    [start, end] = page.evaluate(RANGE)
    assert (start + end) / 2 == T0 + 20 * MINUTE


def test_going_there_closes_the_field_that_a_click_has_opened(page: Page) -> None:
    page.click("#go-to")
    page.fill("#go-to-field", "00:30")
    page.keyboard.press("Enter")
    settle(page)
    expect(page.locator("#go-to-dialog")).to_be_hidden()


def test_go_to_what_is_no_moment_says_what_is_expected(page: Page) -> None:
    before = page.evaluate(RANGE)
    page.click("#go-to")
    page.wait_for_selector("#go-to-field", state="visible")
    page.keyboard.type("soon")
    page.keyboard.press("Enter")
    assert "Expected 14:37" in page.inner_text("#go-to-problem")
    page.keyboard.press("Escape")
    assert page.evaluate(RANGE) == before


def test_go_to_beyond_the_data_goes_to_its_end_and_says_so(page: Page) -> None:
    page.keyboard.press("g")
    page.keyboard.type("2024-01-01")
    page.keyboard.press("Enter")
    [start, end] = page.evaluate(RANGE)
    assert (start + end) / 2 == T0
    assert "which begins at 2025-07-01 00:00:00" in page.inner_text("#charts-hint")


def test_the_overview_s_window_is_dragged_and_resized(page: Page) -> None:
    choose(page, 5 * SECOND)
    look_at(page, T0 + 20 * MINUTE, T0 + 30 * MINUTE)
    whole, window = box_of(page, "#overview"), box_of(page, ".overview-window")
    per_px = HOUR / whole["width"]
    assert window["width"] * per_px == pytest.approx(10 * MINUTE, rel=0.02)
    x, y = window["x"] + window["width"] / 2, window["y"] + 20
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 100, y, steps=3)
    page.mouse.up()
    [start, end] = page.evaluate(RANGE)
    assert start == pytest.approx(T0 + 20 * MINUTE + 100 * per_px, abs=2 * per_px)
    assert end - start == pytest.approx(10 * MINUTE, abs=2)
    handle = box_of(page, ".overview-handle.start")
    page.mouse.move(handle["x"] + 6, y)
    page.mouse.down()
    page.mouse.move(handle["x"] + 6 - 50, y, steps=3)
    page.mouse.up()
    [wider, same] = page.evaluate(RANGE)
    assert same == pytest.approx(end, abs=2)
    assert wider == pytest.approx(start - 50 * per_px, abs=2 * per_px)
    page.focus(".overview-handle.end")
    page.keyboard.press("ArrowDown")
    [kept, nearer] = page.evaluate(RANGE)
    assert kept == pytest.approx(wider, abs=2)
    assert nearer == pytest.approx(same - 0.05 * (same - wider), abs=2)


def test_the_overview_spans_the_same_before_it_is_known_that_there_is_a_history(
    history_server: PageServer, open_page: OpenPage
) -> None:
    """Before it has bars of a minute, then of five seconds; the view's place on it is the same."""
    page, let_through = open_without_history(history_server, open_page)
    look_at(page, T0 + 20 * MINUTE, T0 + 30 * MINUTE)
    whole, before = box_of(page, "#overview"), box_of(page, ".overview-window")
    let_through()
    page.evaluate("() => orderflow.overview.settingsChanged()")
    after = box_of(page, ".overview-window")
    assert after["x"] == pytest.approx(before["x"], abs=0.1)
    assert after["width"] == pytest.approx(before["width"], abs=0.1)
    assert before["x"] - whole["x"] == pytest.approx(whole["width"] / 3, abs=1.5)


def test_what_is_dragged_on_the_overview_stays_in_the_hand_while_a_history_is_found(
    tmp_path: Path, open_page: OpenPage
) -> None:
    """The feed reaches back 1000 s, the history an hour: the overview must not change meanwhile."""
    book = [Book(T0 + SECOND * n, [[99, 1 + n % 3]], [[101, 2]]) for n in range(3600)]
    trades = [Tick(T0 + SECOND * n, 100 + n % 9, 1, "buy") for n in range(3600)]
    Recording(tmp_path / "data").write(book, trades, day="25-07-01")
    run_job(make_job(tmp_path / "data", tmp_path / "run", window_seconds=1))
    with PageServer(tmp_path / "run", "--window-seconds", "1") as server:
        page, let_through = open_without_history(server, open_page)
        start, end = T0 + 3000 * SECOND, T0 + 3300 * SECOND
        look_at(page, start, end)
        whole, window = box_of(page, "#overview"), box_of(page, ".overview-window")
        per_px = 1000 * SECOND / whole["width"]
        x, y = window["x"] + window["width"] / 2, window["y"] + 20
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x - 10, y)
        let_through()
        page.evaluate("() => orderflow.overview.settingsChanged()")
        page.mouse.move(x - 100, y)
        assert page.evaluate(RANGE) == pytest.approx(
            [start - 100 * per_px, end - 100 * per_px], abs=per_px
        )
        page.mouse.up()
        page.wait_for_function(  # an hour is there now
            "(most) => document.querySelector('.overview-window').offsetWidth < most",
            arg=window["width"] / 3,
        )
        page.close()  # before its server is


def open_without_history(
    server: PageServer, open_page: OpenPage
) -> tuple[Page, Callable[[], None]]:
    """Open a page that has no answer yet as to what history there is, and what lets that through.

    The latter returns when the page knows it.
    """
    page = open_page(f"{server.url}_health", wait_until="() => true")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/_history", hold)
    page.goto(server.url)
    page.wait_for_function("() => window.orderflow?.overview.draws > 0")

    def let_through() -> None:
        for route in held:
            route.continue_()
        page.unroute("**/_history", hold)
        page.wait_for_function("() => orderflow.history.summary !== null")

    return page, let_through


def test_the_overview_s_handles_are_there_when_all_is_in_view(page: Page) -> None:
    look_at(page, T0 - MINUTE, T0 + HOUR + MINUTE)
    whole = box_of(page, "#overview")
    start, end = box_of(page, ".overview-handle.start"), box_of(page, ".overview-handle.end")
    assert start["x"] + start["width"] - 8 >= whole["x"]
    assert end["x"] + 8 <= whole["x"] + whole["width"]
    page.mouse.move(end["x"] + 5, whole["y"] + 20)
    page.mouse.down()
    page.mouse.move(end["x"] - 300, whole["y"] + 20, steps=3)
    page.mouse.up()
    [first, last] = page.evaluate(RANGE)
    assert first == pytest.approx(T0 - MINUTE, abs=2)
    assert last < T0 + 50 * MINUTE


def test_a_click_on_the_overview_goes_there(page: Page) -> None:
    choose(page, 5 * SECOND)
    look_at(page, T0 + 5 * MINUTE, T0 + 10 * MINUTE)
    whole = box_of(page, "#overview")
    page.mouse.click(whole["x"] + whole["width"] * 0.75, whole["y"] + 20)
    [start, end] = page.evaluate(RANGE)
    assert (start + end) / 2 == pytest.approx(T0 + 45 * MINUTE, abs=MINUTE)


def test_the_overview_is_not_drawn_again_while_one_moves(page: Page) -> None:
    page.wait_for_function("() => orderflow.overview.draws > 0")
    page.keyboard.press("Home")
    settle(page)
    before = page.evaluate("() => orderflow.overview.draws")
    for _ in range(10):
        page.keyboard.press("ArrowRight")
        settle(page)
    assert page.evaluate("() => orderflow.overview.draws") == before


def test_csv_of_all_has_every_bar(page: Page, history: History) -> None:
    choose(page, 5 * SECOND)
    with page.expect_download() as download:
        page.click("#save-csv-all")
    assert download.value.suggested_filename == "BTC-USDT-simulated-5s-all.csv"
    text = Path(download.value.path()).read_bytes().decode()
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["open"]]
    expected = history.bars(5 * SECOND, T0, T0 + HOUR).trades
    assert [float(row["close"]) for row in rows] == expected.close.tolist()
    with page.expect_download() as in_view:
        page.click("#save-csv")
    part = Path(in_view.value.path()).read_bytes().decode()
    assert part.splitlines()[0] == text.splitlines()[0]
    assert "2025-07-01T00:59:55.000Z" in part


@pytest.mark.parametrize("kept", ["no history", "one of another run"])
def test_without_its_history_the_page_shows_the_feed_and_says_why(
    tmp_path: Path, open_page: OpenPage, kept: str
) -> None:
    write_day(tmp_path / "data", 0)
    run_job(make_job(tmp_path / "data", tmp_path / "run"))
    path = RunDirectory(tmp_path / "run").history
    path.unlink()
    if kept == "one of another run":
        write_day(tmp_path / "other", 0, seed=5)
        run_job(make_job(tmp_path / "other", tmp_path / "run2"))
        RunDirectory(tmp_path / "run2").history.rename(path)
    with PageServer(tmp_path / "run") as server:
        page = open_page(server.url)
        page.wait_for_function("() => !orderflow.history.isUnknown")
        visible = page.evaluate(VISIBLE)
        assert visible["ohlc"]
        assert [bar[:6] for bar in visible["ohlc"]] == page.evaluate("() => orderflow.store.ohlc")
        page.click("#timeframe")
        assert page.is_disabled("[data-timeframe='15000']")
        assert page.is_enabled("[data-timeframe='180000']")
        reason = {
            "no history": "no history is written yet",
            "one of another run": "the history beside it is of another run",
        }[kept]
        assert page.inner_text("#timeframe-menu p") == (
            f"Only multiples of 1 m, of the newest 1000 bars: {reason}."
        )
        page.click("[data-timeframe='180000']")
        page.wait_for_function(SHOWN, arg=3 * MINUTE)
        volume = sum(bar[5] for bar in page.evaluate(VISIBLE)["ohlc"])
        assert volume == pytest.approx(sum(bar[5] for bar in visible["ohlc"]))
        page.close()  # before its server is


def test_a_history_that_grows_is_followed(tmp_path: Path, open_page: OpenPage) -> None:
    for day in range(2):
        write_day(tmp_path / "data", day)
    one_day = make_job(tmp_path / "data", tmp_path / "run")
    two_days = make_job(
        tmp_path / "data",
        tmp_path / "run",
        time_range=type(one_day.time_range)(T0, T0 + 2 * 24 * HOUR),
    )
    run_job(two_days, stop=StopAfter(2))
    with PageServer(tmp_path / "run", "--poll-ms", "100") as server:
        page = open_page(server.url)
        page.wait_for_function("() => orderflow.history.summary !== null")
        choose(page, 5 * SECOND)
        before = page.evaluate("() => orderflow.history.summary")
        run_job(two_days)
        page.wait_for_function("(to) => orderflow.history.summary?.to_ms > to", arg=before["to_ms"])
        last = T0 + 24 * HOUR + 195 * SECOND
        page.wait_for_function(
            "(last) => orderflow.charts.visibleBars().metrics.at(-1)?.[0] === last", arg=last
        )
        with open_history(RunDirectory(tmp_path / "run").history) as history:
            start, end = page.evaluate(RANGE)
            expected = rows_of(history, 5 * SECOND, start, end)
        for name in ("ohlc", "metrics", "cvd"):
            found = page.evaluate(VISIBLE)[name]
            assert [bar[0] for bar in found] == [bar[0] for bar in expected[name]]
        page.close()  # before its server is
