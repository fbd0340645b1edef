"""Make seconds from what was sampled after book rows."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.history.bars import BookBars, Counts, Moments, Numbers
from shared.history.columns import part, run_ends, run_starts, run_sums
from shared.history.decimals import Decimals, snapped
from shared.history.schema import SECOND_MS

Places = NDArray[np.intp]

Flags = NDArray[np.bool_]


class BookRows(NamedTuple):
    """Books in the order of their rows, each of which stands until the next.

    `from_ms` is when it begins to stand, never before the one before it, and `until_ms` when it
    ends at the latest. `is_row` is 0 for the rest of a book whose begin is in earlier seconds.
    The best price of an empty side is NaN, and OBI and TOT are then NaN, too.
    """

    from_ms: Moments
    until_ms: Moments
    is_row: Counts
    files: Counts
    row_ids: Counts
    is_reset: Counts
    is_gap: Counts
    best_bids: Numbers
    bid_sizes: Numbers
    best_asks: Numbers
    ask_sizes: Numbers
    obi: Numbers
    tot: Numbers


def seconds_of_book(
    rows: BookRows, end_ms: int, price_decimals: Decimals, size_decimals: Decimals
) -> tuple[BookBars, BookRows]:
    """Return the seconds before `end_ms`, a whole one, and what of the last book stands on then.

    All rows must be before it; the first, if it is the rest of a book, stood before them. The
    decimals are those of all best prices, and sizes there, of the run up to each row.
    """
    is_two_sided = ~np.isnan(rows.obi)
    of_row, ts, stood_ms = _standing(rows, end_ms, is_two_sided)
    starts = run_starts(ts)
    seconds = ts[starts]
    last_pieces = run_ends(starts, len(ts)) - 1
    first, last = of_row[starts], of_row[last_pieces]
    standing_ms = np.add.reduceat(stood_ms, starts) if len(ts) else stood_ms
    begun = rows.from_ms // SECOND_MS * SECOND_MS
    all_rows = _Rows.of(np.flatnonzero(rows.is_row), begun, seconds)
    samples = _Rows.of(np.flatnonzero(rows.is_row * is_two_sided), begun, seconds)
    spreads = snapped(rows.best_asks - rows.best_bids, price_decimals)
    ofi = all_rows.sums(order_flow_imbalance(rows))

    def mean(values: Numbers) -> Numbers:
        weighted = np.where(stood_ms > 0, values[of_row] * stood_ms, 0.0)
        means: Numbers = np.full(len(seconds), np.nan)
        if len(ts):
            sums = run_sums(weighted, starts)
            np.divide(sums, standing_ms, out=means, where=standing_ms > 0)
        return means

    bars = BookBars(
        ts=seconds,
        book_rows=all_rows.counts(),
        samples=samples.counts(),
        standing_ms=standing_ms,
        first_file=rows.files[first],
        first_id=rows.row_ids[first],
        last_file=rows.files[last],
        last_id=rows.row_ids[last],
        best_bid=rows.best_bids[last],
        best_ask=rows.best_asks[last],
        widest_spread=np.fmax(samples.over(np.maximum, spreads), spreads[first]),
        bid_size=rows.bid_sizes[last],
        ask_size=rows.ask_sizes[last],
        ofi=snapped(ofi, size_decimals[last]),
        obi_open=samples.first(rows.obi),
        obi_high=samples.over(np.maximum, rows.obi),
        obi_low=samples.over(np.minimum, rows.obi),
        obi_close=samples.last(rows.obi),
        obi_mean=mean(rows.obi),
        tot_open=samples.first(rows.tot),
        tot_high=samples.over(np.maximum, rows.tot),
        tot_low=samples.over(np.minimum, rows.tot),
        tot_close=samples.last(rows.tot),
        tot_mean=mean(rows.tot),
    )
    return bars, rest_of(rows, end_ms)


def _standing(rows: BookRows, end_ms: int, is_two_sided: Flags) -> tuple[Places, Moments, Counts]:
    """Return, of every second that a book stands in: its row, the second, and for how many ms.

    A row has at least the second that it begins in, though it may stand for no time.
    """
    ends = np.minimum(np.append(rows.from_ms[1:], end_ms), rows.until_ms)
    first = rows.from_ms // SECOND_MS
    reached = np.where(is_two_sided, (ends - 1) // SECOND_MS - first + 1, 0)
    copies = np.maximum(reached, rows.is_row)
    of_row = np.repeat(np.arange(len(copies)), copies)
    nth = np.arange(len(of_row)) - np.repeat(np.cumsum(copies) - copies, copies)
    ts = (first[of_row] + nth) * SECOND_MS
    stood_ms = np.minimum(ends[of_row], ts + SECOND_MS) - np.maximum(rows.from_ms[of_row], ts)
    return of_row, ts, np.where(is_two_sided[of_row], np.maximum(stood_ms, 0), 0)


class _Rows(NamedTuple):
    """Some rows, where those of each second begin among them, and that second among all."""

    chosen: Places
    starts: Places
    places: Places
    seconds: int

    @classmethod
    def of(cls, chosen: Places, begun: Moments, seconds: Moments) -> "_Rows":
        begun = begun[chosen]
        starts = run_starts(begun)
        return cls(chosen, starts, np.searchsorted(seconds, begun[starts]), len(seconds))

    def over(self, how: np.ufunc, values: Numbers) -> Numbers:
        """Return `values` of each second's rows made one, NaN where it has none."""
        result = np.full(self.seconds, np.nan)
        if len(self.starts):
            result[self.places] = how.reduceat(values[self.chosen], self.starts)
        return result

    def sums(self, values: Numbers) -> Numbers:
        """Return the sum of `values` of each second's rows, 0 where it has none."""
        result = np.zeros(self.seconds)
        result[self.places] = run_sums(values[self.chosen], self.starts)
        return result

    def first(self, values: Numbers) -> Numbers:
        """Return the first of `values` of each second's rows, NaN where it has none."""
        return self._at(values, self.starts)

    def last(self, values: Numbers) -> Numbers:
        """Return the last of `values` of each second's rows, NaN where it has none."""
        return self._at(values, run_ends(self.starts, len(self.chosen)) - 1)

    def counts(self) -> Counts:
        """Return how many rows each second has."""
        result = np.zeros(self.seconds, np.int64)
        result[self.places] = run_ends(self.starts, len(self.chosen)) - self.starts
        return result

    def _at(self, values: Numbers, which: Places) -> Numbers:
        result = np.full(self.seconds, np.nan)
        result[self.places] = values[self.chosen[which]]
        return result


