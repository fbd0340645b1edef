"""The same numbers by other means: bars by SQL, the book by dicts. Nothing of ours is imported."""

import json
import math
import sqlite3
from collections.abc import Sequence
from pathlib import Path

Row = tuple[float, ...]

_TRADE_BARS = """
WITH running AS (
    SELECT ts, file, id, price, size, ts / :window * :window AS bar,
           sum(CASE side WHEN 'buy' THEN size ELSE -size END)
               OVER (ORDER BY ts, file, id ROWS UNBOUNDED PRECEDING) AS cvd,
           CASE side WHEN 'buy' THEN size ELSE -size END AS delta
    FROM trade
    WHERE ts >= :from_ms AND ts < :to_ms
),
ranked AS (
    SELECT *,
           row_number() OVER (PARTITION BY bar ORDER BY ts, file, id) AS nth,
           row_number() OVER (PARTITION BY bar ORDER BY ts DESC, file DESC, id DESC) AS nth_last
    FROM running
)
SELECT bar,
       max(price) FILTER (WHERE nth = 1), max(price), min(price),
       max(price) FILTER (WHERE nth_last = 1), sum(size),
       max(cvd - delta) FILTER (WHERE nth = 1), max(cvd), min(cvd),
       max(cvd) FILTER (WHERE nth_last = 1)
FROM ranked GROUP BY bar ORDER BY bar
"""


def sql_trade_bars(
    paths: Sequence[Path], from_ms: int, to_ms: int, window_ms: int
) -> tuple[list[Row], list[Row]]:
    """Return OHLC bars and CVD bars as SQLite itself aggregates them."""
    connection = sqlite3.connect("file::memory:", uri=True)
    connection.execute("CREATE TABLE trade (file, id, ts INTEGER, price, size, side)")
    for number, path in enumerate(paths):
        connection.execute("ATTACH ? AS day", (f"{path.absolute().as_uri()}?mode=ro&immutable=1",))
        connection.execute(
            "INSERT INTO trade SELECT ?, id, CAST(timestamp AS INTEGER), price, size, lower(side)"
            " FROM day.trades",
            (number,),
        )
        connection.commit()
        connection.execute("DETACH day")
    rows = connection.execute(
        _TRADE_BARS, {"window": window_ms, "from_ms": from_ms, "to_ms": to_ms}
    ).fetchall()
    connection.close()
    ohlc = [row[:6] for row in rows]
    cvd = [
        (bar, first, max(first, high), min(first, low), last)
        for bar, *_, first, high, low, last in rows
    ]
    return ohlc, cvd


def sql_footprint(
    paths: Sequence[Path], from_ms: int, to_ms: int, window_ms: int, ticks: int, per_unit: int
) -> list[Row]:
    """Return (window, row's price, bought, sold, buys, sells), rows of `ticks` of 1 / `per_unit`.

    SQLite counts in whole ticks itself.
    """
    rows: list[Row] = []
    for path in paths:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        rows += connection.execute(
            """
            SELECT CAST(timestamp AS INTEGER) / :window * :window AS bar,
                   CAST(round(price * :per_unit) AS INTEGER) / :ticks AS row,
                   coalesce(sum(size) FILTER (WHERE lower(side) = 'buy'), 0),
                   coalesce(sum(size) FILTER (WHERE lower(side) = 'sell'), 0),
                   count(*) FILTER (WHERE lower(side) = 'buy'),
                   count(*) FILTER (WHERE lower(side) = 'sell')
            FROM trades
            WHERE CAST(timestamp AS INTEGER) >= :from_ms AND CAST(timestamp AS INTEGER) < :to_ms
            GROUP BY bar, row ORDER BY bar, row
            """,
            {
                "window": window_ms,
                "ticks": ticks,
                "per_unit": per_unit,
                "from_ms": from_ms,
                "to_ms": to_ms,
            },
        ).fetchall()
        connection.close()
    return [(bar, row * ticks / per_unit, *rest) for bar, row, *rest in rows]


def plain_book(
    paths: Sequence[Path], from_ms: int, to_ms: int, window_ms: int, levels: int
) -> tuple[list[Row], list[Row], list[Row]]:
    """Return the metric bars and the best `levels` bids and asks, by dicts and sorting."""
    bids: dict[float, float] = {}
    asks: dict[float, float] = {}
    samples: list[tuple[int, float, float]] = []
    for path in paths:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        rows = connection.execute("SELECT id, timestamp, bids, asks FROM book").fetchall()
        connection.close()
        for timestamp, _, bid_text, ask_text in sorted(
            (int(timestamp), row_id, b, a) for row_id, timestamp, b, a in rows
        ):
            if timestamp >= to_ms:
                continue
            row = [json.loads(text) for text in (bid_text, ask_text)]
            if all(
                len(named) >= 20
                and len(named) >= 0.9 * len(held)
                and all(float(size) > 0 for _, size, *_ in named)
                for named, held in zip(row, (bids, asks), strict=True)
            ):
                bids.clear()
                asks.clear()
            for side, named in zip((bids, asks), row, strict=True):
                for price, size, *_ in named:
                    side[float(price)] = float(size)
                    if float(size) == 0:
                        del side[float(price)]
            if timestamp >= from_ms and bids and asks:
                bid_size = math.fsum(bids[price] for price in sorted(bids)[-levels:])
                ask_size = math.fsum(asks[price] for price in sorted(asks)[:levels])
                total = bid_size + ask_size
                samples.append((timestamp, (bid_size - ask_size) / total, total))
    return (
        _metric_bars(samples, window_ms),
        [(price, bids[price]) for price in sorted(bids, reverse=True)[:levels]],
        [(price, asks[price]) for price in sorted(asks)[:levels]],
    )


def _metric_bars(samples: list[tuple[int, float, float]], window_ms: int) -> list[Row]:
    by_bar: dict[int, list[tuple[float, float]]] = {}
    for timestamp, obi, tot in samples:
        by_bar.setdefault(timestamp // window_ms * window_ms, []).append((obi, tot))
    bars = []
    for bar, values in sorted(by_bar.items()):
        obis, tots = zip(*values, strict=True)
        bars.append(
            (bar, obis[0], max(obis), min(obis), obis[-1], tots[0], max(tots), min(tots), tots[-1])
        )
    return bars
