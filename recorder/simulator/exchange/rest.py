"""The public REST of OKX's v5: time, instruments, the book and the trades of before."""

from collections.abc import Callable, Collection, Mapping
from http import HTTPStatus
from typing import Any

from websockets.http11 import Response

from recorder.simulator.exchange.http_answers import json_response
from recorder.simulator.exchange.instruments import describe
from recorder.simulator.exchange.listed.listing import Listing

PREFIX = "/api/v5/"
MOST_LEVELS = 400
MOST_TRADES = 100

Query = Mapping[str, str]


class RestError(Exception):
    """A request that is answered with an error code of the exchange's."""

    def __init__(
        self, code: str, message: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class Rest:
    """Answers requests about `instruments`; of those in `listings` there is a book to ask for."""

    def __init__(
        self,
        instruments: Collection[str],
        listings: Mapping[str, Listing],
        now_ms: Callable[[], int],
    ) -> None:
        self._instruments = instruments
        self._listings = listings
        self._now_ms = now_ms
        self._paths: dict[str, Callable[[Query], list[Any]]] = {
            "public/time": self._time,
            "public/instruments": self._describe_instruments,
            "market/books": self._book,
            "market/history-trades": self._trades,
        }

    def answer(self, method: str, path: str, query: Query) -> Response:
        """Return the answer to a request of a path that begins with PREFIX."""
        give = self._paths.get(path.removeprefix(PREFIX))
        if give is None:
            return json_response({"code": "404", "msg": "Not Found", "data": []},
                                 HTTPStatus.NOT_FOUND)  # fmt: skip
        if method != "GET":
            return json_response({"code": "405", "msg": "Method Not Allowed", "data": []},
                                 HTTPStatus.METHOD_NOT_ALLOWED)  # fmt: skip
        try:
            return json_response({"code": "0", "msg": "", "data": give(query)})
        except RestError as error:
            content = {"code": error.code, "msg": str(error), "data": []}
            return json_response(content, error.status)

    def _time(self, _query: Query) -> list[Any]:
        return [{"ts": str(self._now_ms())}]

    def _describe_instruments(self, query: Query) -> list[Any]:
        wanted = _required(query, "instType")
        if wanted not in ("SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION"):
            raise RestError("51000", "Parameter instType error")
        described = [describe(name) for name in sorted(self._instruments)]
        name = query.get("instId")
        found = [each for each in described
                 if each["instType"] == wanted and name in (None, each["instId"])]  # fmt: skip
        if name is not None and not found:
            raise _no_such_instrument()
        return found

    def _book(self, query: Query) -> list[Any]:
        listing = self._listing(query)
        levels = _number(query, "sz", 1, MOST_LEVELS)
        return [
            {
                "asks": listing.levels(listing.book.asks(levels)),
                "bids": listing.levels(listing.book.bids(levels)),
                "ts": str(listing.time_ms),
                "seqId": listing.seq_id,
            }
        ]

    def _trades(self, query: Query) -> list[Any]:
        listing = self._listing(query)
        if query.get("type", "1") != "1":
            raise RestError("51000", "Parameter type error: only 1, by trade id, is served here")
        most = _number(query, "limit", MOST_TRADES, MOST_TRADES)
        after, before = (_number(query, name, 0, None) for name in ("after", "before"))
        matches = listing.tape.matches_before(after or None, most, before)
        return [listing.match_entry(*match) for match in matches]

    def _listing(self, query: Query) -> Listing:
        name = _required(query, "instId")
        if name not in self._instruments:
            raise _no_such_instrument()
        if name not in self._listings:
            raise RestError("50001", "Service temporarily unavailable: a capture has none of this",
                            HTTPStatus.SERVICE_UNAVAILABLE)  # fmt: skip
        return self._listings[name]


def _required(query: Query, name: str) -> str:
    value = query.get(name)
    if not value:
        raise RestError("50014", f"Parameter {name} can not be empty.")
    return value


def _number(query: Query, name: str, default: int, most: int | None) -> int:
    """Return a parameter as a number, cut to `most` as the exchange does."""
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise RestError("51000", f"Parameter {name} error")
    return int(text) if most is None else max(1, min(int(text), most))


def _no_such_instrument() -> RestError:
    message = "Instrument ID, Instrument ID code, or Spread ID doesn't exist."
    return RestError("51001", message, HTTPStatus.OK)