def order_flow_imbalance(rows: BookRows) -> Numbers:
    """Return OFI of each row against the one before it, in base units; 0 of the first.

    At the best prices, after Cont, Kukanov and Stoikov (2014): a bid that rose adds its size, one
    that stayed adds its growth, one that fell takes away what was there; asks mirrored. A side that
    is empty has its best price infinitely far away.
    """
    bids = _growth(np.nan_to_num(rows.best_bids, nan=-np.inf), rows.bid_sizes)
    asks = _growth(np.nan_to_num(-rows.best_asks, nan=-np.inf), rows.ask_sizes)
    return bids - asks


def _growth(better: Numbers, sizes: Numbers) -> Numbers:
    """Return by how much a side grew at its best; what is `better` is nearer to the other side."""
    grown = np.zeros(len(sizes))
    added = np.where(better[1:] >= better[:-1], sizes[1:], 0.0)
    taken = np.where(better[1:] <= better[:-1], sizes[:-1], 0.0)
    grown[1:] = added - taken
    return grown


def rest_of(rows: BookRows, end_ms: int) -> BookRows:
    """Return the last of `rows` as it is from `end_ms` on, or as what was before the next row."""
    last = part(rows, slice(-1, None))
    return last._replace(
        from_ms=np.full(len(last.from_ms), end_ms),
        is_row=np.zeros(len(last.from_ms), np.int64),
        until_ms=np.maximum(last.until_ms, end_ms),
    )
