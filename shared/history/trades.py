"""Trades as the history keeps them, a minute a blob."""

from typing import NamedTuple

import numpy as np

from shared.history.bars import Counts, Moments, Numbers
from shared.history.packing import Pack, PackedColumnsError, pack, unpack


class Trades(NamedTuple):
    """Trades in the order in which they count; `is_buy` is 1 where the taker bought.

    `times_ms` are as recorded. `ts` is the second that a trade is counted in: its own, or that of
    the trade before it where that is later, as it is where a day file begins before the end of the
    one before. Each is named by file and row id.
    """

    ts: Moments
    files: Counts
    row_ids: Counts
    times_ms: Moments
    is_buy: Counts
    prices: Numbers
    sizes: Numbers


def no_trades() -> Trades:
    """Return no trades."""
    integers, numbers = np.empty((5, 0), np.int64), np.empty((2, 0))
    return Trades(*integers, *numbers)


def pack_trades(trades: Trades, pack: Pack = pack) -> bytes:
    """Return the columns as a blob, in the order of Trades."""
    return pack(trades[:5], ((trades.prices,), (trades.sizes,)), ())


def unpack_trades(blob: bytes) -> Trades:
    """Return what was packed; raises PackedColumnsError when `blob` is something else."""
    columns = unpack(blob)
    if len(columns) != len(Trades._fields):
        raise PackedColumnsError(
            f"expected the {len(Trades._fields)} columns of trades, found {len(columns)}"
        )
    return Trades(*columns)
