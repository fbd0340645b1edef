"""What must come out, by other means: dicts, sorting and Fractions. Nothing of ours is imported."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

BAD_TIME = "bad_timestamp"
NEWEST = 1000
"""How many bars are published."""

Levels = Sequence[tuple[float, float]]


@dataclass(slots=True)
class BookRow:
    """What a book row means, whatever form it has; `problem` is why it cannot be used."""

    time_ms: int
    bids: Levels = ()
    asks: Levels = ()
    action: str | None = None
    seq_id: int | None = None
    prev_seq_id: int | None = None
    order: Any = 0
    problem: str | None = None


@dataclass(slots=True)
class TradeRow:
    """What a row of the trades table means."""

    time_ms: int
    price: float = 0.0
    size: float = 0.0
    is_buy: bool = True
    order: Any = 0
    problem: str | None = None


@dataclass(slots=True)
class Day:
    """The rows of one file, in any order."""

    book: list[BookRow] = field(default_factory=list)
    trades: list[TradeRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the processor."""

    from_ms: int
    to_ms: int
    window_ms: int
    levels: int
    snapshots: str = "guess"


@dataclass(slots=True)
class Expected:
    """What must come out; OBI and TOT as (start, obis, tots) of each bar."""

    ohlc: list[list[float]] = field(default_factory=list)
    cvd: list[list[float]] = field(default_factory=list)
    metrics: list[tuple[int, list[float], list[float]]] = field(default_factory=list)
    bids: list[tuple[float, float]] = field(default_factory=list)
    asks: list[tuple[float, float]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    observed: Counter[str] = field(default_factory=Counter)
    book_rows: int = 0
    trades: int = 0
    accepted: int = 0
    size: Fraction = Fraction(0)
    signed: Fraction = Fraction(0)
    last_seq_id: int | None = None
    newest_sample: list[list[float]] = field(default_factory=list)
    has_data: bool = False

    @property
    def newest_obi(self) -> Fraction | None:
        """OBI of the newest sample, exactly; None without one."""
        if not self.newest_sample:
            return None
        bid_size, ask_size = (sum(map(Fraction, sizes)) for sizes in self.newest_sample)
        return Fraction(bid_size - ask_size) / (bid_size + ask_size)


def expect(days: Sequence[Day], asked: Asked) -> Expected:
    """Return what `days`, read one after the other, come to."""
    expected = Expected()
    for day in days:
        _count_trades(day.trades, asked, expected)
    book: tuple[dict[float, float], dict[float, float]] = ({}, {})
    for day in days:
        _apply(day.book, book, asked, expected)
    bids, asks = book
    expected.bids = [(price, bids[price]) for price in sorted(bids, reverse=True)][: asked.levels]
    expected.asks = [(price, asks[price]) for price in sorted(asks)][: asked.levels]
    return expected


def _usable(rows: Iterable[Any], from_ms: float, to_ms: int, expected: Expected) -> list[Any]:
    """Return the rows that count, in their order; count those of the range that cannot be used."""
    usable = []
    for row in rows:
        if row.problem == BAD_TIME or (row.problem and from_ms <= row.time_ms < to_ms):
            expected.skipped[row.problem] += 1
        elif not row.problem and from_ms <= row.time_ms < to_ms:
            usable.append(row)
    return sorted(usable, key=lambda row: (row.time_ms, row.order))


def _count_trades(rows: list[TradeRow], asked: Asked, expected: Expected) -> None:
    for row in _usable(rows, asked.from_ms, asked.to_ms, expected):
        expected.trades += 1
        expected.has_data = True
        start = row.time_ms // asked.window_ms * asked.window_ms
        if expected.ohlc and start < expected.ohlc[-1][0]:
            expected.skipped["late_trade"] += 1
            continue
        before = float(expected.signed)
        expected.accepted += 1
        expected.size += Fraction(row.size)
        expected.signed += Fraction(row.size) * (1 if row.is_buy else -1)
        after = float(expected.signed)
        if not expected.ohlc or start > expected.ohlc[-1][0]:
            expected.ohlc.append([start, row.price, row.price, row.price, row.price, 0])
            expected.cvd.append([start, before, before, before, before])
        bar, cvd = expected.ohlc[-1], expected.cvd[-1]
        bar[2:5] = max(bar[2], row.price), min(bar[3], row.price), row.price
        bar[5] += Fraction(row.size)  # type: ignore[assignment] - exact until it is compared
        cvd[2:5] = max(cvd[2], after), min(cvd[3], after), after


def _apply(
    rows: list[BookRow],
    book: tuple[dict[float, float], dict[float, float]],
    asked: Asked,
    expected: Expected,
) -> None:
    for row in _usable(rows, -math.inf, asked.to_ms, expected):
        expected.book_rows += 1
        is_snapshot = _is_snapshot(row, book, asked.snapshots)
        if not is_snapshot and row.time_ms >= asked.from_ms:
            expected.observed["gaps"] += _is_after_gap(row, expected.last_seq_id)
        if row.seq_id is not None:
            expected.last_seq_id = row.seq_id
        if is_snapshot:
            expected.observed["resets"] += any(book)
            for side in book:
                side.clear()
        for side, levels in zip(book, (row.bids, row.asks), strict=True):
            for price, size in levels:
                side[price] = size
                if size == 0:
                    del side[price]
        if row.time_ms >= asked.from_ms:
            expected.has_data = True
            _sample(row.time_ms, book, asked, expected)


def _is_after_gap(row: BookRow, last_seq_id: int | None) -> bool:
    prev = row.prev_seq_id
    return prev is not None and prev != -1 and last_seq_id is not None and prev != last_seq_id


def _is_snapshot(row: BookRow, book: tuple[dict[float, float], ...], snapshots: str) -> bool:
    if snapshots == "never":
        return False
    if row.action is not None:
        return row.action == "snapshot"
    return snapshots == "guess" and all(
        len(levels) >= 20
        and 10 * len(levels) >= 9 * len(side)
        and all(size > 0 for _, size in levels)
        for side, levels in zip(book, (row.bids, row.asks), strict=True)
    )


def _sample(
    time_ms: int, book: tuple[dict[float, float], ...], asked: Asked, expected: Expected
) -> None:
    bids, asks = book
    if not bids or not asks:
        expected.observed["one_sided_rows"] += 1
        return
    expected.observed["crossed_rows"] += max(bids) >= min(asks)
    best = (sorted(bids)[-asked.levels :], sorted(asks)[: asked.levels])
    sizes = [[side[price] for price in prices] for side, prices in zip(book, best, strict=True)]
    bid_size, ask_size = map(math.fsum, sizes)
    total = bid_size + ask_size
    start = time_ms // asked.window_ms * asked.window_ms
    if expected.metrics and start < expected.metrics[-1][0]:
        expected.observed["late_book_rows"] += 1
        return
    if not expected.metrics or start > expected.metrics[-1][0]:
        expected.metrics.append((start, [], []))
    expected.metrics[-1][1].append((bid_size - ask_size) / total)
    expected.metrics[-1][2].append(total)
    expected.newest_sample = sizes
