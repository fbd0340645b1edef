"""Serve the page with waitress, on a socket of its own or on the supervisor's."""

import logging
import socket
from typing import TYPE_CHECKING

import waitress  # type: ignore[import-untyped] # it has no types of its own

from shared.page_access import is_loopback, page_url
from visualizer.serving.guard import Access

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

logger = logging.getLogger(__name__)

THREADS = 4


def serve(
    application: "WSGIApplication", access: Access, listener: socket.socket, *, is_announced: bool
) -> None:
    """Serve `application` until SystemExit or KeyboardInterrupt is raised in this thread.

    `is_announced` says that a supervisor has told the user the address already.
    """
    server = waitress.create_server(
        application,
        sockets=[listener],
        threads=THREADS,
        ident=None,
        channel_timeout=60,
        max_request_body_size=1024,
    )
    if not is_announced:
        if not is_loopback(access.host):
            logger.warning(
                "%s is not loopback: whoever has the link below can read this page, unencrypted",
                access.host,
            )
        logger.info("page at %s", page_url(access.host, access.port, access.token))
    server.run()
