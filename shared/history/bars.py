"""The pieces that bars are merged from: what trades made of a window, what the book did in it."""

from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from shared.history.columns import part
from shared.history.packing import Pack, PackedColumnsError, pack, unpack

Moments = NDArray[np.int64]
"""Epoch ms."""

Counts = NDArray[np.int64]
"""Whole numbers: how many, or the id of a row, or the number of a file in the table `files`."""

Numbers = NDArray[np.float64]
"""Prices, sizes or what is made of them."""


class TradeBars(NamedTuple):
    """What trades made of windows, one row a window that has any, in the order of time.

    `ts` is the window's start; `open` to `close` are prices; volumes are in base units, `turnover`
    is Σ price·size. `price_m2` is Σ size·(price − vwap)², the second moment around the window's own
    VWAP. `delta_high` and `delta_low` are the extremes of the running delta from 0, `cvd` is the
    run's CVD at the end. The first and the last of the trades are named by file and row id.
    """

    ts: Moments
    trades: Counts
    first_file: Counts
    first_id: Counts
    last_file: Counts
    last_id: Counts
    open: Numbers
    high: Numbers
    low: Numbers
    close: Numbers
    volume: Numbers
    buy_volume: Numbers
    delta_high: Numbers
    delta_low: Numbers
    cvd: Numbers
    turnover: Numbers
    price_m2: Numbers


class BookBars(NamedTuple):
    """What the book did in windows, one row a window in which it stood, in the order of time.

    `book_rows` counts the recorded rows, `samples` those that left both sides filled; OBI and TOT
    open to close over them, NaN without any. Their means are weighted by time, over the
    `standing_ms` during which both sides were filled. Best prices and sizes are those at the end,
    NaN and 0 of an empty side. `ofi` is Cont's order flow imbalance at the best prices, in base
    units. The first and the last book row that it is made of are named by file and row id.
    """

    ts: Moments
    book_rows: Counts
    samples: Counts
    standing_ms: Counts
    first_file: Counts
    first_id: Counts
    last_file: Counts
    last_id: Counts
    best_bid: Numbers
    best_ask: Numbers
    widest_spread: Numbers
    bid_size: Numbers
    ask_size: Numbers
    ofi: Numbers
    obi_open: Numbers
    obi_high: Numbers
    obi_low: Numbers
    obi_close: Numbers
    obi_mean: Numbers
    tot_open: Numbers
    tot_high: Numbers
    tot_low: Numbers
    tot_close: Numbers
    tot_mean: Numbers


Pieces = TypeVar("Pieces", TradeBars, BookBars)

_INTEGERS = {TradeBars: 6, BookBars: 8}


def no_pieces(kind: type[Pieces]) -> Pieces:
    """Return no rows of `kind`."""
    integers = _INTEGERS[kind]
    columns: list[Any] = [np.empty(0, np.int64) for _ in range(integers)]
    columns += [np.empty(0) for _ in kind._fields[integers:]]
    return kind(*columns)


def between(pieces: Pieces, from_ms: int, to_ms: int) -> Pieces:
    """Return the rows whose windows begin in `[from_ms, to_ms)`."""
    first, last = np.searchsorted(pieces.ts, (from_ms, to_ms))
    return part(pieces, slice(first, last))


def pack_trade_bars(bars: TradeBars, pack: Pack = pack) -> bytes:
    """Return the columns as a blob, in the order of TradeBars."""
    prices, sizes = bars[6:10], bars[10:15]
    return pack(bars[:6], (prices, sizes), bars[15:])


def pack_book_bars(bars: BookBars, pack: Pack = pack) -> bytes:
    """Return the columns as a blob, in the order of BookBars."""
    prices, sizes = bars[8:11], bars[11:14]
    return pack(bars[:8], (prices, sizes), bars[14:])


def unpack_bars(kind: type[Pieces], blob: bytes) -> Pieces:
    """Return what was packed; raises PackedColumnsError when `blob` is something else."""
    columns = unpack(blob)
    if len(columns) != len(kind._fields):
        raise PackedColumnsError(
            f"expected the {len(kind._fields)} columns of {kind.__name__}, found {len(columns)}"
        )
    return kind(*columns)
