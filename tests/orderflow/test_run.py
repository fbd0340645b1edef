"""A run asked by Python: windows without trades or book, anchors, closing, and what is refused."""

import gc
import warnings
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import orderflow
from orderflow.export.command import main as export
from shared.errors import UsageError
from shared.history.repository import HistoryError
from shared.job import HistoryContent, TimeRange
from tests.support.histories import keep_history
from tests.support.recordings import T0, Book, Recording, Tick
from tests.support.resume import make_job

NAN = float("nan")
BOTH_SIDES = {"bids": [["99.5", "2"]], "asks": [["100.5", "6"]]}


def run_of(
    tmp_path: Path, book: Sequence[Book], trades: Sequence[Tick], **changes: object
) -> orderflow.Run:
    """Return the run over a recording of these rows."""
    file = Recording(tmp_path / "data").write(book, trades)
    return orderflow.open(
        keep_history(make_job(file.path.parent, tmp_path / "run", **changes)).root
    )


def some_run(tmp_path: Path) -> orderflow.Run:
    """A book from the second minute on, trades in the first and the third."""
    return run_of(
        tmp_path,
        [Book(T0 + 60_000, **BOTH_SIDES)],
        [
            Tick(T0, 100.0, 0.1, "buy"),
            Tick(T0 + 30_000, 100.3, 0.3, "sell"),
            Tick(T0 + 120_500, 101.0, 0.2, "buy"),
        ],
    )


def listed(column: np.ndarray) -> list[float | None]:
    return [None if value != value else value for value in column.tolist()]


def test_a_window_has_nan_where_nothing_was_traded_or_no_book_stood(tmp_path: Path) -> None:
    with some_run(tmp_path) as run:
        bars = run.bars("1m")
    assert bars.ts.tolist() == [T0, T0 + 60_000, T0 + 120_000]
    assert listed(bars.close) == [100.3, None, 101.0]
    assert listed(bars.volume) == [0.4, None, 0.2]
    assert listed(bars.sell_volume) == [0.3, None, 0.0]
    assert listed(bars.delta) == [-0.2, None, 0.2]
    assert listed(bars.cvd) == [-0.2, None, 0.0]
    assert bars.trades.tolist() == [2, 0, 1]
    assert listed(bars.obi_mean) == [None, -0.5, None]
    assert listed(bars.best_bid) == [None, 99.5, None]
    assert listed(bars.microprice) == [None, (99.5 * 6 + 100.5 * 2) / 8, None]
    assert bars.book_rows.tolist() == [0, 1, 0]
    assert bars.trade_first_id.tolist() == [1, 0, 3]
    assert bars.book_first_file.tolist() == [0, 1, 0]


def test_vwap_and_its_deviation_are_those_of_the_window(tmp_path: Path) -> None:
    with some_run(tmp_path) as run:
        bars = run.bars("1m", end=T0 + 60_000)
    assert bars.vwap.tolist() == pytest.approx([(100 * 0.1 + 100.3 * 0.3) / 0.4])
    # 0.225 below and 0.075 above, weighed 1 to 3.
    assert bars.sigma.tolist() == pytest.approx([np.sqrt((0.225**2 + 3 * 0.075**2) / 4)])


def test_cvd_is_anchored_at_any_second(tmp_path: Path) -> None:
    with some_run(tmp_path) as run:
        assert run.cvd("1m").close.tolist() == [-0.2, 0.0]
        anchored = run.cvd("1m", T0 + 1_000)
        assert (anchored.ts.tolist(), anchored.close.tolist()) == ([T0, T0 + 120_000], [-0.3, -0.1])
        assert run.cvd("1h", T0 + 31_000).close.tolist() == [0.2]
        assert run.cvd("1h", T0 + 1_000, T0 + 60_000).close.tolist() == [-0.3]
        with pytest.raises(UsageError, match="expected a whole second to begin at"):
            run.cvd("1m", T0 + 1)


def test_vwap_is_anchored_at_any_second(tmp_path: Path) -> None:
    with some_run(tmp_path) as run:
        line = run.vwap("1m", T0 + 1_000)
    assert line.vwap.tolist() == pytest.approx([100.3, (100.3 * 0.3 + 101 * 0.2) / 0.5])
    assert line.sigma.tolist() == pytest.approx([0.0, np.sqrt(0.7**2 * 0.3 * 0.2) / 0.5])


