"""Seconds of hand-made trades and books, each number worked out by hand."""

import numpy as np

from processor.history.book_seconds import BookRows, order_flow_imbalance, seconds_of_book
from processor.history.quality_marks import Mark, marks_of
from processor.history.trade_seconds import seconds_of_trades
from shared.history.columns import joined, split
from shared.history.trades import Trades

NAN = float("nan")


def test_trades_of_a_second_make_its_bar() -> None:
    trades = Trades(
        ts=np.array([0, 0, 0, 2000]),
        files=np.array([1, 1, 1, 2]),
        row_ids=np.array([7, 8, 9, 3]),
        times_ms=np.array([10, 20, 20, 2999]),
        is_buy=np.array([1, 0, 1, 0]),
        prices=np.array([100.0, 99.0, 101.0, 100.0]),
        sizes=np.array([0.1, 0.3, 0.1, 0.2]),
    )
    bars, cvd = seconds_of_trades(trades, np.longdouble(5), np.array([1, 1, 1, 1]))
    assert bars.ts.tolist() == [0, 2000]
    assert bars.trades.tolist() == [3, 1]
    assert [column.tolist() for column in bars[6:10]] == [
        [100.0, 100.0],
        [101.0, 100.0],
        [99.0, 100.0],
        [101.0, 100.0],
    ]
    assert bars.volume.tolist() == [0.5, 0.2]
    assert bars.buy_volume.tolist() == [0.2, 0.0]
    assert bars.delta_high.tolist() == [0.1, 0.0]
    assert bars.delta_low.tolist() == [-0.2, -0.2]
    assert bars.cvd.tolist() == [4.9, 4.7]
    assert float(cvd) == 4.7
    assert (bars.first_id.tolist(), bars.last_id.tolist()) == ([7, 3], [9, 3])
    assert (bars.first_file.tolist(), bars.last_file.tolist()) == ([1, 2], [1, 2])


def book(*rows: tuple[int, int, float, float, float, float, float]) -> BookRows:
    """Rows of (time, is it recorded, bid, its size, ask, its size, OBI), TOT 10 times OBI."""
    times, is_row, *columns = (np.array(column) for column in zip(*rows, strict=True))
    ids = np.arange(len(times)) + 1
    times = times.astype(np.int64)
    return BookRows(
        *(times, times + 60_000, is_row.astype(np.int64), ids * 0 + 1, ids, ids * 0, ids * 0),
        *(column.astype(np.float64) for column in columns),
        10 * columns[-1].astype(np.float64),
    )


def seconds(rows: BookRows, end_ms: int) -> tuple[object, BookRows]:
    decimals = np.full(len(rows.from_ms), 1)
    return seconds_of_book(rows, end_ms, decimals, decimals)


def test_a_book_stands_until_the_next_row_in_every_second_between() -> None:
    rows = book((400, 1, 99, 2, 101, 3, 0.5), (2_600, 1, 99, 2, 101, 3, -0.5))
    bars, rest = seconds(rows, 4_000)
    assert bars.ts.tolist() == [0, 1000, 2000, 3000]
    assert bars.standing_ms.tolist() == [600, 1000, 1000, 1000]
    assert bars.book_rows.tolist() == [1, 0, 1, 0]
    assert bars.obi_mean.tolist() == [0.5, 0.5, (600 * 0.5 - 400 * 0.5) / 1000, -0.5]
    assert bars.obi_open.tolist()[0::2] == [0.5, -0.5]
    assert np.isnan(bars.obi_open[1::2]).all()
    assert bars.first_id.tolist() == [1, 1, 1, 2]
    assert (rest.from_ms.tolist(), rest.is_row.tolist()) == ([4_000], [0])
    assert rest.until_ms.tolist() == [62_600]


