"""The health probe, which tells strangers nothing but that the page lives."""

import hmac

from flask import Flask, Response, request

from shared.worker_link import BOOT_ID_HEADER, HEALTH_PATH


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
