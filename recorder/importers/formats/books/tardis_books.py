"""Tardis's books: single changes of levels, or the best levels again and again."""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from recorder.importers.archives.lines import Block
from recorder.importers.formats.books.book_contract import book_contract
from recorder.importers.placing.batches import BookBatch
from recorder.importers.placing.contracts import Contract, Contracts, tardis_kind
from recorder.importers.placing.outcome import Outcome, Reason
from shared.recordings.writing.rows import NewBookRow

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")
_MICROSECONDS = range(10**14, 10**17)
INCREMENTAL = ("exchange", "symbol", "timestamp", "local_timestamp", "is_snapshot", "side", "price", "amount")  # fmt: skip  # noqa: E501
SNAPSHOT_COLUMN = "asks[0].price"


class _Market:
    """One symbol of a file: what is not yet a row, and how far its time has come."""

    def __init__(self) -> None:
        self.key: tuple[str, bool] | None = None
        self.time_ms = 0
        self.levels: dict[str, list[str]] = {"bid": [], "ask": []}
        self.has_snapshot = False
        self.was_snapshot = False

    def row(self) -> NewBookRow:
        """Return what is gathered as a row, and begin anew."""
        assert self.key is not None
        is_new = self.key[1] and not self.was_snapshot
        bids, asks = (f"[{','.join(self.levels[side])}]" for side in ("bid", "ask"))
        self.was_snapshot = self.key[1]
        self.levels = {"bid": [], "ask": []}
        return NewBookRow(self.time_ms, bids, asks, "snapshot" if is_new else "update")


class TardisIncrementalReader:
    """Reads `incremental_book_L2`: the lines of one local time are one row.

    Lines before the first snapshot are left out, one after an update begins the book anew. A
    snapshot has the local time, later than the updates behind it: the order of the file stays, and
    time stands still until it is caught up with.
    """

    format = "Tardis incremental_book_L2"
    has_counted_ids = False

    def __init__(self, contracts: Contracts) -> None:
        self._contracts = contracts
        self._markets: dict[str, _Market] = {}
        self._exchange = ""

    def source_of(self, _table: str) -> str:
        """See Reader."""
        return f"Tardis books of {self._exchange}"

    def read(self, blocks: Iterator[Block], outcome: Outcome) -> Iterator[BookBatch]:
        """See Reader."""
        for line, fields in _rows(blocks, len(INCREMENTAL), outcome):
            exchange, symbol, time, local_time, flag, side, price, amount = fields
            self._exchange = exchange
            if not time.isdigit() or int(time) not in _MICROSECONDS:
                outcome.skip(Reason.BAD_TIME, line, example=time)
                continue
            if side not in ("bid", "ask") or flag not in ("true", "false"):
                outcome.skip(Reason.UNREADABLE, line, example=f"side {side!r}, {flag!r}")
                continue
            kind = tardis_kind(exchange, symbol)
            is_known, contract = book_contract(self._contracts, symbol, kind)
            if not is_known:
                outcome.skip(Reason.CONTRACTS, line, example=f"{symbol}; give --contract-size")
                continue
            level = _level(price, amount, contract)
            if level is None:
                outcome.skip(Reason.BAD_LEVELS, line, example=f"{price!r}, {amount!r}")
                continue
            market = self._markets.setdefault(symbol, _Market())
            is_snapshot = flag == "true"
            if not is_snapshot and not market.has_snapshot:
                outcome.skip(Reason.BEFORE_SNAPSHOT, line)
                continue
            market.has_snapshot = True
            if market.key is not None and market.key != (local_time, is_snapshot):
                yield BookBatch(symbol, [market.row()])
            market.key = (local_time, is_snapshot)
            market.time_ms = max(market.time_ms, int(time) // 1000)
            market.levels[side].append(level)
        for symbol, market in self._markets.items():
            if market.key is not None:
                yield BookBatch(symbol, [market.row()])


class TardisSnapshotReader:
    """Reads `book_snapshot_N`: each line is the whole book, as far as it goes."""

    has_counted_ids = False

    def __init__(self, names: Sequence[str], contracts: Contracts) -> None:
        self._contracts = contracts
        self._width = len(names)
        self._sides = {
            side: [
                (names.index(name), names.index(name.replace(".price", ".amount")))
                for name in names
                if name.startswith(f"{side}[") and name.endswith(".price")
            ]
            for side in ("bids", "asks")
        }
        self._time_ms: dict[str, int] = {}
        self._exchange = ""
        self.format = f"Tardis book_snapshot_{len(self._sides['bids'])}"

    def source_of(self, _table: str) -> str:
        """See Reader."""
        return f"{self.format} of {self._exchange}"

    def read(self, blocks: Iterator[Block], outcome: Outcome) -> Iterator[BookBatch]:
        """See Reader."""
        for line, fields in _rows(blocks, self._width, outcome):
            self._exchange, symbol, time = fields[:3]
            if not time.isdigit() or int(time) not in _MICROSECONDS:
                outcome.skip(Reason.BAD_TIME, line, example=time)
                continue
            kind = tardis_kind(self._exchange, symbol)
            is_known, contract = book_contract(self._contracts, symbol, kind)
            if not is_known:
                outcome.skip(Reason.CONTRACTS, line, example=f"{symbol}; give --contract-size")
                continue
            levels = [
                [_level(fields[price], fields[size], contract) for price, size in places
                 if fields[price]]
                for places in (self._sides["bids"], self._sides["asks"])
            ]  # fmt: skip
            if any(level is None for side in levels for level in side):
                outcome.skip(Reason.BAD_LEVELS, line)
                continue
            time_ms = self._time_ms[symbol] = max(self._time_ms.get(symbol, 0), int(time) // 1000)
            bids, asks = (f"[{','.join(map(str, side))}]" for side in levels)
            yield BookBatch(symbol, [NewBookRow(time_ms, bids, asks, "snapshot")])


def _rows(blocks: Iterator[Block], width: int, outcome: Outcome) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines below the heading that have `width` columns, and count all of them."""
    is_heading = True
    for first_line, data in blocks:
        text = data.decode("utf-8", "replace")
        for number, fields in enumerate(csv.reader(io.StringIO(text)), first_line):
            if is_heading or not fields:
                is_heading = False
                continue
            outcome.rows_in += 1
            if len(fields) == width:
                yield number, fields
            else:
                example = f"expected {width} columns, found {len(fields)}"
                outcome.skip(Reason.UNREADABLE, number, example=example)


def _level(price: str, amount: str, contract: Contract | None) -> str | None:
    """Return a level as text, None when it is none."""
    if not (_NUMBER.fullmatch(price) and _NUMBER.fullmatch(amount) and float(price) > 0):
        return None
    if contract is not None:
        amount = contract.base_text(amount, price)
    return f'["{price}","{amount}"]'
