"""Write the history's bars as CSV: the columns that the page's own CSV has, slice by slice."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from shared.clock import MS_PER_DAY
from shared.history.bars import BookBars, Moments, Numbers, TradeBars
from shared.history.columns import part
from shared.history.merging import Bars
from shared.history.repository import History
from shared.series import SERIES

SLICE_MS = MS_PER_DAY // 4
"""How much time is read at once, unless a window is longer."""

MEANS = ("buy_volume", "obi_mean", "tot_mean")
"""What a history knows beyond the series: volume of taker buys, means weighted by time."""

_CVD_DECIMALS = 12


def csv_of(history: History, window_ms: int, from_ms: int, to_ms: int) -> Iterator[bytes]:
    """Yield the bars that begin in `[from_ms, to_ms)` as CSV, the heading first.

    A row is a time at which any series has a bar. Raises HistoryError when the history cannot be
    read.
    """
    yield _line(column_names())
    slice_ms = -(-SLICE_MS // window_ms) * window_ms
    while from_ms < to_ms:
        end_ms = min((from_ms // slice_ms + 1) * slice_ms, to_ms)
        yield _lines(history.bars(window_ms, from_ms, end_ms))
        from_ms = end_ms


def column_names() -> list[str]:
    """Return the heading; a name that an earlier series has is named after its own as well."""
    names = ["time_utc"]
    for series in SERIES:
        names += [
            f"{series.name}_{name}" if name in names else name for name in series.column_names[1:]
        ]
    return [*names, *MEANS]


def _lines(bars: Bars) -> bytes:
    trades = bars.trades
    book = part(bars.book, bars.book.samples > 0)
    ts = np.union1d(trades.ts, book.ts)
    columns = [
        *(_placed(column, trades.ts, ts) for column in _prices_and_volume(trades)),
        *(_placed(column, book.ts, ts) for column in _book_candles(book)),
        *(_placed(column, trades.ts, ts) for column in _cvd_candles(trades)),
        _placed(trades.buy_volume, trades.ts, ts),
        _placed(book.obi_mean, book.ts, ts),
        _placed(book.tot_mean, book.ts, ts),
    ]
    times = np.datetime_as_string(ts.astype("datetime64[ms]"), timezone="UTC").tolist()
    return b"".join(map(_line, zip(times, *map(_texts, columns), strict=True)))


def _prices_and_volume(trades: TradeBars) -> tuple[Numbers, ...]:
    return trades.open, trades.high, trades.low, trades.close, trades.volume


def _book_candles(book: BookBars) -> tuple[Numbers, ...]:
    obi = book.obi_open, book.obi_high, book.obi_low, book.obi_close
    return *obi, book.tot_open, book.tot_high, book.tot_low, book.tot_close


def _cvd_candles(trades: TradeBars) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    before = np.round(trades.cvd - (2.0 * trades.buy_volume - trades.volume), _CVD_DECIMALS)
    high = np.maximum(np.maximum(before + trades.delta_high, before), trades.cvd)
    low = np.minimum(np.minimum(before + trades.delta_low, before), trades.cvd)
    return before, high, low, trades.cvd


def _placed(column: Numbers, own: Moments, ts: Moments) -> Numbers:
    """Return a column with a number for each of `ts`, NaN where it has none."""
    placed: NDArray[np.float64] = np.full(len(ts), np.nan)
    placed[np.searchsorted(ts, own)] = column
    return placed


def _texts(column: Numbers) -> list[str]:
    return ["" if number != number else repr(number) for number in column.tolist()]


def _line(values: list[str] | tuple[str, ...]) -> bytes:
    return (",".join(values) + "\r\n").encode()
