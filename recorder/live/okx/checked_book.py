"""OKX's checksum: the book as text, kept only where the exchange sends one."""

from binascii import crc32
from bisect import bisect_left, insort

import orjson

from recorder.importers.formats.streams.okx_messages import Book

CHECKED_LEVELS = 25


class CheckedBook:
    """A book whose best levels can be checked: prices and sizes are kept as they were sent."""

    def __init__(self) -> None:
        self._bids = _Side(sign=-1)
        self._asks = _Side(sign=1)

    def apply(self, book: Book) -> None:
        """Change the levels that `book` names."""
        self._bids.apply(book.bids)
        self._asks.apply(book.asks)

    @property
    def checksum(self) -> int:
        """CRC32, signed, of `bid:size:ask:size:…` of the best 25 a side, the shorter one as is."""
        bids, asks = self._bids.best(), self._asks.best()
        parts: list[str] = []
        for place in range(max(len(bids), len(asks))):
            parts += bids[place : place + 1] + asks[place : place + 1]
        unsigned = crc32(":".join(parts).encode())
        return unsigned - 2**32 if unsigned >= 2**31 else unsigned


class _Side:
    def __init__(self, sign: int) -> None:
        self._sign = sign
        self._keys: list[float] = []  # best first
        self._texts: dict[float, str] = {}

    def apply(self, levels: bytes | memoryview) -> None:
        for price, size, *_ in orjson.loads(memoryview(levels)):
            key = self._sign * float(price)
            is_there = key in self._texts
            if float(size):
                self._texts[key] = f"{price}:{size}"
                if not is_there:
                    insort(self._keys, key)
            elif is_there:
                del self._texts[key]
                del self._keys[bisect_left(self._keys, key)]

    def best(self) -> list[str]:
        return [self._texts[key] for key in self._keys[:CHECKED_LEVELS]]
