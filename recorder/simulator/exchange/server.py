"""The exchange on its port: WebSockets, REST and the control of both."""

import asyncio
import logging
import socket
from collections.abc import Callable
from http import HTTPStatus

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from recorder.simulator.exchange.control import PREFIX as CONTROL
from recorder.simulator.exchange.control import Control
from recorder.simulator.exchange.delivery.desk import Desk
from recorder.simulator.exchange.delivery.session import Limits, Session
from recorder.simulator.exchange.delivery.switchboard import Switchboard
from recorder.simulator.exchange.http_answers import json_response, path_and_query
from recorder.simulator.exchange.protocol.topics import ENDPOINTS
from recorder.simulator.exchange.rest import PREFIX as REST
from recorder.simulator.exchange.rest import Rest

LARGEST_REQUEST = 64 * 2**10
_CLOSE_SECONDS = 2.0

# The library tells of each connection, and of each plain request as a failed one.
logging.getLogger("websockets.server").setLevel(logging.WARNING)


class Server:
    """Serves those who connect."""

    def __init__(
        self, switchboard: Switchboard, desk: Desk, rest: Rest, control: Control, limits: Limits
    ) -> None:
        self._switchboard = switchboard
        self._desk = desk
        self._rest = rest
        self._control = control
        self._limits = limits

    async def serve(
        self, listener: socket.socket, until: asyncio.Event, on_listening: Callable[[], object]
    ) -> None:
        """Serve on a socket that listens, until the event; say when it has begun."""
        async with serve(
            self._handle,
            sock=listener,
            process_request=self._answer_plain_request,
            ping_interval=None,  # it is the client who pings, by a text
            close_timeout=_CLOSE_SECONDS,
            max_size=LARGEST_REQUEST,
        ):
            on_listening()
            await until.wait()

    async def _handle(self, connection: ServerConnection) -> None:
        request = connection.request
        assert request is not None  # the handshake is over
        session = Session(connection, path_and_query(request)[0], self._limits)
        self._switchboard.connect(session)
        try:
            await session.run(self._desk.take)
        finally:
            self._switchboard.disconnect(session)
            self._desk.forget(session)

    async def _answer_plain_request(
        self, connection: ServerConnection, request: Request
    ) -> Response | None:
        """Return the answer, None where a WebSocket is to be opened."""
        path, query = path_and_query(request)
        if path.startswith(CONTROL):
            return self._control.answer(connection, request)
        if self._switchboard.is_down:
            return json_response({"code": "50001", "msg": "Service temporarily unavailable."},
                                 HTTPStatus.SERVICE_UNAVAILABLE)  # fmt: skip
        if path in ENDPOINTS:
            return None
        if path.startswith(REST):
            return self._rest.answer(request.method, path, query)
        return json_response({"code": "404", "msg": "Not Found"}, HTTPStatus.NOT_FOUND)
