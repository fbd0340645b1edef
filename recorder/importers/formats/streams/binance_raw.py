"""What collectors keep of Binance's streams: a local time and a message a line, or messages alone.

The local clock is left aside: rows have the exchange's time, of the transaction where it is told.
"""

import re
from collections.abc import Iterator

import msgspec

from recorder.importers.archives.lines import Block
from recorder.importers.formats.books.book_contract import book_contract
from recorder.importers.formats.books.level_text import level_text
from recorder.importers.formats.names import instrument_in
from recorder.importers.formats.reader import Asked, Head
from recorder.importers.formats.streams.binance_book import BinanceBook, Diff
from recorder.importers.placing.batches import Batch, BookBatch, TradeBatch
from recorder.importers.placing.contracts import Contract, binance_kind
from recorder.importers.placing.outcome import Outcome, Reason
from shared.recordings.level_parser import LARGEST
from shared.recordings.writing.rows import NewBookRow

LINE = re.compile(rb"[0-9]{13,19} [\[{]")
"""How a line with a local time begins."""


class _Message(msgspec.Struct):
    e: str = ""
    E: int = 0
    T: int = 0
    s: str = ""
    U: int = 0
    u: int = 0
    pu: int | None = None
    b: msgspec.Raw = msgspec.Raw(b"[]")
    a: msgspec.Raw = msgspec.Raw(b"[]")
    p: str = ""
    q: str = ""
    t: int = 0
    m: bool | None = None
    X: str = "MARKET"
    lastUpdateId: int | None = None  # noqa: N815 - as the exchange calls it
    bids: msgspec.Raw = msgspec.Raw(b"[]")
    asks: msgspec.Raw = msgspec.Raw(b"[]")


class _Envelope(_Message):
    data: _Message | None = None


