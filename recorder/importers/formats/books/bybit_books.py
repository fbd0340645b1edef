"""Bybit's ob500 and ob200 books: a message a line, chained by `u`."""

from collections.abc import Iterator

import msgspec

from recorder.importers.archives.lines import Block
from recorder.importers.formats.books.book_contract import book_contract
from recorder.importers.formats.books.level_text import level_text
from recorder.importers.placing.batches import BookBatch
from recorder.importers.placing.contracts import Contracts, bybit_kind
from recorder.importers.placing.outcome import Outcome, Reason
from shared.recordings.writing.rows import NewBookRow


class _Data(msgspec.Struct):
    s: str
    b: msgspec.Raw
    a: msgspec.Raw
    u: int


class _Line(msgspec.Struct):
    type: str
    ts: int
    data: _Data
    cts: int = 0


class BybitBookReader:
    """Reads them; a row has the time of the matching engine, as the trades have, where it is told.

    `u` 1, or a snapshot, begins the book anew; anything but the next `u` is a gap.
    """

    format = "Bybit books"
    has_counted_ids = False

    def __init__(self, contracts: Contracts) -> None:
        self._contracts = contracts
        self._last_u: dict[str, int] = {}

    def source_of(self, _table: str) -> str:
        """See Reader."""
        return self.format

    def read(self, blocks: Iterator[Block], outcome: Outcome) -> Iterator[BookBatch]:
        """See Reader."""
        decode = msgspec.json.Decoder(_Line).decode
        outcome.gaps = 0
        for first_line, data in blocks:
            by_instrument: dict[str, list[NewBookRow]] = {}
            for number, line in enumerate(data.split(b"\n"), first_line):
                if not line:
                    continue
                outcome.rows_in += 1
                try:
                    message = decode(line)
                except msgspec.DecodeError as error:
                    outcome.skip(Reason.UNREADABLE, number, example=str(error))
                    continue
                row = self._row(message, number, outcome)
                if row is not None:
                    by_instrument.setdefault(message.data.s, []).append(row)
            for instrument, rows in by_instrument.items():
                yield BookBatch(instrument, rows)

    def _row(self, message: _Line, number: int, outcome: Outcome) -> NewBookRow | None:
        data = message.data
        time_ms = message.cts or message.ts
        is_snapshot = message.type == "snapshot" or data.u == 1
        if not is_snapshot and message.type != "delta":
            outcome.skip(Reason.UNREADABLE, number, example=f"type {message.type!r}")
            return None
        if not 10**11 <= time_ms < 10**14:
            outcome.skip(Reason.BAD_TIME, number, example=str(time_ms))
            return None
        is_known, contract = book_contract(self._contracts, data.s, bybit_kind(data.s))
        if not is_known:
            outcome.skip(Reason.CONTRACTS, number, example=f"{data.s}; give --contract-size")
            return None
        try:
            bids, asks = level_text(data.b, contract), level_text(data.a, contract)
        except ValueError as error:
            outcome.skip(Reason.BAD_LEVELS, number, example=str(error))
            return None
        last = self._last_u.get(data.s)
        self._last_u[data.s] = data.u
        if is_snapshot:
            return NewBookRow(time_ms, bids, asks, "snapshot", data.u, -1)
        if last is not None and data.u != last + 1:
            outcome.count_gap()
        return NewBookRow(time_ms, bids, asks, "update", data.u, data.u - 1)
