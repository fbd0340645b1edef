"""OKX's WebSocket messages as rows: what a capture holds, and what a recorder receives."""

from collections.abc import Iterator

import msgspec

from recorder.importers.formats.books.level_text import level_text
from recorder.importers.placing.contracts import Contract
from shared.recordings.level_parser import LARGEST
from shared.recordings.writing.rows import NewBookRow, NewTrade

BOOKS = ("books", "books-l2-tbt", "books50-l2-tbt")
TRADES = ("trades", "trades-all")


class Argument(msgspec.Struct):
    """Which channel, of which instrument."""

    channel: str = ""
    instId: str = ""  # noqa: N815 - as the exchange calls it


class Message(msgspec.Struct):
    """Anything that OKX sends: an event, or data of a channel."""

    arg: Argument = msgspec.field(default_factory=Argument)
    event: str = ""
    action: str = ""
    data: msgspec.Raw = msgspec.Raw(b"[]")


class _Book(msgspec.Struct):
    asks: msgspec.Raw
    bids: msgspec.Raw
    ts: str
    seqId: int | None = None  # noqa: N815
    prevSeqId: int | None = None  # noqa: N815


class _Trade(msgspec.Struct):
    tradeId: str  # noqa: N815
    px: str
    sz: str
    side: str
    ts: str


decode_message = msgspec.json.Decoder(Message).decode
_decode_books = msgspec.json.Decoder(list[_Book]).decode
_decode_trades = msgspec.json.Decoder(list[_Trade]).decode


def book_rows(message: Message, contract: Contract | None = None) -> Iterator[NewBookRow]:
    """Yield the rows of a message of one of BOOKS.

    Raises ValueError or msgspec.DecodeError when it is none.
    """
    if message.action not in ("snapshot", "update"):
        raise ValueError(f"action {message.action!r}")
    for book in _decode_books(message.data):
        bids, asks = level_text(book.bids, contract), level_text(book.asks, contract)
        yield NewBookRow(int(book.ts), bids, asks, message.action, book.seqId, book.prevSeqId)


def trades(message: Message, contract: Contract | None = None) -> Iterator[NewTrade]:
    """Yield the trades of a message of one of TRADES; raise as book_rows does."""
    for trade in _decode_trades(message.data):
        price, size = float(trade.px), float(trade.sz)
        if contract is not None:
            size = contract.base_size(trade.sz, trade.px)
        if not (0 < price <= LARGEST and 0 < size <= LARGEST and trade.side in ("buy", "sell")):
            raise ValueError(f"price {trade.px!r}, size {trade.sz!r}, side {trade.side!r}")
        yield NewTrade(int(trade.ts), trade.tradeId, price, size, trade.side)


def is_heartbeat(row: NewBookRow) -> bool:
    """Say whether a row only says that nothing has changed."""
    is_empty = row.bids == "[]" == row.asks and row.action == "update"
    return is_empty and (row.seq_id is None or row.seq_id == row.prev_seq_id)