def test_after_a_minute_of_silence_nobody_knows_how_the_book_stood() -> None:
    bars, rest = seconds(book((500, 1, 99, 2, 101, 3, 0.5)), 100_000)
    assert bars.ts.tolist() == [1000 * second for second in range(61)]
    assert bars.standing_ms.sum() == 60_000
    assert bars.standing_ms.tolist()[-1] == 500
    bars, _ = seconds(joined((rest, book((100_000, 1, 98, 2, 101, 3, 0.0)))), 101_000)
    assert (bars.ts.tolist(), bars.standing_ms.tolist()) == ([100_000], [1_000])
    assert bars.ofi.tolist() == [-2.0]


def test_while_a_side_is_empty_there_is_no_imbalance_and_no_time() -> None:
    rows = book(
        (0, 1, 99, 2, 101, 3, 0.5), (250, 1, NAN, 0, 101, 3, NAN), (750, 1, 99, 4, 101, 3, 0.25)
    )
    bars, _ = seconds(rows, 1_000)
    assert bars.standing_ms.tolist() == [500]
    assert bars.obi_mean.tolist() == [0.375]
    assert (bars.book_rows.tolist(), bars.samples.tolist()) == ([3], [2])
    assert bars.ofi.tolist() == [-2.0 + 4.0]


def test_order_flow_imbalance_is_that_of_cont_and_others() -> None:
    rows = book(
        (0, 1, 99.0, 5, 101.0, 7, 0),
        (1, 1, 99.0, 8, 101.0, 6, 0),  # bid + 3, ask − 1: 4
        (2, 1, 99.5, 2, 101.0, 6, 0),  # the bid rose: + its 2
        (3, 1, 99.0, 8, 101.0, 6, 0),  # it fell: − the 2 that were there
        (4, 1, 99.0, 8, 100.5, 1, 0),  # the ask fell: − its 1
        (5, 1, 99.0, 8, 101.0, 6, 0),  # it rose: + the 1 that was there
    )
    assert order_flow_imbalance(rows).tolist() == [0, 4, 2, -2, -1, 1]


def test_the_widest_spread_is_told_as_prices_are() -> None:
    rows = book((0, 1, 0.1, 1, 0.4, 1, 0.0), (1, 1, 0.2, 1, 0.3, 1, 0.0))
    bars, _ = seconds(rows, 1_000)
    assert bars.widest_spread.tolist() == [0.3]  # 0.4 − 0.1 is 0.30000000000000004


def test_a_second_is_the_same_whether_its_rows_come_at_once_or_not() -> None:
    rng = np.random.default_rng(3)
    times = np.sort(rng.integers(0, 30_000, 200))
    rows = book(*((t, 1, 99 + rng.integers(9), 1, 120, 2, rng.random()) for t in times.tolist()))
    whole, _ = seconds(rows, 30_000)
    cut = int(np.searchsorted(rows.from_ms, 11_000))
    before, after = split(rows, cut)
    first, rest = seconds(before, 11_000)
    second, _ = seconds(joined((rest, after)), 30_000)
    for name, all_at_once, a, b in zip(whole._fields, whole, first, second, strict=True):
        assert np.array_equal(all_at_once, np.concatenate([a, b]), equal_nan=a.dtype == float), name


def test_intervals_of_an_odd_book_are_marked_across_what_is_settled_at_once() -> None:
    crossed = book(
        (10, 1, 99, 1, 101, 1, 0.0), (20, 1, 102, 1, 101, 1, 0.0), (30, 1, 102, 1, 101, 1, 0.0)
    )
    closed, still_open = marks_of(crossed, ())
    assert closed == []
    assert still_open == (Mark("crossed", 20, 30, 2, 1, 2),)
    healed = book((40, 1, NAN, 0, 101, 1, NAN), (50, 1, 99, 1, 101, 1, 0.0))
    closed, still_open = marks_of(healed, still_open)
    assert closed == [Mark("crossed", 20, 40, 2, 1, 2), Mark("one-sided", 40, 50, 1, 1, 1)]
    assert still_open == ()
