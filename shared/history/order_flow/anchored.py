"""What runs on from a moment: CVD, and VWAP with its deviation.

Pure functions over the bars since that moment. Σv(p − VWAP)² is added up around the first bar's
VWAP, never as a difference of large squares.
"""

from typing import NamedTuple

import numpy as np

from shared.history.bars import Moments, Numbers, TradeBars
from shared.history.decimals import exact_decimals, snapped


class CvdBars(NamedTuple):
    """CVD in windows that have trades: before the first of each, its extremes, after the last."""

    ts: Moments
    open: Numbers
    high: Numbers
    low: Numbers
    close: Numbers


class Vwap(NamedTuple):
    """At the end of windows that have trades: VWAP, and how far prices were from it.

    `sigma` is √(Σv(p − vwap)² / Σv), the distance of the first band.
    """

    ts: Moments
    vwap: Numbers
    sigma: Numbers


def cvd_since(bars: TradeBars) -> CvdBars:
    """Return the CVD that begins at 0 with the first of `bars`."""
    sizes = np.concatenate((bars.volume, bars.buy_volume))
    decimals = np.full(len(bars.ts), exact_decimals(sizes))
    delta = 2.0 * bars.buy_volume - bars.volume
    close = snapped(np.cumsum(delta.astype(np.longdouble)).astype(np.float64), decimals)
    before = np.append(0.0, close[:-1])[: len(close)]
    return CvdBars(
        ts=bars.ts,
        open=before,
        high=snapped(before + bars.delta_high, decimals),
        low=snapped(before + bars.delta_low, decimals),
        close=close,
    )


def vwap_of(bars: TradeBars) -> Vwap:
    """Return VWAP and deviation of each bar alone."""
    return Vwap(bars.ts, bars.turnover / bars.volume, np.sqrt(bars.price_m2 / bars.volume))


def vwap_since(bars: TradeBars) -> Vwap:
    """Return VWAP and deviation of all prices since the first of `bars`."""
    if not len(bars.ts):
        return vwap_of(bars)
    vwaps = bars.turnover / bars.volume
    centre = vwaps[0]
    volume = np.cumsum(bars.volume)
    distance = np.cumsum(bars.volume * (vwaps - centre)) / volume
    # Chan et al. 1979: what each bar adds is its own moment, and that of its centre from the one
    # before it.
    volume_before = np.append(0.0, volume[:-1])
    apart = vwaps - centre - np.append(0.0, distance[:-1])
    moments = bars.price_m2 + apart**2 * volume_before * bars.volume / volume
    return Vwap(bars.ts, centre + distance, np.sqrt(np.cumsum(moments) / volume))
