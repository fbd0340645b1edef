"""cryptofeed's captures of OKX: what was connected, sent and received, a line each, with its time.

`url <-> time` is a connection, `url <- time: message` what the client sent, `time: message` what
came. Rows have the exchange's time; the local one is left aside.
"""

import re
from collections.abc import Iterator

import msgspec

from recorder.importers.archives.lines import Block
from recorder.importers.formats.books.book_contract import book_contract
from recorder.importers.formats.streams.okx_messages import (
    BOOKS,
    TRADES,
    Message,
    book_rows,
    decode_message,
    is_heartbeat,
    trades,
)
from recorder.importers.placing.batches import Batch, BookBatch, TradeBatch
from recorder.importers.placing.contracts import Contract, Contracts, okx_kind
from recorder.importers.placing.outcome import Outcome, Reason
from shared.recordings.writing.rows import NewBookRow, NewTrade

CONNECTED = re.compile(rb"wss?://\S+ <-> [0-9.]+$")
_SENT = re.compile(rb"\S+ <-> [0-9.]+$|\S+ <- [0-9.]+: ")
_RECEIVED = re.compile(rb"[0-9]+(?:\.[0-9]+)?: ")


class CaptureReader:
    """Reads them; where the exchange numbered its updates, a broken chain is a gap."""

    format = "cryptofeed capture"
    has_counted_ids = False

    def __init__(self, contracts: Contracts) -> None:
        self._contracts = contracts
        self._last_seq: dict[str, int] = {}

    def source_of(self, table: str) -> str:
        """See Reader."""
        return "OKX books" if table == "book" else "OKX trades"

    def read(self, blocks: Iterator[Block], outcome: Outcome) -> Iterator[Batch]:
        """See Reader."""
        for first_line, data in blocks:
            for number, line in enumerate(data.split(b"\n"), first_line):
                match = _RECEIVED.match(line)
                if match is None:
                    if line and not _SENT.match(line):
                        outcome.rows_in += 1
                        outcome.skip(Reason.UNREADABLE, number)
                    continue
                outcome.rows_in += 1
                try:
                    message = decode_message(line[match.end() :])
                    yield from self._batches(message, number, outcome)
                except (ValueError, msgspec.DecodeError) as error:
                    outcome.skip(Reason.UNREADABLE, number, example=str(error))

    def _batches(self, message: Message, line: int, outcome: Outcome) -> Iterator[Batch]:
        channel, instrument = message.arg.channel, message.arg.instId
        is_book = channel in BOOKS
        if message.event or not (is_book or channel in TRADES):
            outcome.skip(Reason.OTHER_MESSAGE, line, example=message.event or channel)
            return
        is_known, contract = book_contract(self._contracts, instrument, okx_kind(instrument))
        if not is_known:
            example = f"{instrument}; give --contract-size or --instruments"
            outcome.skip(Reason.CONTRACTS, line, example=example)
        elif is_book:
            yield from self._book(message, instrument, contract, line, outcome)
        else:
            yield _trade_batch(instrument, list(trades(message, contract)), line)

    def _book(
        self, message: Message, instrument: str, contract: Contract | None, line: int,
        outcome: Outcome,
    ) -> Iterator[BookBatch]:  # fmt: skip
        rows = []
        for row in book_rows(message, contract):
            if is_heartbeat(row):
                outcome.skip(Reason.NOTHING_NEW, line)
            else:
                self._follow(instrument, row, outcome)
                rows.append(row)
        if rows:
            yield BookBatch(instrument, rows)

    def _follow(self, instrument: str, row: NewBookRow, outcome: Outcome) -> None:
        if row.seq_id is None:
            return
        outcome.gaps = outcome.gaps or 0
        last = self._last_seq.get(instrument)
        if row.action == "update" and last is not None and row.prev_seq_id != last:
            outcome.count_gap()
        self._last_seq[instrument] = row.seq_id


def _trade_batch(instrument: str, found: list[NewTrade], line: int) -> TradeBatch:
    times, names, prices, sizes, sides = zip(*found, strict=True) if found else ((),) * 5
    ids = [int(name) for name in names]
    return TradeBatch(instrument, ids, names, prices, sizes, sides, times, [line] * len(found))