def test_trades_are_those_of_the_range_to_the_millisecond(tmp_path: Path) -> None:
    with some_run(tmp_path) as run:
        trades = run.trades(T0 + 30_000, T0 + 120_500)
        assert (trades.price.tolist(), trades.is_buy.tolist()) == ([100.3], [False])
        assert (trades.ts.tolist(), trades.row_id.tolist()) == ([T0 + 30_000], [2])
        assert run.files[trades.file[0]] == "BTC-USDT-25-07-01.db"
        assert len(run.trades(T0 + 30_000, T0 + 120_501)) == 2


def test_a_trade_counted_after_midnight_is_lost_by_no_range(tmp_path: Path) -> None:
    # The second day's file begins before the end of the first: its trade counts after those.
    midnight, recording = T0 + 86_400_000, Recording(tmp_path / "data")
    recording.write(trades=[Tick(T0, size=1.0), Tick(midnight + 1_500, size=2.0)])
    recording.write(trades=[Tick(midnight - 2_000, size=4.0)], day="25-07-02")
    span = TimeRange(T0, T0 + 2 * 86_400_000)
    job = make_job(recording.folder, tmp_path / "run", time_range=span, window_seconds=864_000)
    with orderflow.open(keep_history(job).root) as run:
        before, after = run.trades(end=midnight), run.trades(midnight)
        assert (before.size.tolist(), after.size.tolist()) == ([1.0], [2.0, 4.0])
        assert after.ts.tolist() == [midnight + 1_500, midnight - 2_000]
        assert run.trades(midnight + 1_000, midnight + 1_001).size.tolist() == [4.0]
        for start, end, volume in ((None, midnight, 1.0), (midnight, None, 6.0)):
            assert run.profile(start, end, rows=1).volume.sum() == volume
            assert run.bars("1d", start, end).volume.sum() == volume
            assert run.footprint("1d", start, end, rows=1).volume.sum() == volume
    out = tmp_path / "trades.jsonl"
    arguments = ["trades", "--out", str(out), "--run-dir", str(job.run_dir)]
    assert CliRunner().invoke(export, arguments, env={}).exit_code == 0
    assert len(out.read_text().splitlines()) == 3


def test_the_tick_is_found_and_rows_are_so_many_of_it(tmp_path: Path) -> None:
    with some_run(tmp_path) as run:
        assert run.tick_size == 0.1
        assert run.profile().price.tolist() == [100.0, 100.3, 101.0]
        assert run.profile(ticks=3).price.tolist() == [99.9, 100.2, 100.8]
        assert run.profile(rows=2).volume.tolist() == [0.6]


def test_profile_and_footprint_tell_where_most_was_traded(tmp_path: Path) -> None:
    with some_run(tmp_path) as run:
        profile, footprint = run.profile(), run.footprint("1m")
    assert profile.poc == 100.3
    # 0.3 of 0.6; the pair below has the 0.1, then it goes up over what is empty to the 0.2.
    assert profile.value_area() == (100.0, 101.1)
    areas = footprint.value_areas(by="row")
    assert areas.poc.tolist() == [100.3, 101.0]
    assert areas.high.tolist() == [100.4, 101.1]
    with pytest.raises(UsageError, match='expected a value area by "pair" or "row"'):
        profile.value_area(by="column")


def test_nothing_in_the_range_is_no_rows_with_every_column(tmp_path: Path) -> None:
    with some_run(tmp_path) as run:
        empty = ("2026-01-01", "2026-01-02")
        tables = [
            *(run.bars(window, *empty) for window in ("1s", "1m", "1h")),
            run.trades(*empty),
            run.footprint("1m", *empty),
            run.footprint("1m", *empty).value_areas(),
            run.profile(*empty),
            run.cvd("1m", *empty),
            run.vwap("1m", *empty),
            run.quality(*empty),
        ]
        assert np.isnan([run.profile(*empty).poc, *run.profile(*empty).value_area()]).all()
        figure = run.figure("1m", *empty)
    assert [len(table) for table in tables] == [0] * len(tables)
    assert all(len(column) == 0 for table in tables for column in table.columns.values())
    assert len(figure.data) == 4