class BinanceRawReader:
    """Reads them. Of trades and aggTrades, which are the same volume twice, the first seen count.

    `sizes` of COIN-M are contracts, told by the symbol.
    """

    format = "Binance raw"
    has_counted_ids = False

    def __init__(self, head: Head, asked: Asked) -> None:
        self._name = asked.instrument or (instrument_in(head.base_name.upper()) or None)
        self._contracts = asked.contracts
        self._books: dict[str, BinanceBook] = {}
        self._known: dict[str, tuple[bool, Contract | None]] = {}
        self._event = ""  # of trades, once there is one
        self._symbol = ""

    def source_of(self, table: str) -> str:
        """See Reader; trades are those of Binance's own files."""
        if table == "book":
            return "Binance diffs"
        return "Binance aggTrades" if self._event == "aggTrade" else "Binance trades"

    def read(self, blocks: Iterator[Block], outcome: Outcome) -> Iterator[Batch]:
        """See Reader."""
        decode = msgspec.json.Decoder(_Envelope).decode
        split = msgspec.json.Decoder(list[msgspec.Raw]).decode
        for first_line, data in blocks:
            books: dict[str, list[NewBookRow]] = {}
            trades: dict[str, list[tuple[_Message, int]]] = {}
            for number, line in enumerate(data.split(b"\n"), first_line):
                text = line.partition(b" ")[2] if LINE.match(line) else line
                if not text:
                    continue
                try:
                    texts = split(text) if text.startswith(b"[") else [text]
                except msgspec.DecodeError as error:
                    outcome.rows_in += 1
                    outcome.skip(Reason.UNREADABLE, number, example=str(error))
                    continue
                outcome.rows_in += len(texts)
                for one in texts:
                    try:
                        message = decode(one)
                    except msgspec.DecodeError as error:
                        outcome.skip(Reason.UNREADABLE, number, example=str(error))
                        continue
                    self._take(message.data or message, number, outcome, books, trades)
            yield from self._batches(books, trades, outcome)
        for symbol, book in self._books.items():
            rows = list(book.finish())
            if rows:
                yield BookBatch(symbol, rows)

    def _take(
        self,
        message: _Message,
        line: int,
        outcome: Outcome,
        books: dict[str, list[NewBookRow]],
        trades: dict[str, list[tuple[_Message, int]]],
    ) -> None:
        """Sort a message to the rows it becomes."""
        if message.lastUpdateId is not None:
            symbol = message.s or self._symbol or self._name or ""
        else:
            symbol = self._symbol = message.s or self._symbol
        is_book = message.e == "depthUpdate" or message.lastUpdateId is not None
        if not is_book and message.e not in ("trade", "aggTrade"):
            outcome.skip(Reason.OTHER_MESSAGE, line, example=message.e or "no event")
            return
        if not symbol:
            outcome.skip(Reason.NO_INSTRUMENT, line, example="give it by --instrument")
            return
        is_known, contract = self._contract(symbol)
        if not is_known:
            outcome.skip(Reason.CONTRACTS, line, example=f"{symbol}; give --contract-size")
            return
        if is_book:
            try:
                rows = list(self._book_rows(symbol, message, line, contract, outcome))
            except ValueError as error:
                outcome.skip(Reason.BAD_LEVELS, line, example=str(error))
            else:
                books.setdefault(symbol, []).extend(rows)
        elif self._is_trade(message, line, outcome):
            trades.setdefault(symbol, []).append((message, line))

    def _book_rows(
        self,
        symbol: str,
        message: _Message,
        line: int,
        contract: Contract | None,
        outcome: Outcome,
    ) -> Iterator[NewBookRow]:
        book = self._books.get(symbol)
        if book is None:
            outcome.gaps = outcome.gaps or 0
            book = self._books[symbol] = BinanceBook(outcome)
        if message.lastUpdateId is not None:
            bids, asks = (level_text(raw, contract) for raw in (message.bids, message.asks))
            return book.snapshot(message.lastUpdateId, bids, asks, line)
        previous = message.U - 1 if message.pu is None else message.pu
        time_ms = message.T or message.E
        bids, asks = (level_text(raw, contract) for raw in (message.b, message.a))
        return book.diff(Diff(message.U, message.u, previous, time_ms, bids, asks, line))

    def _is_trade(self, message: _Message, line: int, outcome: Outcome) -> bool:
        self._event = self._event or message.e
        if message.e != self._event:
            example = f"{message.e} beside {self._event}"
            outcome.skip(Reason.OTHER_MESSAGE, line, example=example)
        elif message.X != "MARKET":
            outcome.skip(Reason.NOT_OF_MARKET, line, example=message.X)
        elif message.m is None:
            outcome.skip(Reason.NO_SIDE, line)
        else:
            return True
        return False

    def _batches(
        self,
        books: dict[str, list[NewBookRow]],
        trades: dict[str, list[tuple[_Message, int]]],
        outcome: Outcome,
    ) -> Iterator[Batch]:
        for symbol, rows in books.items():
            yield BookBatch(symbol, rows)
        for symbol, messages in trades.items():
            contract = self._contract(symbol)[1]
            kept = []
            for message, line in messages:
                row = _trade(message, contract)
                if row is None:
                    outcome.skip(Reason.UNREADABLE, line, example=f"price {message.p!r}")
                else:
                    kept.append((*row, line))
            if kept:
                ids, prices, sizes, sides, times, lines = zip(*kept, strict=True)
                names = [str(number) for number in ids]
                yield TradeBatch(symbol, ids, names, prices, sizes, sides, times, lines)

    def _contract(self, symbol: str) -> tuple[bool, Contract | None]:
        known = self._known.get(symbol)
        if known is None:
            kind = binance_kind(symbol)
            known = self._known[symbol] = book_contract(self._contracts, symbol, kind)
        return known


def _trade(
    message: _Message, contract: Contract | None
) -> tuple[int, float, float, str, int] | None:
    """Return id, price, size, side and time; None when they are not those of a trade."""
    number = message.t
    if message.e == "aggTrade":
        digits = bytes(message.a)
        number = int(digits) if digits.isdigit() else 0
    try:
        price, size = float(message.p), float(message.q)
        if contract is not None and price > 0:
            size = contract.base_size(message.q, message.p)
    except ValueError:
        return None
    time_ms = message.T or message.E
    is_one = 0 < price <= LARGEST and 0 < size <= LARGEST and 0 < number < 2**63
    if not is_one or not 10**11 <= time_ms < 10**14:
        return None
    return number, price, size, "sell" if message.m else "buy", time_ms
