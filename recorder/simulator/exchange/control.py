"""What tests and users ask and tell the exchange itself, and no client of a real one can."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from recorder.simulator.exchange.delivery.fault_log import FaultLog
from recorder.simulator.exchange.delivery.switchboard import Switchboard
from recorder.simulator.exchange.faults import Fault, FaultDesk
from recorder.simulator.exchange.http_answers import json_response, path_and_query
from recorder.simulator.exchange.listed.listing import Listing, PastBook
from recorder.simulator.exchange.markets.venue import Venue
from shared.errors import UsageError

PREFIX = "/_control/"

Query = Mapping[str, str]


class Control:
    """Answers those on this machine."""

    def __init__(
        self,
        switchboard: Switchboard,
        venue: Venue,
        faults: FaultDesk,
        fault_log: FaultLog,
    ) -> None:
        self._switchboard = switchboard
        self._venue = venue
        self._listings = venue.listings
        self._faults = faults
        self._fault_log = fault_log
        self._paths: dict[str, Callable[[Query], Any]] = {
            "state": self._state,
            "book": self._book,
            "trades": self._trades,
            "fault": self._fault,
        }

    def answer(self, connection: ServerConnection, request: Request) -> Response:
        """Return the answer to a request of a path that begins with PREFIX."""
        path, query = path_and_query(request)
        is_from_here = ip_address(connection.remote_address[0].partition("%")[0]).is_loopback
        if not is_from_here or "Origin" in request.headers:  # nor a page of some other site
            return json_response({"error": "only from this machine"}, HTTPStatus.FORBIDDEN)
        give = self._paths.get(path.removeprefix(PREFIX))
        if give is None:
            known = ", ".join(PREFIX + name for name in self._paths)
            return json_response({"error": f"expected one of {known}"}, HTTPStatus.NOT_FOUND)
        try:
            return json_response(give(query))
        except UsageError as error:
            return json_response({"error": str(error)}, HTTPStatus.BAD_REQUEST)

    def _state(self, query: Query) -> Any:
        return {
            "now_ms": self._venue.now_ms(),
            **self._venue.state(),
            "instruments": {
                name: {
                    "seq_id": listing.seq_id,
                    "timestamp_ms": listing.time_ms,
                    "last_trade_id": listing.tape.last_id,
                }
                for name, listing in self._listings.items()
            },
            "clients": [
                {
                    "id": session.id,
                    "endpoint": session.endpoint,
                    "topics": sorted(session.topics),
                    "sent_messages": session.sent_messages,
                    "waiting_bytes": session.waiting_bytes,
                }
                for session in self._switchboard.sessions
            ],
            "faults": self._fault_log.since(number(query, "since", 0)),
        }

    def _book(self, query: Query) -> Any:
        listing = self._listing(query)
        if "seqId" in query:
            found = listing.book_after_update(number(query, "seqId"))
        elif "ts" in query:
            found = listing.book_at(number(query, "ts"))
        else:
            found = PastBook(listing.seq_id, listing.time_ms, listing.book)
        if found is None:
            raise UsageError("no such update, or too long ago")
        return {
            "seq_id": found.seq_id,
            "timestamp_ms": found.time_ms,
            "bids": listing.levels(found.book.bids()),
            "asks": listing.levels(found.book.asks()),
        }

    def _trades(self, query: Query) -> Any:
        listing = self._listing(query)
        kept = listing.tape.between(
            number(query, "from", 0), number(query, "to", self._venue.now_ms())
        )
        return [listing.entry(trade) for trade in kept]

    def _fault(self, query: Query) -> Any:
        kind = query.get("kind", "")
        if kind not in list(Fault):
            raise UsageError(f"expected kind={'|'.join(Fault)}, found {kind!r}")
        return self._faults.begin(
            Fault(kind),
            query.get("instId"),
            seconds=_seconds(query),
            count=number(query, "count", 0) or None,
        )

    def _listing(self, query: Query) -> Listing:
        """Return the one that is named, or the only one there is."""
        name = query.get("instId", next(iter(self._listings), ""))
        if name not in self._listings:
            raise UsageError(f"no instrument {name!r} here")
        return self._listings[name]


def number(query: Query, name: str, default: int | None = None) -> int:
    """Return a parameter as a whole number; raise UsageError when it is none."""
    text = query.get(name, "" if default is None else str(default))
    try:
        return int(text)
    except ValueError as error:
        raise UsageError(f"expected a number for {name}, found {text!r}") from error


def _seconds(query: Query) -> float | None:
    text = query.get("seconds")
    try:
        seconds = None if text is None else float(text)
    except ValueError:
        seconds = -1.0
    if seconds is not None and not 0 <= seconds <= 3600:
        raise UsageError(f"expected seconds from 0 to 3600, found {text!r}")
    return seconds
