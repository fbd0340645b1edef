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
    code: str = ""
    msg: str = ""
    action: str = ""
    data: msgspec.Raw = msgspec.Raw(b"[]")


class Book(msgspec.Struct):
    """A snapshot or an update of a book; `checksum` 0 is none."""

    asks: msgspec.Raw
    bids: msgspec.Raw
    ts: str
    seqId: int | None = None  # noqa: N815
    prevSeqId: int | None = None  # noqa: N815
    checksum: int = 0


class Trade(msgspec.Struct):
    """A trade, or `count` of them at one price, of which `tradeId` is the last."""

    tradeId: str  # noqa: N815
    px: str
    sz: str
    side: str
    ts: str
    count: str | int = 1


decode_message = msgspec.json.Decoder(Message).decode
decode_books = msgspec.json.Decoder(list[Book]).decode
decode_trades = msgspec.json.Decoder(list[Trade]).decode


def book_rows(message: Message, contract: Contract | None = None) -> Iterator[NewBookRow]:
    """Yield the rows of a message of one of BOOKS.

    Raises ValueError or msgspec.DecodeError when it is none.
    """
    for book in decode_books(message.data):
        yield book_row(book, message.action, contract)


def book_row(book: Book, action: str, contract: Contract | None = None) -> NewBookRow:
    """Return `book` as a row; raise ValueError when it is none."""
    if action not in ("snapshot", "update"):
        raise ValueError(f"action {action!r}")
    bids, asks = level_text(book.bids, contract), level_text(book.asks, contract)
    return NewBookRow(int(book.ts), bids, asks, action, book.seqId, book.prevSeqId)


def trades(message: Message, contract: Contract | None = None) -> Iterator[NewTrade]:
    """Yield the trades of a message of one of TRADES; raise as book_rows does."""
    for trade in decode_trades(message.data):
        yield trade_row(trade, contract)


def trade_row(trade: Trade, contract: Contract | None = None) -> NewTrade:
    """Return `trade` as a row; raise ValueError when it is none."""
    price, size = float(trade.px), float(trade.sz)
    if contract is not None:
        size = contract.base_size(trade.sz, trade.px)
    if not (0 < price <= LARGEST and 0 < size <= LARGEST and trade.side in ("buy", "sell")):
        raise ValueError(f"price {trade.px!r}, size {trade.sz!r}, side {trade.side!r}")
    return NewTrade(int(trade.ts), trade.tradeId, price, size, trade.side)


def is_heartbeat(row: NewBookRow) -> bool:
    """Say whether a row only says that nothing has changed."""
    is_empty = row.bids == "[]" == row.asks and row.action == "update"
    return is_empty and (row.seq_id is None or row.seq_id == row.prev_seq_id)
