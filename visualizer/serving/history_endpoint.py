"""The history that the charts ask for: what there is, bars of any window by time, bars as CSV."""

import gzip
import re
import struct
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import orjson

from shared.history.bars import pack_book_bars, pack_trade_bars
from shared.history.repository import HistoryError
from visualizer.sources.history_csv import csv_of
from visualizer.sources.history_reader import DRAWN, HistoryReader

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SUMMARY_PATH, BARS_PATH, CSV_PATH = "/_history", "/_history/bars", "/_history/export.csv"

IDENTITY_HEADER = "X-Orderflow-History"
"""Which history bars are of: it may be another one since its summary was asked for."""

_MOMENT = re.compile(r"-?\d{1,15}")
_FIELDS = ("window_ms", "from_ms", "to_ms")
_NONE = b"There is no history."

Headers = list[tuple[str, str]]
Answer = tuple[str, Headers, bytes | Iterator[bytes]]
"""Status, headers and content."""


class HistoryEndpoint:
    """WSGI middleware that answers `/_history` and what is below it, and passes on all else.

    `/_history/bars?window_ms=…&from_ms=…&to_ms=…` gives four bytes, the length of the first of two
    blobs of packed columns, and the blobs: TradeBars and BookBars. With `&fields=drawn` only what
    the charts draw need be right in them. `/_history/export.csv` takes the
    same, of any length, and gives CSV, made as it is sent.
    """

    def __init__(self, application: "WSGIApplication", reader: HistoryReader) -> None:
        self._application = application
        self._reader = reader
        self._answers = {SUMMARY_PATH: self._summary, BARS_PATH: self._bars, CSV_PATH: self._csv}

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a question about the history, or pass the request on."""
        answer = self._answers.get(environ["PATH_INFO"])
        if answer is None:
            return self._application(environ, start_response)
        try:
            status, headers, content = answer(environ)
        except HistoryError as error:
            status, headers, content = _text("503 Service Unavailable", str(error).encode())
        except ValueError as error:
            status, headers, content = _text("400 Bad Request", str(error).encode())
        headers = [*headers, ("Cache-Control", "no-store")]
        if isinstance(content, bytes):
            accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
            if len(content) > 1000 and "gzip" in accepted:
                content = gzip.compress(content, compresslevel=1)
                headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
            headers.append(("Content-Length", str(len(content))))
        start_response(status, headers)
        if environ["REQUEST_METHOD"] == "HEAD":
            return []
        return [content] if isinstance(content, bytes) else content

    def _summary(self, _environ: "WSGIEnvironment") -> Answer:
        content = orjson.dumps(self._reader.summary())
        return "200 OK", [("Content-Type", "application/json; charset=utf-8")], content

    def _bars(self, environ: "WSGIEnvironment") -> Answer:
        is_drawn = parse_qs(environ.get("QUERY_STRING", "")).get("fields") == ["drawn"]
        found = self._reader.bars(*_asked(environ), DRAWN if is_drawn else None)
        if found is None:
            return _text("404 Not Found", _NONE)
        identity, bars = found
        trades, book = pack_trade_bars(bars.trades), pack_book_bars(bars.book)
        content = struct.pack("<I", len(trades)) + trades + book
        headers = [("Content-Type", "application/octet-stream"), (IDENTITY_HEADER, identity)]
        return "200 OK", headers, content

    def _csv(self, environ: "WSGIEnvironment") -> Answer:
        window_ms, from_ms, to_ms = _asked(environ)
        history = self._reader.history()
        ends = history.ends_ms if history is not None else None
        if history is None or ends is None:
            return _text("404 Not Found", _NONE)
        history.bars(window_ms, 0, 0)  # refuses a window that there are no bars of
        first_ms = ends[0] // window_ms * window_ms  # a bar may begin before its first row
        lines = csv_of(history, window_ms, max(from_ms, first_ms), min(to_ms, ends[1]))
        headers = [
            ("Content-Type", "text/csv; charset=utf-8"),
            ("Content-Disposition", "attachment"),
        ]
        return "200 OK", headers, lines


def _asked(environ: "WSGIEnvironment") -> tuple[int, int, int]:
    query = parse_qs(environ.get("QUERY_STRING", ""))
    values = [query.get(name, [""])[0] for name in _FIELDS]
    if not all(map(_MOMENT.fullmatch, values)):
        raise ValueError(f"expected whole numbers {', '.join(_FIELDS)}")
    window_ms, from_ms, to_ms = map(int, values)
    return window_ms, from_ms, to_ms


def _text(status: str, content: bytes) -> Answer:
    return status, [("Content-Type", "text/plain; charset=utf-8")], content
