"""Make seconds from what was sampled after book rows."""

from typing import NamedTuple

import numpy as np

from processor.history.trade_seconds import SECOND_MS
from shared.history.bars import BookBars, Counts, Moments, Numbers
from shared.history.columns import part
from shared.history.decimals import Decimals, snapped
from shared.history.merging import merge_book

STANDS_MS = 60_000
"""How long a book is taken to stand after a row. An exchange says at least once a minute that
nothing has changed; after more silence than that nobody knows what the book was."""


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
    ends = np.minimum(np.append(rows.from_ms[1:], end_ms), rows.until_ms)
    is_two_sided = ~np.isnan(rows.obi)
    first_seconds = rows.from_ms // SECOND_MS
    reaches = np.where(is_two_sided, (ends - 1) // SECOND_MS - first_seconds + 1, 0)
    copies = np.maximum(reaches, rows.is_row)
    # A book that stands for some seconds is a piece of each of them.
    of_row = np.repeat(np.arange(len(copies)), copies)
    nth = np.arange(len(of_row)) - np.repeat(np.cumsum(copies) - copies, copies)
    ts = (first_seconds[of_row] + nth) * SECOND_MS
    is_first = (nth == 0).astype(np.int64)
    is_sample = is_first * rows.is_row[of_row] * is_two_sided[of_row]
    stood = np.minimum(ends[of_row], ts + SECOND_MS) - np.maximum(rows.from_ms[of_row], ts)
    spreads = snapped(rows.best_asks - rows.best_bids, price_decimals)
    obi, tot = rows.obi[of_row], rows.tot[of_row]
    pieces = BookBars(
        ts=ts,
        book_rows=is_first * rows.is_row[of_row],
        samples=is_sample,
        standing_ms=np.where(is_two_sided[of_row], np.maximum(stood, 0), 0),
        first_file=rows.files[of_row],
        first_id=rows.row_ids[of_row],
        last_file=rows.files[of_row],
        last_id=rows.row_ids[of_row],
        best_bid=rows.best_bids[of_row],
        best_ask=rows.best_asks[of_row],
        widest_spread=spreads[of_row],
        bid_size=rows.bid_sizes[of_row],
        ask_size=rows.ask_sizes[of_row],
        ofi=np.where(is_first, order_flow_imbalance(rows)[of_row], 0.0),
        obi_open=obi,
        obi_high=obi,
        obi_low=obi,
        obi_close=obi,
        obi_mean=obi,
        tot_open=tot,
        tot_high=tot,
        tot_low=tot,
        tot_close=tot,
        tot_mean=tot,
    )
    seconds = merge_book(pieces, SECOND_MS)
    last = of_row[np.append(np.flatnonzero(np.diff(ts)), len(ts) - 1)] if len(ts) else of_row
    seconds = seconds._replace(ofi=snapped(seconds.ofi, size_decimals[last]))
    return seconds, _rest(rows, end_ms)


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


def _rest(rows: BookRows, end_ms: int) -> BookRows:
    """Return the last of `rows` as it is from `end_ms` on, or as what was before the next row."""
    last = part(rows, slice(-1, None))
    return last._replace(
        from_ms=np.full(len(last.from_ms), end_ms),
        is_row=np.zeros(len(last.from_ms), np.int64),
        until_ms=np.maximum(last.until_ms, end_ms),
    )
