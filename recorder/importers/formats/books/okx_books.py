"""OKX's 400-level books: a JSON object a line, its levels taken over as the text they are."""

from collections.abc import Iterator

import msgspec

from recorder.importers.archives.lines import Block
from recorder.importers.formats.books.book_contract import book_contract
from recorder.importers.formats.books.level_text import level_text
from recorder.importers.placing.batches import BookBatch
from recorder.importers.placing.contracts import Contract, Contracts, okx_kind
from recorder.importers.placing.outcome import Outcome, Reason
from shared.recordings.writing.rows import NewBookRow

ACTIONS = ("snapshot", "update")


class _Line(msgspec.Struct):
    instId: str  # noqa: N815 - as the file calls it
    action: str
    ts: str | int
    asks: msgspec.Raw
    bids: msgspec.Raw


class OkxBookReader:
    """Reads them; the files have no numbers by which a gap could be told."""

    format = "OKX books"
    has_counted_ids = False

    def __init__(self, contracts: Contracts) -> None:
        self._contracts = contracts
        self._known: dict[str, tuple[bool, Contract | None]] = {}

    def source_of(self, _table: str) -> str:
        """See Reader."""
        return self.format

    def read(self, blocks: Iterator[Block], outcome: Outcome) -> Iterator[BookBatch]:
        """See Reader."""
        decode = msgspec.json.Decoder(_Line).decode
        for first_line, data in blocks:
            by_instrument: dict[str, list[NewBookRow]] = {}
            for number, line in enumerate(data.split(b"\n"), first_line):
                if not line:
                    continue
                outcome.rows_in += 1
                try:
                    found = decode(line)
                    time_ms = int(found.ts)
                except (msgspec.DecodeError, ValueError) as error:
                    outcome.skip(Reason.UNREADABLE, number, example=str(error))
                    continue
                if found.action not in ACTIONS or not 10**11 <= time_ms < 10**14:
                    example = f"action {found.action!r}, ts {found.ts!r}"
                    outcome.skip(Reason.UNREADABLE, number, example=example)
                    continue
                is_known, contract = self._contract(found.instId)
                if not is_known:
                    example = f"{found.instId}; give --contract-size or --instruments"
                    outcome.skip(Reason.CONTRACTS, number, example=example)
                    continue
                try:
                    bids = level_text(found.bids, contract)
                    asks = level_text(found.asks, contract)
                except ValueError as error:
                    outcome.skip(Reason.BAD_LEVELS, number, example=str(error))
                    continue
                row = NewBookRow(time_ms, bids, asks, found.action)
                by_instrument.setdefault(found.instId, []).append(row)
            for instrument, rows in by_instrument.items():
                yield BookBatch(instrument, rows)

    def _contract(self, instrument: str) -> tuple[bool, Contract | None]:
        known = self._known.get(instrument)
        if known is None:
            known = self._known[instrument] = book_contract(
                self._contracts, instrument, okx_kind(instrument)
            )
        return known
