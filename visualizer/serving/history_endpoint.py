"""The history that the charts ask for: what there is, and bars of any window, by time."""

import gzip
import re
import struct
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import orjson

from shared.history.repository import HistoryError
from visualizer.sources.history_reader import HistoryReader

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SUMMARY_PATH, BARS_PATH = "/_history", "/_history/bars"

_MOMENT = re.compile(r"-?\d{1,15}")
_FIELDS = ("window_ms", "from_ms", "to_ms")

Answer = tuple[str, str, bytes]
"""Status, type and content."""


class HistoryEndpoint:
    """WSGI middleware that answers `/_history` and what is below it, and passes on all else.

    `/_history/bars?window_ms=…&from_ms=…&to_ms=…` gives four bytes, the length of the first of two
    blobs of packed columns, and the blobs: TradeBars and BookBars.
    """

    def __init__(self, application: "WSGIApplication", reader: HistoryReader) -> None:
        self._application = application
        self._reader = reader

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a question about the history, or pass the request on."""
        path = environ["PATH_INFO"]
        if path not in (SUMMARY_PATH, BARS_PATH):
            return self._application(environ, start_response)
        try:
            status, kind, content = self._summary() if path == SUMMARY_PATH else self._bars(environ)
        except HistoryError as error:
            status, kind, content = "503 Service Unavailable", "text/plain", str(error).encode()
        except ValueError as error:
            status, kind, content = "400 Bad Request", "text/plain", str(error).encode()
        headers = [("Content-Type", f"{kind}; charset=utf-8"), ("Cache-Control", "no-store")]
        if len(content) > 1000 and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
            content = gzip.compress(content, compresslevel=1)
            headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        start_response(status, [*headers, ("Content-Length", str(len(content)))])
        return [content] if environ["REQUEST_METHOD"] != "HEAD" else []

    def _summary(self) -> Answer:
        summary = self._reader.summary()
        return "200 OK", "application/json", orjson.dumps(summary)

    def _bars(self, environ: "WSGIEnvironment") -> Answer:
        query = parse_qs(environ.get("QUERY_STRING", ""))
        values = [query.get(name, [""])[0] for name in _FIELDS]
        if not all(map(_MOMENT.fullmatch, values)):
            raise ValueError(f"expected whole numbers {', '.join(_FIELDS)}")
        bars = self._reader.bars(*map(int, values))
        if bars is None:
            return "404 Not Found", "text/plain", b"There is no history."
        trades, book = bars
        content = struct.pack("<I", len(trades)) + trades + book
        return "200 OK", "application/octet-stream", content
