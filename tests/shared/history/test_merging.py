"""Merging: hand-worked windows, and the laws that every merge obeys."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.history.bars import BookBars, TradeBars, no_pieces
from shared.history.merging import merge_book, merge_trades, running_sums

NAN = float("nan")


def trade_bars(*rows: tuple[int, float, float, float, float, float, float]) -> TradeBars:
    """Pieces of (ts, open, high, low, close, volume, buy volume), all bought before sold."""
    ts, opens, highs, lows, closes, volumes, bought = (
        np.array(column) for column in zip(*rows, strict=True)
    )
    ids = np.arange(len(ts))
    deltas = 2 * bought - volumes
    return TradeBars(
        *(ts, np.full(len(ts), 2), ids * 0, ids, ids * 0, ids),
        *(opens, highs, lows, closes, volumes, bought),
        *(bought, np.minimum(deltas, 0.0), np.cumsum(deltas)),
        *(volumes * (highs + lows) / 2, volumes * 0.25),
    )


def test_trades_of_two_seconds_make_a_minute() -> None:
    minute = merge_trades(
        trade_bars(
            (60_000, 100.0, 103.0, 99.0, 101.0, 4.0, 1.0),  # delta −2
            (61_000, 101.0, 102.0, 98.0, 98.5, 6.0, 5.0),  # delta +4
        ),
        60_000,
    )
    assert minute.ts.tolist() == [60_000]
    assert minute.trades.tolist() == [4]
    assert (minute.first_id.tolist(), minute.last_id.tolist()) == ([0], [1])
    assert [column.tolist() for column in minute[6:12]] == [
        [100.0],
        [103.0],
        [98.0],
        [98.5],
        [10.0],
        [6.0],
    ]
    # The running delta goes 0 → 1 → −2 → 3 → 2: the second piece begins at −2.
    assert minute.delta_high.tolist() == [3.0]
    assert minute.delta_low.tolist() == [-2.0]
    assert minute.cvd.tolist() == [2.0]
    # 4 at 101 and 6 at 100: VWAP 100.4, so 1 + 1.5 within and 4·0.36 + 6·0.16 between them.
    assert minute.turnover.tolist() == [1004.0]
    assert minute.price_m2.tolist() == pytest.approx([2.5 + 1.44 + 0.96])


def book_bars(*rows: tuple[int, int, int, float, float]) -> BookBars:
    """Pieces of (ts, rows, ms that it stood, OBI, best bid); OBI is NaN while none was sampled."""
    ts, counts, stood, obi, bids = (np.array(column) for column in zip(*rows, strict=True))
    ids, samples = np.arange(len(ts)), counts * ~np.isnan(obi)
    return BookBars(
        *(ts, counts, samples, stood, ids * 0, ids, ids * 0, ids),
        *(bids, bids + 1.0, np.full(len(ts), 1.0), bids * 0 + 2, bids * 0 + 3, counts * 0.5),
        *(obi - 0.125, obi + 0.25, obi - 0.25, obi + 0.125, obi),
        *(obi + 9, obi + 12, obi + 8, obi + 11, obi + 10),
    )


def test_a_mean_weighs_by_the_time_that_a_book_stood() -> None:
    minute = merge_book(
        book_bars(
            (0, 3, 250, 0.5, 99.0),
            (1_000, 0, 1_000, -0.5, 99.0),  # it stood on, and nothing was recorded
            (2_000, 1, 0, NAN, NAN),  # a side was empty
            (3_000, 2, 750, 0.25, 98.0),
        ),
        60_000,
    )
    assert minute.obi_mean.tolist() == [(250 * 0.5 - 1000 * 0.5 + 750 * 0.25) / 2000]
    assert minute.standing_ms.tolist() == [2000]
    assert (minute.book_rows.tolist(), minute.samples.tolist()) == ([6], [5])
    # Open to close are of what was sampled: the second that only stood has no say.
    assert [c.tolist() for c in minute[14:18]] == [[0.375], [0.75], [0.0], [0.375]]
    assert minute.best_bid.tolist() == [98.0]
    assert minute.ofi.tolist() == [3.0]


def test_a_window_of_an_empty_side_has_no_imbalance() -> None:
    minute = merge_book(book_bars((0, 2, 0, NAN, NAN)), 60_000)
    assert all(np.isnan(column[0]) for column in (*minute[14:], minute.best_bid))
    assert minute.book_rows.tolist() == [2]


@pytest.mark.parametrize("kind", [TradeBars, BookBars])
def test_nothing_is_merged_to_nothing(kind: type[TradeBars | BookBars]) -> None:
    merge = merge_trades if kind is TradeBars else merge_book
    assert len(merge(no_pieces(kind), 60_000).ts) == 0


SECONDS = st.lists(st.integers(0, 40_000), min_size=1, max_size=80, unique=True).map(sorted)


@given(SECONDS, st.sampled_from([(2, 6), (60, 3_600), (5, 86_400), (7, 21)]), st.randoms())
def test_merging_is_associative(seconds: list[int], windows: tuple[int, int], rng: object) -> None:
    def lots() -> float:
        return rng.randrange(1, 10**6) / 1000

    prices = [(lots() + 1, lots() + 1) for _ in seconds]
    trades = trade_bars(
        *(
            (1000 * s, a, max(a, b), min(a, b), b, v := lots(), v * rng.random())
            for s, (a, b) in zip(seconds, prices, strict=True)
        )
    )
    book = book_bars(
        *((1000 * s, rng.randrange(3), rng.randrange(1001), rng.random(), lots()) for s in seconds)
    )
    short, long = (1000 * window for window in windows)
    for merge, pieces in ((merge_trades, trades), (merge_book, book)):
        at_once, in_steps = merge(pieces, long), merge(merge(pieces, short), long)
        for name, one, other in zip(at_once._fields, at_once, in_steps, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9, err_msg=name)
    volumes = merge_trades(trades, long).volume
    assert volumes.sum() == pytest.approx(trades.volume.sum(), rel=1e-12)


@given(SECONDS, st.integers(1, 80), st.randoms())
def test_a_window_does_not_depend_on_what_else_is_merged(
    seconds: list[int], count: int, rng: object
) -> None:
    trades = trade_bars(
        *(
            (1000 * s, 1.0, 1.0, 1.0, 1.0, v := rng.random() + 0.01, v * rng.random())
            for s in seconds
        )
    )
    some = TradeBars(*(column[:count] for column in trades))
    whole, part = merge_trades(trades, 5_000), merge_trades(some, 5_000)
    shared = len(part.ts) - 1  # the last window of the part may be cut
    for one, other in zip(whole, part, strict=True):
        assert one[:shared].tolist() == other[:shared].tolist()


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), min_size=1, max_size=20))
def test_running_sums_are_those_of_each_window_alone(windows: list[list[float]]) -> None:
    starts = np.cumsum([0, *(len(window) for window in windows[:-1])])
    sums = running_sums(np.array([value for window in windows for value in window]), starts)
    expected = [value for window in windows for value in np.cumsum(window).tolist()]
    assert sums.tolist() == expected
