"""Count trades into bars and CVD."""

from typing import Any

import numpy as np
from numba.extending import register_jitable

from processor.engine.kernels.arguments import LARGEST, NO_MOMENT, Numbers, Sums, TradeRows

TRADE_STATE = np.dtype(
    [
        ("from_ms", np.int64),
        ("to_ms", np.int64),
        ("newest_ms", np.int64),  # of the file's rows so far, to see whether they are in order
        ("rows", np.int64),
        ("accepted", np.int64),
        ("bar_ms", np.int64),  # start of the open bar, NO_MOMENT while there is none
        ("open", np.float64),
        ("high", np.float64),
        ("low", np.float64),
        ("close", np.float64),
        ("volume", np.float64, 2),  # sums: Neumaier's, the sum and what rounding lost
        ("cvd_open", np.float64),
        ("cvd_high", np.float64),
        ("cvd_low", np.float64),
        ("cvd_close", np.float64),
        ("cvd", np.float64, 2),
        ("bought", np.float64, 2),
        ("sold", np.float64, 2),
        ("closed_volume", np.float64, 2),
        ("bars_closed", np.int64),  # in this call
        ("outcome", np.int64),
    ]
)

DONE, NEEDS_STRICT_PARSER, OUT_OF_ORDER, END_OF_RANGE, LATE = 0, 1, 2, 3, 4
"""Why the kernel stopped; the row it stopped at is as if it had never come to it.

DONE stands for the end of the rows and for the moment up to which they were asked for. A LATE trade
belongs into a bar that is closed: it counts as a row, and the caller is to go on behind it.
"""

BAR_COLUMNS = 10
"""A closed bar's timestamp, open, high, low, close and volume, then its CVD's four."""


def no_sums() -> Sums:
    """Return the record of who has met no trade."""
    sums = np.zeros(1, TRADE_STATE)
    sums["bar_ms"] = sums["newest_ms"] = NO_MOMENT
    return sums


def begin_file(sums: Sums) -> None:
    """Forget how far the last file's times had come: order is kept within a file."""
    sums["newest_ms"] = NO_MOMENT


def new_closed(rows: int) -> Numbers:
    """Return room for the bars that as many trades can close."""
    return np.empty((rows, BAR_COLUMNS))


def count_trades(first: int, until_ms: int, rows: TradeRows, state: Sums, closed: Numbers) -> int:
    """Count the trades from `first` on, up to those at or after `until_ms`.

    Finished bars go to `closed`. Returns the row it stopped at, the number of rows when all are
    done; why, says `state["outcome"]`.
    """
    s = state[0]
    s["bars_closed"] = 0
    for row in range(first, len(rows.codes)):
        timestamp_ms = rows.codes[row] >> 1
        price, size = rows.prices[row], rows.sizes[row]
        if timestamp_ms == NO_MOMENT or not (0.0 < price <= LARGEST and 0.0 < size <= LARGEST):
            s["outcome"] = NEEDS_STRICT_PARSER
            return row
        if timestamp_ms < s["newest_ms"]:
            s["outcome"] = OUT_OF_ORDER
            return row
        if timestamp_ms >= s["to_ms"]:
            s["outcome"] = END_OF_RANGE
            return row
        if timestamp_ms >= until_ms:
            s["outcome"] = DONE
            return row
        s["newest_ms"] = timestamp_ms
        if timestamp_ms < s["from_ms"]:
            continue
        s["rows"] += 1
        bar_ms = rows.bar_starts[row]
        if bar_ms < s["bar_ms"]:
            s["outcome"] = LATE
            return row
        if bar_ms > s["bar_ms"]:
            if s["bar_ms"] != NO_MOMENT:
                _close_bar(s, closed)
            s["bar_ms"] = bar_ms
            s["open"] = s["high"] = s["low"] = s["close"] = price
            s["volume"][0] = s["volume"][1] = 0.0
            cvd = s["cvd"][0] + s["cvd"][1]
            s["cvd_open"] = s["cvd_high"] = s["cvd_low"] = s["cvd_close"] = cvd
        _count(price, size, rows.codes[row] & 1, s)
    s["outcome"] = DONE
    return len(rows.codes)


@register_jitable
def _count(price: float, size: float, is_buy: int, s: Any) -> None:
    s["high"] = max(s["high"], price)
    s["low"] = min(s["low"], price)
    s["close"] = price
    _add(s["volume"], size)
    if is_buy:
        _add(s["cvd"], size)
        _add(s["bought"], size)
    else:
        _add(s["cvd"], -size)
        _add(s["sold"], size)
    cvd = s["cvd"][0] + s["cvd"][1]
    s["cvd_high"] = max(s["cvd_high"], cvd)
    s["cvd_low"] = min(s["cvd_low"], cvd)
    s["cvd_close"] = cvd
    s["accepted"] += 1


@register_jitable
def _add(total: Any, term: float) -> None:
    """Add with Neumaier's compensation, as `bars.RunningSum` does."""
    after = total[0] + term
    if abs(total[0]) >= abs(term):
        total[1] += (total[0] - after) + term
    else:
        total[1] += (term - after) + total[0]
    total[0] = after


@register_jitable
def _close_bar(s: Any, closed: Numbers) -> None:
    bar = closed[s["bars_closed"]]
    bar[0] = s["bar_ms"]
    bar[1] = s["open"]
    bar[2] = s["high"]
    bar[3] = s["low"]
    bar[4] = s["close"]
    bar[5] = s["volume"][0] + s["volume"][1]
    bar[6] = s["cvd_open"]
    bar[7] = s["cvd_high"]
    bar[8] = s["cvd_low"]
    bar[9] = s["cvd_close"]
    _add(s["closed_volume"], bar[5])
    s["bars_closed"] += 1
