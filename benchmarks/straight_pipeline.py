"""The straight way to do the processor's job: sqlite3, json, two dicts and a sort at every row.

It is the baseline of the benchmarks and, being so plain, a second opinion on the processor's
results: same input, same bars and depth, by nothing but the standard library. It does less than
the processor: no bad rows (they raise), no time but epoch milliseconds, no publishing on the way.

It sorts the prices and looks up the sizes of the best alone. With --sort-levels it sorts prices and
sizes together, `sorted(bids.items())`, which is written as easily and takes longer.

Example:
  python -m benchmarks.straight_pipeline BTC-USDT-25-07-01.db > result.json
"""

import argparse
import ast
import json
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MAX_BARS = 1000
FIRST_MS, LAST_MS = 0, 2**62

Bar = list[float]
Row = tuple[Any, ...]
Side = dict[float, float]


@dataclass(frozen=True, slots=True)
class Result:
    """What the processor publishes, and how many rows and changed levels it took.

    `ohlc`, `metrics` and `cvd` are the newest 1000 bars; `depth` is best first on both sides.
    """

    ohlc: list[Bar]
    metrics: list[Bar]
    cvd: list[Bar]
    depth: dict[str, list[list[float]]]
    book_rows: int
    levels: int
    trades: int


def sort_prices(side: Side, levels: int, *, is_bid: bool) -> Iterable[float]:
    """Return the sizes of the best `levels` of `side`, best first."""
    return (side[price] for price in sorted(side, reverse=is_bid)[:levels])


def sort_levels(side: Side, levels: int, *, is_bid: bool) -> Iterable[float]:
    """Do the same as `sort_prices`, the longer way."""
    return (size for _, size in sorted(side.items(), reverse=is_bid)[:levels])


class StorageOrderError(Exception):
    """The rows of a file are not stored in the order of their time."""


def run(
    paths: Sequence[Path],
    from_ms: int = FIRST_MS,
    to_ms: int = LAST_MS,
    window_seconds: int = 60,
    depth_levels: int = 50,
    best_sizes: Callable[..., Iterable[float]] = sort_prices,
) -> Result:
    """Process the day files `paths`, given in the order of their days, over `[from_ms, to_ms)`.

    `best_sizes` is `sort_prices` or `sort_levels`.
    """
    window_ms = window_seconds * 1000
    try:  # as recorders write; sorting gigabytes for nothing would be an unfair baseline
        return _run(paths, "id", from_ms, to_ms, window_ms, depth_levels, best_sizes)
    except StorageOrderError:
        order = "CAST(timestamp AS INTEGER), id"
        return _run(paths, order, from_ms, to_ms, window_ms, depth_levels, best_sizes)


def _run(
    paths: Sequence[Path],
    order: str,
    from_ms: int,
    to_ms: int,
    window_ms: int,
    depth_levels: int,
    best_sizes: Callable[..., Iterable[float]],
) -> Result:
    ohlc, cvd, trades = _trade_bars(
        read_rows(paths, f"SELECT timestamp, price, size, side FROM trades ORDER BY {order}"),
        from_ms,
        to_ms,
        window_ms,
    )
    bids: Side = {}
    asks: Side = {}
    metrics: list[Bar] = []
    book_rows = levels = 0
    query = f"SELECT timestamp, bids, asks FROM book ORDER BY {order}"
    for timestamp, bids_text, asks_text in read_rows(paths, query):
        if timestamp >= to_ms:
            break
        book_rows += 1
        levels += _apply(bids, asks, bids_text, asks_text)
        if timestamp < from_ms or not bids or not asks:
            continue
        bid_volume = sum(best_sizes(bids, depth_levels, is_bid=True))
        ask_volume = sum(best_sizes(asks, depth_levels, is_bid=False))
        total = bid_volume + ask_volume
        obi = (bid_volume - ask_volume) / total
        label = timestamp // window_ms * window_ms
        if metrics and metrics[-1][0] == label:
            bar = metrics[-1]
            _extend(bar, 1, obi)
            _extend(bar, 5, total)
        else:
            metrics.append([label, obi, obi, obi, obi, total, total, total, total])
    depth = {
        "bids": [[price, bids[price]] for price in sorted(bids, reverse=True)[:depth_levels]],
        "asks": [[price, asks[price]] for price in sorted(asks)[:depth_levels]],
    }
    newest = slice(-MAX_BARS, None)
    return Result(ohlc[newest], metrics[newest], cvd[newest], depth, book_rows, levels, trades)


def _trade_bars(
    rows: Iterator[Row], from_ms: int, to_ms: int, window_ms: int
) -> tuple[list[Bar], list[Bar], int]:
    ohlc: list[Bar] = []
    cvd: list[Bar] = []
    delta = 0.0
    trades = 0
    for timestamp, price, size, side in rows:
        if not from_ms <= timestamp < to_ms:
            continue
        trades += 1
        delta_before = delta
        delta += size if side.lower() == "buy" else -size
        label = timestamp // window_ms * window_ms
        if not ohlc or ohlc[-1][0] != label:
            ohlc.append([label, price, price, price, price, 0.0])
            cvd.append([label, delta_before, delta_before, delta_before, delta_before])
        _extend(ohlc[-1], 1, price)
        ohlc[-1][5] += size
        _extend(cvd[-1], 1, delta)
    return ohlc, cvd, trades


def _extend(bar: Bar, first: int, value: float) -> None:
    """Let `value` count in the open, high, low, close of `bar` that begin at index `first`."""
    bar[first + 1] = max(bar[first + 1], value)
    bar[first + 2] = min(bar[first + 2], value)
    bar[first + 3] = value


def _apply(bids: Side, asks: Side, bids_text: str, asks_text: str) -> int:
    """Apply the levels of a row to both sides and return how many they were."""
    row = [(bids, _parse(bids_text)), (asks, _parse(asks_text))]
    is_large = all(len(levels) >= 20 and len(levels) >= 0.9 * len(side) for side, levels in row)
    if is_large and all(float(level[1]) for _, levels in row for level in levels):  # a snapshot
        bids.clear()
        asks.clear()
    for side, levels in row:
        for level in levels:
            price, size = float(level[0]), float(level[1])
            if size:
                side[price] = size
            else:
                side.pop(price, None)
    return sum(len(levels) for _, levels in row)


def _parse(text: str) -> list[list[Any]]:
    """Return the levels in `text`, JSON or a Python literal."""
    try:
        levels = json.loads(text)
    except json.JSONDecodeError:
        levels = ast.literal_eval(text)
    return list(levels)


def read_rows(paths: Sequence[Path], query: str) -> Iterator[Row]:
    """Yield the rows of every file, the timestamp, their first column, as a number."""
    for path in paths:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            last = FIRST_MS
            for timestamp_text, *others in connection.execute(query):
                timestamp = int(timestamp_text)
                if timestamp < last:
                    raise StorageOrderError(path)
                last = timestamp
                yield timestamp, *others
        finally:
            connection.close()


def main() -> None:
    """Process the files named on the command line and print the result as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("paths", nargs="+", type=Path, help="day files, in the order of days")
    parser.add_argument("--sort-levels", action="store_true", help="sort prices with their sizes")
    options = parser.parse_args()
    best_sizes = sort_levels if options.sort_levels else sort_prices
    json.dump(asdict(run(options.paths, best_sizes=best_sizes)), sys.stdout)


if __name__ == "__main__":
    main()
