"""What every simulated recording promises, checked by an independent replay of the files."""

from decimal import Decimal
from itertools import pairwise

from tests.recorder.simulator.replay import read_book, replayed

TICK = Decimal("0.1")


def test_the_book_is_never_crossed(book_rows):
    for row, book in replayed(book_rows):
        assert book.best_bid < book.best_ask, f"at {row.timestamp_ms}"


def test_prices_are_on_ticks_and_sizes_on_lots(book_rows, trade_rows):
    levels = [level for row in book_rows for level in row.bids + row.asks]
    levels += [(trade.price, trade.size) for trade in trade_rows]
    assert all(price > 0 and price % TICK == 0 for price, _ in levels)
    assert all(size >= 0 and size % Decimal("0.00000001") == 0 for _, size in levels)
    assert all(trade.size > 0 for trade in trade_rows)


def test_levels_are_sent_best_first_and_once(book_rows):
    for row in book_rows:
        assert all(above[0] > below[0] for above, below in pairwise(row.bids))
        assert all(below[0] < above[0] for below, above in pairwise(row.asks))


def test_the_window_of_400_levels_a_side_is_kept_after_every_row(book_rows):
    sizes = [(len(book.bids), len(book.asks)) for _, book in replayed(book_rows)]
    assert set(sizes) == {(400, 400)}


def test_the_recording_starts_with_a_snapshot_and_the_second_day_without_one(day_files):
    first, second = (read_book([path]) for path in day_files)
    assert (len(first[0].bids), len(first[0].asks)) == (400, 400)
    assert len(second[0].bids) + len(second[0].asks) < 400


def test_each_file_holds_one_utc_day(day_files):
    assert [path.name for path in day_files] == ["BTC-USDT-25-07-01.db", "BTC-USDT-25-07-02.db"]
    first, second = (read_book([path]) for path in day_files)
    midnight_ms = 1_751_414_400_000
    assert first[-1].timestamp_ms < midnight_ms <= second[0].timestamp_ms


def test_timestamps_never_decrease_and_now_and_then_repeat(book_rows, trade_rows):
    times = [row.timestamp_ms for row in book_rows]
    assert times == sorted(times)
    assert 0 < sum(a == b for a, b in pairwise(times)) < len(times) / 50
    trade_times = [trade.timestamp_ms for trade in trade_rows]
    assert trade_times == sorted(trade_times)


def test_some_updates_are_empty(book_rows):
    empty = sum(not row.bids and not row.asks for row in book_rows)
    assert 0 < empty < len(book_rows) / 50


def test_few_deletions_are_of_absent_levels(book_rows):
    *_, (_, book) = replayed(book_rows)
    deletions = sum(size == 0 for row in book_rows for _, size in row.bids + row.asks)
    assert 0 < book.absent_deletions < deletions / 8


def test_every_trade_takes_from_the_best_level_of_the_book_before_it(book_rows, trade_rows):
    trades = iter(trade_rows)
    trade = next(trades)
    ends = [row.timestamp_ms for row in book_rows[1:]] + [book_rows[-1].timestamp_ms + 1000]
    checked = 0
    for (_, book), end_ms in zip(replayed(book_rows), ends, strict=True):
        bids, asks = (dict(book.bids), dict(book.asks)) if trade.timestamp_ms < end_ms else ({}, {})
        while trade is not None and trade.timestamp_ms < end_ms:
            side, best = (asks, min) if trade.side == "buy" else (bids, max)
            assert trade.price == best(side), f"trade at {trade.timestamp_ms}"
            assert trade.size <= side[trade.price], f"trade at {trade.timestamp_ms}"
            side[trade.price] -= trade.size
            if not side[trade.price]:
                del side[trade.price]
            checked += 1
            trade = next(trades, None)
        if trade is None:
            break
    assert checked == len(trade_rows) > 1000


def test_both_sides_trade(trade_rows):
    buys = sum(trade.side == "buy" for trade in trade_rows)
    assert {trade.side for trade in trade_rows} == {"buy", "sell"}
    assert 0.2 < buys / len(trade_rows) < 0.8
