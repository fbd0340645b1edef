"""Files that people have and that are no recording: what they are, and why they will not do."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from recorder.importers.formats.trades.layouts import squash

_BOOK_TICKER = (
    "it is Binance's bookTicker: the best bid and ask alone, so no book below them can be rebuilt"
)
_BOOK_DEPTH = (
    "it is Binance's bookDepth: sums of size within percent bands around the price, sampled each"
    " half minute; no levels, so no book can be rebuilt"
)
_CANDLES = "they are candles: trades summed up, without sides, sizes and times of their own"

_HEADINGS: Sequence[tuple[set[str], str]] = (
    ({"bestbidprice", "bestaskprice"}, _BOOK_TICKER),
    ({"percentage", "depth"}, _BOOK_DEPTH),
    ({"open", "high", "low", "close"}, _CANDLES),
    (
        {"bidprice", "askprice", "bidamount", "askamount"},
        "they are Tardis's quotes: the best bid and ask alone, so no book can be rebuilt",
    ),
    (
        {"fundingrate"},
        "they are funding rates or tickers of derivatives, neither trades nor a book",
    ),
    (
        {"sideisbid", "price", "size"},
        "they are Crypto Lake's changes of a book, without a snapshot: none can be rebuilt of them",
    ),
    ({"sumopeninterest"}, "they are metrics of open interest, neither trades nor a book"),
    ({"openinterest"}, "they are tickers of derivatives, neither trades nor a book"),
)

_NUMBER = r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_LINES: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(rf"[0-9]{{13,16}}(?:,{_NUMBER}){{5}},[0-9]{{13,16}}(?:,{_NUMBER}){{5}}"), _CANDLES),
    (re.compile(rf"[0-9]+(?:,{_NUMBER}){{4}},[0-9]{{13,16}},[0-9]{{13,16}}"), _BOOK_TICKER),
    (re.compile(rf"[0-9]{{10,16}}(?:,{_NUMBER}){{5,6}}"), _CANDLES),
)

_MAGICS: Mapping[bytes, str] = {
    b"SQLite format 3\0": "it is an SQLite file: a day file is read as it is, by --data-dir",
    b"\xff\xfe": "it is text in UTF-16: expected UTF-8; save it as that",
    b"\xfe\xff": "it is text in UTF-16: expected UTF-8; save it as that",
    b"%PDF": "it is a PDF",
    b"<!DOCTYPE": "it is a web page: the download has failed, or wants to be agreed to",
    b"<html": "it is a web page: the download has failed, or wants to be agreed to",
    b"<?xml": "it is XML, as exchanges send it where there is no such file",
}
_ANSWERS = re.compile(rb"https?://\S+ -> [0-9.]+: ")


def known_magic(data: bytes) -> str | None:
    """Return what begins with such bytes, None if it may be a recording."""
    if _ANSWERS.match(data):
        return "they are an exchange's answers, neither trades nor a book: give it as --instruments"
    return next((what for magic, what in _MAGICS.items() if data.startswith(magic)), None)


def known_heading(names: Sequence[str]) -> str | None:
    """Return what has columns of such names, None if it may be a recording."""
    squashed = {squash(name) for name in names}
    return next((what for told, what in _HEADINGS if told <= squashed), None)


def known_line(line: str) -> str | None:
    """Return what has such a first line without names above, None if it may be a recording."""
    return next((what for looks, what in _LINES if looks.fullmatch(line)), None)


def known_record(record: Mapping[str, Any]) -> str | None:
    """Return what consists of such objects, None if it may be a recording."""
    if "lastUpdateId" in record:
        return (
            "it is one snapshot of a book without a time: it belongs into the collector's file,"
            " before or among the changes"
        )
    if {"code", "data"} <= record.keys():
        return "it is an exchange's answer, neither trades nor a book: give it as --instruments"
    return known_heading([str(name) for name in record])
