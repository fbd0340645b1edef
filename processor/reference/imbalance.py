"""Measure how a book leans: order book imbalance and the volume it is measured over."""

from collections.abc import Iterable
from typing import NamedTuple

from processor.calculation.depth import Depth
from shared.recordings.records import OrderbookLevel


class Imbalance(NamedTuple):
    """OBI in [-1, 1], positive when bids outweigh asks, and TOT, the size on both sides."""

    obi: float
    tot: float


class MetricsCalculator:
    """Calculates the normalised order book imbalance, as Bookmap and hftbacktest define it."""

    def imbalance(self, depth: Depth) -> Imbalance | None:
        """Return OBI = (Vb - Va) / (Vb + Va) and TOT = Vb + Va; None while a side is empty."""
        if not depth.bids or not depth.asks:
            return None
        bid_size = _total_size(depth.bids)
        ask_size = _total_size(depth.asks)
        total = bid_size + ask_size
        return Imbalance((bid_size - ask_size) / total, total)


def _total_size(levels: Iterable[OrderbookLevel]) -> float:
    # Not sum(): since Python 3.12 it compensates rounding, and the result would depend on the
    # version. Best first, one by one, gives the same bits everywhere.
    total = 0.0
    for level in levels:
        total += level.size
    return total
