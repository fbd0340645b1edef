"""The two addresses beside Dash's own: the feed that the charts live on, and the health probe."""

import gzip
import hmac
import time

from flask import Flask, Response, request

from shared.worker_link import BOOT_ID_HEADER, HEALTH_PATH
from visualizer.run_view import RunView

FEED_PATH = "/_feed"
NOW_HEADER = "X-Orderflow-Now"
"""The server's clock, epoch ms: ages are told by it, not by the browser's."""

COMPRESS_ABOVE = 1000


def add_feed(server: Flask, view: RunView) -> None:
    """Serve what a browser lacks since `?since=<position>`, and nothing when it lacks nothing.

    Nothing is an empty 200: after a 204 waitress closes the connection, and every poll would have
    to open another.
    """

    @server.get(FEED_PATH)
    def feed() -> Response:
        content = view.message_since(request.args.get("since"))
        response = Response() if content is None else _json(content)
        response.headers[NOW_HEADER] = str(int(time.time() * 1000))
        response.headers["Cache-Control"] = "no-store"
        return response


def add_health(server: Flask, boot_id: str) -> None:
    """Serve the health probe: `ok` to anybody, the boot id only to whoever knows it."""

    @server.get(HEALTH_PATH)
    def health() -> Response:
        response = Response("ok\n", mimetype="text/plain")
        response.headers["Cache-Control"] = "no-store"
        asked = request.headers.get(BOOT_ID_HEADER, "")
        if boot_id and hmac.compare_digest(asked.encode(), boot_id.encode()):
            response.headers[BOOT_ID_HEADER] = boot_id
        return response


def _json(content: bytes) -> Response:
    response = Response(content, mimetype="application/json")
    if len(content) > COMPRESS_ABOVE and request.accept_encodings["gzip"] > 0:
        response.data = gzip.compress(content, compresslevel=4)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
    return response
