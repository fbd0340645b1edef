"""Footprints: what was bought and sold at each row of prices, in windows of time or in all of it.

All here are pure functions over columns. Sums of sizes are told by as many decimals as the sizes
are, so that rows of equal volume are equal.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.history.bars import Counts, Moments, Numbers
from shared.history.columns import part
from shared.history.decimals import exact_decimals, snapped
from shared.history.order_flow.price_rows import Rows, rows_of
from shared.history.trades import Trades


class Footprint(NamedTuple):
    """What was traded in windows at rows of prices: one row each that has any, none empty.

    In the order of `ts`, the window's start, and of `rows`, numbered from price 0 upwards, see
    `price_rows`. Volumes are in base units.
    """

    ts: Moments
    rows: Rows
    buy_trades: Counts
    sell_trades: Counts
    buy_volume: Numbers
    sell_volume: Numbers

    @property
    def volume(self) -> Numbers:
        """Bought and sold, in base units."""
        return _told_alike(self, self.buy_volume + self.sell_volume)

    @property
    def delta(self) -> Numbers:
        """Bought less sold, in base units."""
        return _told_alike(self, self.buy_volume - self.sell_volume)


def footprint_of(trades: Trades, window_ms: int, height: float) -> Footprint:
    """Return the footprint of `trades` in windows of `window_ms`, whole seconds.

    A trade is in the window that its bar is in, which is that of its `ts`. Raises ValueError where
    `height` makes no rows, see `rows_of`.
    """
    ts = trades.ts // window_ms * window_ms
    return _summed(ts, trades, height)


def profile_of(trades: Trades, height: float) -> Footprint:
    """Return the profile of `trades`: their footprint in one window, whose `ts` is 0.

    Raises ValueError where `height` makes no rows, see `rows_of`.
    """
    return _summed(np.zeros_like(trades.ts), trades, height)


def merge_footprint(
    footprint: Footprint, *, window_ms: int | None = None, rows: int = 1
) -> Footprint:
    """Return the footprint in windows of `window_ms`, and of `rows` rows in one.

    Equal to the one made of the trades with such windows and rows, where it was made with windows
    and rows that those are multiples of.
    """
    ts = footprint.ts if window_ms is None else footprint.ts // window_ms * window_ms
    return _grouped(footprint._replace(ts=ts, rows=footprint.rows // rows))


def profiles(footprint: Footprint) -> list[Footprint]:
    """Return the footprint of each window alone, in the order of time."""
    starts = np.flatnonzero(np.diff(footprint.ts, prepend=footprint.ts[:1] - 1))
    ends = np.append(starts[1:], len(footprint.ts))[: len(starts)]
    return [
        part(footprint, slice(start, end))
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]


def _summed(ts: Moments, trades: Trades, height: float) -> Footprint:
    is_buy = trades.is_buy.astype(np.int64)
    return _grouped(
        Footprint(
            ts=ts,
            rows=rows_of(trades.prices, height),
            buy_trades=is_buy,
            sell_trades=1 - is_buy,
            buy_volume=np.where(is_buy, trades.sizes, 0.0),
            sell_volume=np.where(is_buy, 0.0, trades.sizes),
        )
    )


def _grouped(pieces: Footprint) -> Footprint:
    """Return `pieces` with those of the same window and row in one."""
    if not len(pieces.ts):
        return pieces
    decimals = _decimals(pieces)
    pieces = part(pieces, np.lexsort((pieces.rows, pieces.ts)))
    is_new: NDArray[np.bool_] = np.ones(len(pieces.ts), np.bool_)
    is_new[1:] = (np.diff(pieces.ts) != 0) | (np.diff(pieces.rows) != 0)
    starts = np.flatnonzero(is_new)

    def total(sizes: Numbers) -> Numbers:
        return snapped(np.add.reduceat(sizes, starts), np.full(len(starts), decimals))

    return Footprint(
        ts=pieces.ts[starts],
        rows=pieces.rows[starts],
        buy_trades=np.add.reduceat(pieces.buy_trades, starts),
        sell_trades=np.add.reduceat(pieces.sell_trades, starts),
        buy_volume=total(pieces.buy_volume),
        sell_volume=total(pieces.sell_volume),
    )


def _told_alike(footprint: Footprint, numbers: Numbers) -> Numbers:
    return snapped(numbers, np.full(len(numbers), _decimals(footprint)))


def _decimals(footprint: Footprint) -> int:
    return exact_decimals(np.concatenate((footprint.buy_volume, footprint.sell_volume)))
