"""Merge base pieces into longer windows: what one pass with that window would have made.

All here are pure functions over columns. Merging is associative: minutes merged from seconds, then
hours from those, are the hours merged from seconds. What a window becomes depends on its own pieces
alone, to the last bit, whatever else is merged in the same call.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.history.bars import BookBars, Moments, Numbers, TradeBars, between, no_pieces
from shared.history.columns import joined, run_ends, run_starts, run_sums

Starts = NDArray[np.intp]
"""Where the pieces of each window begin; each has at least one."""

_END_MS = 2**62


class Bars(NamedTuple):
    """What trades made of some windows, and what the book did in them."""

    trades: TradeBars
    book: BookBars

    def between(self, from_ms: int, to_ms: int = _END_MS) -> "Bars":
        """Return those of windows that begin in `[from_ms, to_ms)`."""
        return Bars(between(self.trades, from_ms, to_ms), between(self.book, from_ms, to_ms))

    def merged(self, window_ms: int) -> "Bars":
        """Return them merged into windows of `window_ms`."""
        return Bars(merge_trades(self.trades, window_ms), merge_book(self.book, window_ms))

    def followed_by(self, other: "Bars") -> "Bars":
        """Return them and then the `other` ones."""
        return Bars(joined((self.trades, other.trades)), joined((self.book, other.book)))

    def starts(self, window_ms: int) -> list[int]:
        """Return the windows of `window_ms` that there is something in."""
        starts = (windows(each.ts, window_ms)[1] for each in self if len(each.ts))
        return sorted({int(start) for of_each in starts for start in of_each})


NO_BARS = Bars(no_pieces(TradeBars), no_pieces(BookBars))


def merge_trades(pieces: TradeBars, window_ms: int) -> TradeBars:
    """Return what the trades of `pieces` made of windows of `window_ms`."""
    if not len(pieces.ts):
        return pieces
    starts, ts = windows(pieces.ts, window_ms)
    ends = run_ends(starts, len(pieces.ts)) - 1
    volume, turnover = (run_sums(each, starts) for each in (pieces.volume, pieces.turnover))
    deltas = 2.0 * pieces.buy_volume - pieces.volume
    running = running_sums(deltas, starts)
    before = running - deltas
    before[starts] = 0.0
    return TradeBars(
        ts=ts,
        trades=np.add.reduceat(pieces.trades, starts),
        first_file=pieces.first_file[starts],
        first_id=pieces.first_id[starts],
        last_file=pieces.last_file[ends],
        last_id=pieces.last_id[ends],
        open=pieces.open[starts],
        high=np.maximum.reduceat(pieces.high, starts),
        low=np.minimum.reduceat(pieces.low, starts),
        close=pieces.close[ends],
        volume=volume,
        buy_volume=run_sums(pieces.buy_volume, starts),
        delta_high=np.maximum.reduceat(before + pieces.delta_high, starts),
        delta_low=np.minimum.reduceat(before + pieces.delta_low, starts),
        cvd=pieces.cvd[ends],
        turnover=turnover,
        price_m2=_second_moment(pieces, starts, turnover / volume),
    )


def merge_book(pieces: BookBars, window_ms: int) -> BookBars:
    """Return what the book of `pieces` did in windows of `window_ms`."""
    if not len(pieces.ts):
        return pieces
    starts, ts = windows(pieces.ts, window_ms)
    ends = run_ends(starts, len(pieces.ts)) - 1
    standing_ms = np.add.reduceat(pieces.standing_ms, starts)
    sampled = np.flatnonzero(pieces.samples)
    of_window = np.searchsorted(starts, sampled, side="right") - 1
    firsts = run_starts(of_window)
    lasts = run_ends(firsts, len(sampled)) - 1
    place = of_window[firsts] if len(sampled) else of_window

    def over_samples(values: Numbers, how: np.ufunc | None, at: Starts = firsts) -> Numbers:
        result = np.full(len(starts), np.nan)
        if len(sampled):
            values = values[sampled]
            result[place] = values[at] if how is None else how.reduceat(values, firsts)
        return result

    def mean(values: Numbers) -> Numbers:
        weighted = np.where(pieces.standing_ms > 0, values * pieces.standing_ms, 0.0)
        sums = run_sums(weighted, starts)
        means: Numbers = np.full(len(ts), np.nan)
        return np.divide(sums, standing_ms, out=means, where=standing_ms > 0)

    return BookBars(
        ts=ts,
        book_rows=np.add.reduceat(pieces.book_rows, starts),
        samples=np.add.reduceat(pieces.samples, starts),
        standing_ms=standing_ms,
        first_file=pieces.first_file[starts],
        first_id=pieces.first_id[starts],
        last_file=pieces.last_file[ends],
        last_id=pieces.last_id[ends],
        best_bid=pieces.best_bid[ends],
        best_ask=pieces.best_ask[ends],
        widest_spread=np.fmax.reduceat(pieces.widest_spread, starts),
        bid_size=pieces.bid_size[ends],
        ask_size=pieces.ask_size[ends],
        ofi=run_sums(pieces.ofi, starts),
        obi_open=over_samples(pieces.obi_open, None),
        obi_high=over_samples(pieces.obi_high, np.maximum),
        obi_low=over_samples(pieces.obi_low, np.minimum),
        obi_close=over_samples(pieces.obi_close, None, lasts),
        obi_mean=mean(pieces.obi_mean),
        tot_open=over_samples(pieces.tot_open, None),
        tot_high=over_samples(pieces.tot_high, np.maximum),
        tot_low=over_samples(pieces.tot_low, np.minimum),
        tot_close=over_samples(pieces.tot_close, None, lasts),
        tot_mean=mean(pieces.tot_mean),
    )


def windows(ts: Moments, window_ms: int) -> tuple[Starts, Moments]:
    """Return where the pieces of each window begin, and the windows' own starts."""
    begins = ts // window_ms * window_ms
    starts = run_starts(begins)
    return starts, begins[starts]


def running_sums(values: Numbers, starts: Starts) -> Numbers:
    """Return the sums of `values` from the start of each window up to each of them.

    Each window is added up by itself, from its first to its last, so that nothing outside of it is
    in the rounding: windows of about the same length at once, each a row of a table.
    """
    lengths = run_ends(starts, len(values)) - starts
    sums = np.empty(len(values))
    size = 1
    while size < 2 * lengths.max(initial=0):
        rows = np.flatnonzero((2 * lengths > size) & (lengths <= size))
        if len(rows):
            index = starts[rows, None] + np.arange(size)
            is_there = np.arange(size) < lengths[rows, None]
            table = np.where(is_there, values[np.minimum(index, len(values) - 1)], 0.0)
            sums[index[is_there]] = np.cumsum(table, axis=1)[is_there]
        size *= 2
    return sums


def _second_moment(pieces: TradeBars, starts: Starts, vwap: Numbers) -> Numbers:
    """Return Σ size·(price − vwap)² of each window from those of its pieces (Chan et al. 1979)."""
    of_window = np.repeat(vwap, run_ends(starts, len(pieces.ts)) - starts)
    distance = pieces.turnover / pieces.volume - of_window
    return run_sums(pieces.price_m2 + pieces.volume * distance**2, starts)