def test_quality_tells_of_a_crossed_book(tmp_path: Path) -> None:
    book = [
        Book(T0, [["99", "1"]], [["101", "1"]]),
        Book(T0 + 1_000, [["102", "1"]]),
        Book(T0 + 3_000, [["102", "0"]]),
    ]
    with run_of(tmp_path, book, [Tick(T0)]) as run:
        quality = run.quality()
        assert quality.kind.tolist() == ["crossed"]
        assert (quality.from_ms.tolist(), quality.to_ms.tolist()) == ([T0 + 1_000], [T0 + 3_000])
        assert (quality.rows.tolist(), quality.row_id.tolist()) == ([2 - 1], [2])
        assert len(run.quality(end=T0)) == 0


def test_a_run_of_bars_alone_has_bars_and_says_that_it_has_no_trades(tmp_path: Path) -> None:
    book = [Book(T0, **BOTH_SIDES)]
    with run_of(tmp_path, book, [Tick(T0)], history=HistoryContent.BARS) as run:
        assert run.bars("1s").volume.tolist()[0] == 1.0
        for ask in (run.trades, run.profile, lambda: run.footprint("1m")):
            with pytest.raises(HistoryError, match="made with --history bars"):
                ask()


def test_what_is_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="nowhere: expected a run directory, found no such"):
        orderflow.open(tmp_path / "nowhere")
    with pytest.raises(HistoryError, match=r"history\.db: expected a history, found no such file"):
        orderflow.open(tmp_path)
    (tmp_path / "history.db").write_bytes(b"no database" * 100)
    with pytest.raises(HistoryError, match=r"history\.db: expected a history, found: file is not"):
        orderflow.open(str(tmp_path))


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda run: run.bars("1.5s"), "expected a window of whole seconds"),
        (lambda run: run.bars("1m", "2025-07-02", "2025-07-01"), "expected a start before the end"),
        (lambda run: run.trades("yesterday"), "expected a date like 2025-07-01"),
        (lambda run: run.trades(start=12.5), "expected epoch ms, text like"),
        (lambda run: run.profile(rows=0), "expected price rows of a height above 0"),
        (lambda run: run.profile(rows=1e-14), "expected price rows that can be counted"),
        (lambda run: run.profile(rows="5"), "expected the height of a row in quote units"),
        (lambda run: run.profile(ticks=1.5), "expected rows of 1 tick or more, found 1.5"),
        (lambda run: run.profile(ticks=0), "expected rows of 1 tick or more, found 0"),
    ],
)
def test_what_cannot_be_asked_is_told(demo_run: Path, ask: object, message: str) -> None:
    with orderflow.open(demo_run) as run, pytest.raises(UsageError, match=message):
        ask(run)


def test_a_closed_run_says_so(demo_run: Path) -> None:
    with orderflow.open(demo_run) as run:
        pass
    with pytest.raises(UsageError, match="expected an open run"):
        run.bars("1m")
    run.close()


def test_a_run_left_open_warns(demo_run: Path) -> None:
    def leave_open() -> None:
        orderflow.open(demo_run)
        gc.collect()

    with pytest.warns(ResourceWarning, match=r"unclosed <orderflow\.Run"):
        leave_open()


def test_one_that_could_not_be_opened_does_not_warn(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(HistoryError):
            orderflow.open(tmp_path)
        gc.collect()


def test_moments_of_every_form_ask_for_the_same(demo_run: Path) -> None:
    with orderflow.open(demo_run) as run:
        asked = [T0 + 600_000, "2025-07-01T00:10", datetime(2025, 7, 1, 0, 10)]  # noqa: DTZ001
        found = [run.bars("1m", moment).ts.tolist() for moment in asked]
        frame = run.bars("1m").to_pandas()
        assert run.bars("1m", frame.index[10]).ts.tolist() == found[0]
    assert found[0] == found[1] == found[2]
    assert (found[0][0], len(found[0])) == (T0 + 600_000, 50)
