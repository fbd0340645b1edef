"""Make seconds from trades and from book rows, as `processor/history` does, to the last bit.

A second has some ten rows: so few that an array at a time costs more for each array than for what
is in it.
"""

import numpy as np
from numba.extending import register_jitable
from numpy.typing import NDArray

from processor.engine.kernels.arguments import Numbers
from processor.rules import heat as rules

Integers = NDArray[np.int64]

POWERS = rules.POWERS
LARGEST = 2.0**53
TOO_MANY = 16
SECOND_MS = 1000

TRADES_INTEGERS, TRADES_NUMBERS = 6, 11
BOOK_INTEGERS, BOOK_NUMBERS = 8, 16


def trade_seconds(
    trades: Integers, values: Numbers, cvds: Numbers, integers: Integers, numbers: Numbers
) -> int:
    """Make seconds of trades, (5, n) and (2, n) as Trades has them; return how many.

    `cvds` is the run's CVD after each. A second is a column of `integers` and of `numbers`, whose
    rows are the fields of TradeBars.
    """
    at = -1
    running = 0.0
    for row in range(trades.shape[1]):
        price, size = values[0, row], values[1, row]
        bought = size if trades[4, row] else 0.0
        delta = 2.0 * bought - size
        if at < 0 or integers[0, at] != trades[0, row]:
            at += 1
            integers[0, at] = trades[0, row]
            integers[1, at] = 0
            integers[2, at], integers[3, at] = trades[1, row], trades[2, row]
            numbers[0, at] = numbers[1, at] = numbers[2, at] = price
            numbers[4, at] = numbers[5, at] = numbers[9, at] = 0.0
            numbers[6, at], numbers[7, at] = max(delta, 0.0), min(delta, 0.0)
            running = delta
        else:
            running += delta
            before = running - delta
            numbers[6, at] = max(numbers[6, at], before + max(delta, 0.0))
            numbers[7, at] = min(numbers[7, at], before + min(delta, 0.0))
        integers[1, at] += 1
        integers[4, at], integers[5, at] = trades[1, row], trades[2, row]
        numbers[1, at] = max(numbers[1, at], price)
        numbers[2, at] = min(numbers[2, at], price)
        numbers[3, at] = price
        numbers[4, at] += size
        numbers[5, at] += bought
        numbers[8, at] = cvds[row]
        numbers[9, at] += price * size
    row = 0
    for second in range(at + 1):
        vwap = numbers[9, second] / numbers[4, second]
        moment = 0.0
        for _ in range(integers[1, second]):
            price, size = values[0, row], values[1, row]
            distance = price * size / size - vwap
            moment += 0.0 + size * (distance * distance)
            row += 1
        numbers[10, second] = moment
    return at + 1


def book_seconds(
    rows: Integers,
    values: Numbers,
    end_ms: int,
    price_decimals: Integers,
    integers: Integers,
    numbers: Numbers,
    last_rows: Integers,
) -> int:
    """Make seconds of book rows, (7, n) and (6, n) as BookRows has them; return how many.

    A second is a column of `integers` and of `numbers`, whose rows are the fields of BookBars; the
    row of the last book in it is noted in `last_rows`.
    """
    at = -1
    count = rows.shape[1]
    for row in range(count):
        begin, until, is_row = rows[0, row], rows[1, row], rows[2, row]
        bid, ask, obi, tot = values[0, row], values[2, row], values[4, row], values[5, row]
        is_two_sided = not np.isnan(obi)
        end = min(rows[0, row + 1] if row + 1 < count else end_ms, until)
        first = begin // SECOND_MS
        copies = np.int64(0)
        if is_two_sided:
            copies = (end - 1) // SECOND_MS - first + 1
        copies = max(copies, is_row)
        if copies <= 0:
            continue
        spread = _snapped(ask - bid, price_decimals[row])
        for copy in range(copies):
            ts = (first + copy) * SECOND_MS
            if at < 0 or integers[0, at] != ts:
                at += 1
                integers[0, at] = ts
                integers[1, at] = integers[2, at] = integers[3, at] = 0
                integers[4, at], integers[5, at] = rows[3, row], rows[4, row]
                numbers[2, at] = spread
                numbers[5, at] = 0.0
                for field in (6, 7, 8, 9, 11, 12, 13, 14):
                    numbers[field, at] = np.nan
                numbers[10, at] = numbers[15, at] = 0.0
            integers[6, at], integers[7, at] = rows[3, row], rows[4, row]
            last_rows[at] = row
            if is_two_sided:
                stood = max(min(end, ts + SECOND_MS) - max(begin, ts), 0)
                if stood > 0:
                    integers[3, at] += stood
                    numbers[10, at] += obi * stood
                    numbers[15, at] += tot * stood
            if copy == 0 and is_row:
                integers[1, at] += 1
                numbers[5, at] += _order_flow(row, values)
                if is_two_sided:
                    integers[2, at] += 1
                    _add_sample(6, obi, at, numbers)
                    _add_sample(11, tot, at, numbers)
                    if not spread <= numbers[2, at]:
                        numbers[2, at] = spread
    for second in range(at + 1):
        row = last_rows[second]
        numbers[0, second], numbers[1, second] = values[0, row], values[2, row]
        numbers[3, second], numbers[4, second] = values[1, row], values[3, row]
        stood = integers[3, second]
        for field in (10, 15):
            numbers[field, second] = numbers[field, second] / stood if stood > 0 else np.nan
    return at + 1


@register_jitable
def _add_sample(field: int, value: float, at: int, numbers: Numbers) -> None:
    if np.isnan(numbers[field, at]):
        numbers[field, at] = numbers[field + 1, at] = numbers[field + 2, at] = value
    numbers[field + 1, at] = max(numbers[field + 1, at], value)
    numbers[field + 2, at] = min(numbers[field + 2, at], value)
    numbers[field + 3, at] = value


@register_jitable
def _order_flow(row: int, values: Numbers) -> float:
    """Return OFI of a row against the one before it, see `order_flow_imbalance`."""
    if row == 0:
        return 0.0
    bids = _growth(values[0, row], values[0, row - 1], values[1, row], values[1, row - 1])
    asks = _growth(-values[2, row], -values[2, row - 1], values[3, row], values[3, row - 1])
    return bids - asks


@register_jitable
def _growth(better: float, before: float, size: float, size_before: float) -> float:
    better = -np.inf if np.isnan(better) else better
    before = -np.inf if np.isnan(before) else before
    added = size if better >= before else 0.0
    taken = size_before if better <= before else 0.0
    return added - taken


@register_jitable
def _snapped(value: float, decimals: int) -> float:
    if decimals >= TOO_MANY:
        return value
    scaled = np.rint(value * POWERS[decimals])
    return scaled / POWERS[decimals] if abs(scaled) < LARGEST else value
