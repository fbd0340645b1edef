"""Reads a recording back with the plainest means there are, to hold the simulator to account."""

import ast
import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True, slots=True)
class BookRow:
    bids: list[tuple[Decimal, Decimal]]
    asks: list[tuple[Decimal, Decimal]]
    timestamp_ms: int


@dataclass(frozen=True, slots=True)
class TradeRow:
    price: Decimal
    size: Decimal
    side: str
    timestamp_ms: int


@dataclass(slots=True)
class PlainBook:
    bids: dict[Decimal, Decimal] = field(default_factory=dict)
    asks: dict[Decimal, Decimal] = field(default_factory=dict)
    absent_deletions: int = 0

    def apply(self, row: BookRow) -> None:
        for side, levels in ((self.bids, row.bids), (self.asks, row.asks)):
            for price, size in levels:
                if size:
                    side[price] = size
                elif side.pop(price, None) is None:
                    self.absent_deletions += 1

    @property
    def best_bid(self) -> Decimal:
        return max(self.bids)

    @property
    def best_ask(self) -> Decimal:
        return min(self.asks)


def read_book(paths: Iterable[Path], parse=json.loads) -> list[BookRow]:
    return [
        BookRow(_levels(parse(bids)), _levels(parse(asks)), int(timestamp))
        for path in paths
        for bids, asks, timestamp in _rows(
            path, "SELECT bids, asks, timestamp FROM book ORDER BY id"
        )
    ]


def read_trades(paths: Iterable[Path]) -> list[TradeRow]:
    return [
        TradeRow(Decimal(repr(price)), Decimal(repr(size)), side, int(timestamp))
        for path in paths
        for price, size, side, timestamp in _rows(
            path, "SELECT price, size, side, timestamp FROM trades ORDER BY id"
        )
    ]


def replayed(rows: Iterable[BookRow]) -> Iterator[tuple[BookRow, PlainBook]]:
    """Yield every row with the book after it; the book is one object that goes on changing."""
    book = PlainBook()
    for row in rows:
        book.apply(row)
        yield row, book


parse_literal = ast.literal_eval


def _levels(raw: list) -> list[tuple[Decimal, Decimal]]:
    return [(Decimal(str(level[0])), Decimal(str(level[1]))) for level in raw]


def _rows(path: Path, query: str) -> list[tuple]:
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()
